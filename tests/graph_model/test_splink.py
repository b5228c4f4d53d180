"""Splink blocks and compares by the same ruleset: the same pairs, levels, weights and individuals."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, LiteralString

import orjson
import pyarrow.parquet as pq
import pytest

from benchmarks.people import people
from graph_model import times
from graph_model.errors import BadInput
from graph_model.events import store as events
from graph_model.graph import Graph
from graph_model.identity.components import Member
from graph_model.identity.constraints.model import Among
from graph_model.identity.matching.comparisons import LEVELS
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.matching.features import features_of, pack
from graph_model.identity.matching.scoring import Scorer
from graph_model.identity.model import Evidence
from graph_model.identity.rulesets.active import Loaded
from graph_model.identity.rulesets.trial import resolve_in_memory
from graph_model.identity.splink.comparing import compared
from graph_model.identity.splink.export import SCHEMA, matched, write
from graph_model.identity.splink.resolving import export, resolve
from graph_model.identity.splink.settings import emitted
from graph_model.identity.splink.weighing import weigh
from graph_model.ingestion.ingestion import Ingestion
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Record
from graph_model.records.validation import validate
from tests.graph_model.populations import Sent, person, send, visit
from tests.graph_model.snapshots import snapshot

LOADED = Loaded(1, 0, DEFAULT, Scorer(DEFAULT))
_FORGET: LiteralString = "MATCH (:SourceRecord)-[m:MATCH]->(:SourceRecord) DELETE m"
_ALONE: LiteralString = "MATCH (r:SourceRecord) SET r.component = null"

ODDITIES = [
    person("j1", firstName="Juan", lastName="de la Vega", email=["j@mail.example", "juan@other.example"]),
    person(
        "j2",
        fullName="de la Vega, Juan",
        email="juan@other.example",
        phone=["+49 30 23125001"],
        login="juan",
    ),
    person("j3", firstName="Vega", lastName="Juan", phone=["+49 30 23125001", "+49 30 23125002"]),
    person(
        "n1",
        firstName="Kate",
        lastName="Smith",
        alternateNames=[{"firstName": "Katherine", "lastName": "Jones"}],
        street="5 Main Street",
        city="Springfield",
        addresses=[{"street": "7 Oak Road", "city": "Shelbyville", "postalCode": "62565"}],
        partyIdentifications=[{"type": "PASSPORT", "issuer": "US", "number": "C01234567"}],
    ),
    person(
        "n2",
        firstName="Katherine",
        lastName="Jones",
        street="7 Oak Rd",
        city="Shelbyville",
        partyIdentifications=[
            {"type": "PASSPORT", "issuer": "US", "number": "C01234568"},
            {"type": "TAX_ID", "number": "99-88"},
        ],
    ),
    person("x1", firstName="Kate", lastName="Smith", noMergeReason="a test account", street="5 Main Street"),
    person("d1", firstName="Ada", lastName="King", deviceId=["device-1"], customerNumber="C-1"),
    Sent("crm", "Organization", {"id": "o1", "name": "Analytical Engines Ltd", "phone": "+49 30 23125001"}),
    Sent("shop", "Organization", {"id": "o2", "name": "Analytical Engine", "phone": "+49 30 23125001"}),
]


def records_of(sent: Iterable[Sent]) -> dict[str, Member]:
    """What the graph would hold of valid records."""
    found: dict[str, Member] = {}
    for item in sent:
        record = validate(item.record, item.source, SHIPPED.objects[item.object], received_at=times.utc_now())
        if isinstance(record, Record):
            key = str(record.key)
            found[key] = Member(
                key=key,
                source=item.source,
                object=item.object,
                features=pack(features_of(record)),
                identifiers=tuple(identifier.key for identifier in record.identifiers),
                generics=(),
                component=None,
                modified_at=record.modified_at,
                deleted=False,
                ruleset=1,
                fields="",
                id=key,
                individual=None,
                bound=False,
            )
    return found


@pytest.fixture(scope="module")
def population() -> dict[str, Member]:
    known = people(records=400, seed=7)
    return records_of([*(Sent(item.source, "Individual", item.record) for item in known), *ODDITIES])


def test_both_ways_compare_the_same_pairs_and_find_the_same_levels_and_weights(
    population: dict[str, Member], tmp_path: Path
) -> None:
    records = matched(LOADED, population)
    write(list(records.values()), tmp_path / "records.parquet")
    evidence: dict[tuple[str, str], Evidence] = {}
    met: set[str] = set()
    pairs = 0
    for a, b, levels in compared(DEFAULT, tmp_path / "records.parquet"):
        pairs += 1
        one, other = records[a].features, records[b].features
        ours = {finding.attribute: finding.level for finding in LOADED.scorer.findings(one, other)}
        weighed = weigh(LOADED.scorer, one, other, levels)
        assert weighed == (LOADED.scorer.weigh(one, other), LOADED.scorer.rule(one, other))
        if one.party is other.party:
            assert levels == ours, (a, b)
        met |= levels.keys()
        if weighed[0] > DEFAULT.floor:
            evidence[a, b] = Evidence(*weighed)
    trial = resolve_in_memory(lambda _, __: None, LOADED, population, Among())
    assert pairs == trial.compared
    assert evidence == trial.evidence
    assert LEVELS.keys() - met <= {"account", "employer", "suffix", "birth_place"}


def test_the_export_holds_normalised_columns(population: dict[str, Member], tmp_path: Path) -> None:
    records = matched(LOADED, population)
    write(list(records.values()), tmp_path / "records.parquet")
    table = pq.read_table(tmp_path / "records.parquet")
    assert table.schema.equals(SCHEMA)
    rows: dict[str, dict[str, Any]] = {row["unique_id"]: row for row in table.to_pylist()}
    assert "crm/Individual/x1" not in rows
    assert rows["crm/Individual/j2"]["names"] == [
        {"first": "juan", "middle": "", "last": "de la vega", "suffix": ""}
    ]
    assert rows["crm/Organization/o1"]["names"] is None
    assert rows["crm/Organization/o1"]["organizations"] == ["analytical engines"]


def test_the_settings_are_those_of_the_ruleset_in_either_dialect() -> None:
    for dialect in ("duckdb", "spark"):
        written = emitted(DEFAULT, dialect)
        assert orjson.loads(orjson.dumps(written)) == written
        assert written["sql_dialect"] == dialect
        names = [comparison["output_column_name"] for comparison in written["comparisons"]]
        assert names == list(LEVELS)
        first_name = written["comparisons"][0]["comparison_levels"]
        assert [level["label_for_charts"] for level in first_name[1:]] == list(LEVELS["first_name"])
        (told,) = [item.levels for item in DEFAULT.comparisons if item.attribute == "first_name"]
        assert [level["m_probability"] for level in first_name[1:]] == [level.match for level in told]


async def fill(ingestion: Ingestion) -> None:
    known = people(records=80, seed=3)
    sent = [*(Sent(item.source, "Individual", item.record) for item in known), *ODDITIES]
    for start in range(0, len(sent), 40):
        await send(ingestion, sent[start : start + 40])
    await send(ingestion, [visit("v1", deviceId="device-1"), visit("v2", deviceId="device-2")])
    await send(ingestion, [visit("v3", deviceId="device-3", login="juan"), visit("v4", deviceId="device-4")])


async def silent(_: int, __: int) -> None:
    """Nobody watches."""


async def test_an_export_is_all_that_splink_needs_elsewhere(
    graph: Graph, ingestion: Ingestion, tmp_path: Path
) -> None:
    await send(ingestion, ODDITIES)
    _, _, records = await export(graph, tmp_path / "new")
    assert len(records) == len(ODDITIES) - 1
    assert set(os.listdir(tmp_path / "new")) == {
        "records.parquet",
        "records.sql",
        "ruleset.json",
        "settings.duckdb.json",
        "settings.spark.json",
    }


async def test_resolving_all_at_once_changes_nothing_of_what_arrival_one_by_one_decided(
    graph: Graph, ingestion: Ingestion, tmp_path: Path
) -> None:
    await fill(ingestion)
    before, told = await snapshot(graph), len(await events.read_after(graph, 0, limit=10_000))
    found = await resolve(graph, ingestion, tmp_path, silent)
    assert found.evidence == len(before.matches)
    assert await snapshot(graph) == before
    assert len(await events.read_after(graph, 0, limit=10_000)) == told


async def test_resolving_all_at_once_finds_what_was_lost(
    graph: Graph, ingestion: Ingestion, tmp_path: Path
) -> None:
    await fill(ingestion)
    before = await snapshot(graph)

    async def lose(transaction: Any) -> None:
        await transaction.run(_FORGET)
        await transaction.run(_ALONE)

    await graph.write(lose)
    # A record that comes now is decided by what is there now.
    await send(ingestion, [person("late", firstName="Zed", lastName="Zzyzx")])
    await resolve(graph, ingestion, tmp_path, silent)
    after = await snapshot(graph)
    assert after.matches == before.matches
    assert after.partition == before.partition | {frozenset({"crm/Individual/late"})}


async def test_what_changes_after_the_export_is_not_overwritten(
    graph: Graph, ingestion: Ingestion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(ingestion)
    changed = person("j1", modified=9, firstName="Wilhelmina", lastName="Tell", email="w@mail.example")

    async def meanwhile(done: int, _: int) -> None:
        if done and not sent:
            sent.extend(await send(ingestion, [changed]))

    sent: list[Any] = []
    monkeypatch.setattr("graph_model.identity.splink.importing.PAGE", 1)
    await resolve(graph, ingestion, tmp_path, meanwhile)
    after = await snapshot(graph)
    # Everything said once more, in the order of now, would be decided the same.
    await resolve(graph, ingestion, tmp_path, silent)
    assert await snapshot(graph) == after
    assert frozenset({"crm/Individual/j1"}) in after.partition


async def test_while_a_ruleset_is_being_activated_nothing_is_exported(
    graph: Graph, ingestion: Ingestion, tmp_path: Path
) -> None:
    await fill(ingestion)
    state: LiteralString = (
        "MATCH (s:RulesetState) SET s.next = s.active, s.nextDigest = s.digest, "
        "s.nextGeneration = s.generation, s.phase = 'KEYS'"
    )

    async def begin(transaction: Any) -> None:
        await transaction.run(state)

    await graph.write(begin)
    with pytest.raises(BadInput) as caught:
        await export(graph, tmp_path)
    assert caught.value.code == "ACTIVATING"
