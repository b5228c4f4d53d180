"""The job that learns a ruleset from the graph's own records, without labels, into a new draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graph_model.errors import BadInput
from graph_model.graph import Transaction
from graph_model.identity.matching.candidates import candidate_pairs
from graph_model.identity.matching.features import unpack
from graph_model.identity.matching.keys import KEY_KINDS
from graph_model.identity.matching.training import train
from graph_model.identity.rulesets import store
from graph_model.identity.rulesets.model import Ruleset
from graph_model.identity.rulesets.population import packed, read_population
from graph_model.ids import new_id
from graph_model.jobs.model import Progress
from graph_model.jobs.runner import Run
from graph_model.workers import Tell, compute

LEAST = 50
"""Fewer records teach nothing."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to learn from: the version that training begins with, the most records to look at; `name` is the
    draft's (None: as the version)."""

    based_on: int
    name: str | None
    sample_size: int

    @classmethod
    def of(cls, input_: dict[str, Any]) -> Request:
        """The request that `as_input` wrote."""
        return cls(input_["basedOn"], input_["name"], input_["sampleSize"])

    def as_input(self) -> dict[str, Any]:
        """The request as a job's input."""
        return {"basedOn": self.based_on, "name": self.name, "sampleSize": self.sample_size}


class TrainRuleset:
    """READING → LEARNING → SAVING. It keeps nothing but its draft, so one that is interrupted begins anew."""

    async def __call__(self, run: Run) -> dict[str, Any]:
        request = Request.of(run.job.input)
        base = await store.find(run.graph, request.based_on)
        if base is None:
            raise BadInput("The ruleset that it is based on is gone.", code="NOT_FOUND")

        async def reading(done: int, total: int) -> None:
            await run.report(Progress("READING", {}, done, total))

        async def learning(done: int, total: int) -> None:
            await run.report(Progress("LEARNING", {}, done, total))

        sampled, total = await read_population(run.graph, request.sample_size, reading)
        if len(sampled) < LEAST:
            raise BadInput(f"There are fewer than {LEAST} records to learn from.", code="TOO_FEW_RECORDS")
        await learning(0, 1)
        text = await compute(learn, learning, base.ruleset.model_dump_json(), packed(sampled))
        learned = Ruleset.model_validate_json(text)
        if request.name is not None:
            learned = learned.model_copy(update={"name": request.name})
        id_ = new_id("rul")
        version = 0

        async def save(transaction: Transaction) -> Progress:
            nonlocal version
            version = await store.insert(
                transaction,
                learned,
                id_=id_,
                based_on=request.based_on,
                trained_on=len(sampled),
                note=base.note,
                actor=run.job.actor,
                now=run.clock(),
            )
            return Progress("SAVING", {}, 1, 1)

        await run.step(save)
        return {"version": version, "records": len(sampled), "population": total}

    async def abandon(self, run: Run) -> None:
        """Nothing was stored before the draft, which is the last step."""


def learn(tell: Tell, ruleset: str, features: list[str]) -> str:
    """The ruleset, as JSON, that these features teach, beginning with that one: for a process of its own."""
    base = Ruleset.model_validate_json(ruleset)
    records = [unpack(text) for text in features]
    # All kinds of key find pairs here, so that training can choose the few that find what all do.
    every_kind = base.model_copy(update={"key_kinds": tuple(KEY_KINDS)})
    pairs = candidate_pairs(records, every_kind)
    tell(1, 4)
    return train(base, records, pairs).model_dump_json()
