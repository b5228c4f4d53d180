"""The job that says what a ruleset would change, and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from graph_model.errors import BadInput
from graph_model.identity.candidates import Pair
from graph_model.identity.components import Member
from graph_model.identity.constraints.model import Among
from graph_model.identity.rulesets import store
from graph_model.identity.rulesets.active import Loaded
from graph_model.identity.rulesets.model import Ruleset
from graph_model.identity.rulesets.population import Sampled, read_population
from graph_model.identity.rulesets.report import report
from graph_model.identity.rulesets.trial import resolve_in_memory
from graph_model.jobs.model import Progress
from graph_model.jobs.runner import Run
from graph_model.workers import Tell, compute

SAMPLE = 50_000
"""Records that a preview looks at unless it is told otherwise."""

_ALWAYS: LiteralString = """
MATCH (a:SourceRecord)-[:ALWAYS_LINK]->(b:SourceRecord)
WHERE a.deletedAt IS NULL AND b.deletedAt IS NULL
RETURN collect(DISTINCT [a.key, b.key])
"""
_NEVER: LiteralString = """
MATCH (a:SourceRecord)-[:NEVER_LINK]->(b:SourceRecord)
WHERE a.deletedAt IS NULL AND b.deletedAt IS NULL
RETURN collect(DISTINCT [a.key, b.key])
"""


@dataclass(frozen=True, slots=True)
class Request:
    """Which version to try, on how many records at most."""

    version: int
    sample_size: int

    @classmethod
    def of(cls, input_: dict[str, Any]) -> Request:
        """The request that `as_input` wrote."""
        return cls(input_["version"], input_["sampleSize"])

    def as_input(self) -> dict[str, Any]:
        """The request as a job's input."""
        return {"version": self.version, "sampleSize": self.sample_size}


class PreviewRuleset:
    """READING → RESOLVING. It keeps nothing, so one that is interrupted begins anew."""

    async def __call__(self, run: Run) -> dict[str, Any]:
        request = Request.of(run.job.input)
        stored = await store.find(run.graph, request.version)
        if stored is None:
            raise BadInput("The ruleset is gone.", code="NOT_FOUND")

        async def reading(done: int, total: int) -> None:
            await run.report(Progress("READING", {}, done, total))

        async def resolving(done: int, total: int) -> None:
            await run.report(Progress("RESOLVING", {}, done, total))

        sampled, total = await read_population(run.graph, request.sample_size, reading)
        always, never = await run.graph.read(_ALWAYS), await run.graph.read(_NEVER)
        found = await compute(
            preview, resolving, request.version, stored.ruleset.model_dump_json(), sampled, always, never
        )
        return {"version": request.version, "population": total, **found}

    async def abandon(self, run: Run) -> None:
        """Nothing was stored."""


def preview(
    tell: Tell,
    version: int,
    ruleset: str,
    sampled: Sequence[Sampled],
    always: Sequence[Sequence[str]],
    never: Sequence[Sequence[str]],
) -> dict[str, Any]:
    """The report on these records under that ruleset (JSON): for a process of its own."""
    tried = Ruleset.model_validate_json(ruleset)
    members = {each.key: member_of(each) for each in sampled}
    bound = Among(_within(always, members.keys()), _within(never, members.keys()))
    trial = resolve_in_memory(tell, Loaded.of(version, 0, tried), members, bound)
    membership = {each.key: each.individual for each in sampled if each.individual is not None}
    return report(trial, membership, {each.key: each.id for each in sampled})


def _within(pairs: Sequence[Sequence[str]], keys: Any) -> frozenset[Pair]:
    return frozenset((min(one, other), max(one, other)) for one, other in pairs if {one, other} <= keys)


def member_of(each: Sampled) -> Member:
    """The record as the graph has it, as far as matching asks."""
    source, object_, _ = each.key.split("/", 2)
    return Member(
        key=each.key,
        source=source,
        object=object_,
        features=each.features,
        identifiers=each.identifiers,
        generics=(),
        component=None,
        modified_at=each.modified,
        deleted=False,
        ruleset=0,
        fields="",
        id=each.id,
        individual=each.individual,
        bound=False,
    )
