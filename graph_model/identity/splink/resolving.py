"""Resolving the whole population under the active ruleset, by way of Splink."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.identity.components import Member
from graph_model.identity.model import Evidence
from graph_model.identity.rulesets.active import Loaded, active
from graph_model.identity.rulesets.population import read_population
from graph_model.identity.rulesets.preview_job import member_of
from graph_model.identity.splink.comparing import compared
from graph_model.identity.splink.export import Matched, matched, write
from graph_model.identity.splink.importing import Found, decide_page
from graph_model.identity.splink.settings import emitted, view
from graph_model.identity.splink.weighing import weigh
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold

RECORDS = "records.parquet"
RULESET = "ruleset.json"
VIEW = "records.sql"
DIALECTS = ("duckdb", "spark")


@dataclass(frozen=True, slots=True)
class Resolved:
    """How many records there were, how many pairs of them were compared, and how many of these weigh enough
    to be kept as evidence."""

    records: int
    pairs: int
    evidence: int


async def export(graph: Graph, directory: Path) -> tuple[Loaded, dict[str, Member], dict[str, Matched]]:
    """Write what Splink needs into the directory: the records as Parquet, the view of them that the settings
    are about, the settings for each dialect, and the ruleset. Returns the ruleset and the records that this
    was made of. Raises BadInput while a ruleset is being activated."""

    async def silent(_: int, __: int) -> None:
        """The whole is told of, not the reading."""

    ruling = await graph.write(active)
    if ruling.next is not None:
        raise BadInput("A ruleset is being activated; wait until that is done.", code="ACTIVATING")
    sampled, _ = await read_population(graph, most=2**63, report=silent)
    members = {each.key: member_of(each) for each in sampled}
    records = await asyncio.to_thread(matched, ruling.current, members)
    await asyncio.to_thread(_write, directory, ruling.current, records)
    return ruling.current, members, records


def _write(directory: Path, loaded: Loaded, records: dict[str, Matched]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    write(list(records.values()), directory / RECORDS)
    (directory / RULESET).write_text(loaded.ruleset.model_dump_json(by_alias=True))
    (directory / VIEW).write_text(view("exported") + "\n")
    for dialect in DIALECTS:
        written = orjson.dumps(emitted(loaded.ruleset, dialect), option=orjson.OPT_INDENT_2)
        (directory / f"settings.{dialect}.json").write_bytes(written)


async def resolve(
    graph: Graph,
    ingestion: Ingestion,
    directory: Path,
    report: Callable[[int, int], Awaitable[None]],
) -> Resolved:
    """Export, let Splink block and compare on DuckDB, and decide every component by what it found; what is
    decided is reported as (done, total). It can be run again after any interruption: what is decided already
    does not change. Raises what `export` and `decide_page` do."""
    loaded, members, records = await export(graph, directory)
    evidence, pairs = await asyncio.to_thread(_evidence, loaded, records, directory / RECORDS)
    found = Found(loaded.version, members, evidence)
    done = 0
    for page in found.pages():

        async def work(
            transaction: Transaction, threshold: Threshold, now: datetime, page: list[str] = page
        ) -> None:
            await decide_page(transaction, found, page, threshold, now=now)

        await ingestion.exclusively(work)
        done += len(page)
        await report(done, len(members))
    return Resolved(len(members), pairs, len(evidence))


def _evidence(
    loaded: Loaded, records: dict[str, Matched], file: Path
) -> tuple[dict[tuple[str, str], Evidence], int]:
    evidence: dict[tuple[str, str], Evidence] = {}
    pairs = 0
    for a, b, levels in compared(loaded.ruleset, file):
        pairs += 1
        weight, rule = weigh(loaded.scorer, records[a].features, records[b].features, levels)
        if weight > loaded.ruleset.floor:
            evidence[a, b] = Evidence(weight, rule)
    return evidence, pairs
