"""Whatever order versions come in, upserts, patches, deletions and late ones, and whoever says what of whom:
the graph ends in the state that the newest versions say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, LiteralString

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.migrations import migrate
from graph_model.records.history import load_kept
from graph_model.records.model import Mode, Outcome
from tests.graph_model.conftest import Clock
from tests.graph_model.oracle import expected
from tests.graph_model.populations import at, day
from tests.graph_model.snapshots import Snapshot, snapshot
from tests.servers.engine import Engine, empty, wipe

Json = dict[str, Any]

EMAILS = ("ada@mail.example", "grace@mail.example", "alan@mail.example")
PHONES = ("+493023125001", "+493023125002")
NUMBERS = ("L01X00T47", "C01X00T41")
CITIES = ("Berlin", "Hamburg")

_RECORDS: LiteralString = """
MATCH (r:SourceRecord) WHERE r.deletedAt IS NULL
RETURN collect([r.key, r.fields, r.modifiedAt])
"""
_OBJECTS: LiteralString = """
MATCH (o:BusinessObject) WHERE o.deletedAt IS NULL
RETURN collect([o.key, o.fields, o.modifiedAt])
"""


@dataclass(frozen=True)
class Version:
    """A version of a record as its source sends it."""

    object: str
    id: str
    day: int
    mode: Mode
    said: Json

    @property
    def key(self) -> str:
        return f"crm/{self.object}/{self.id}"

    @property
    def raw(self) -> Json:
        return {"id": self.id, "modifiedAt": at(self.day), **self.said}

    @property
    def rank(self) -> tuple[int, str]:
        """What it is greater than others by."""
        if self.mode is Mode.DELETE:
            return self.day, "g"
        said = json.dumps(self.said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return self.day, hashlib.sha256(said.encode()).hexdigest()


class Oracle:
    """What versions come to, each field worked out anew from all versions that ever came."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self.versions: dict[str, list[Version]] = {}
        for item in versions:
            self.versions.setdefault(item.key, []).append(item)
        self.own = {key: found for key in self.versions if (found := self._said(key)) is not None}

    def _said(self, key: str) -> tuple[Json, int] | None:
        """What the record says and the last day that it was modified; None if there is no such record."""
        ranked = sorted(self.versions[key], key=lambda item: item.rank)
        whole = [item for item in ranked if item.mode is not Mode.PATCH]
        base = whole[-1] if whole else None
        floor = base.rank if base else (-1, "")
        patches = [item for item in ranked if item.mode is Mode.PATCH and item.said and item.rank > floor]
        said: Json = dict(base.said) if base is not None and base.mode is Mode.UPSERT else {}
        said |= {name: value for item in patches for name, value in item.said.items()}
        if not (patches or (base is not None and base.mode is Mode.UPSERT)):
            return None
        last = {name: item.day for item in patches for name in item.said}
        modified = max([*last.values(), *([base.day] if base else [])])
        if said.get("occurredAt") is not None:
            said["occurredAt"] = next(item.said["occurredAt"] for item in ranked if "occurredAt" in item.said)
        return said, modified

    def contributions(self, key: str) -> Iterable[Json]:
        """What satellites say of a person, in the order of their keys."""
        for other, (said, _) in sorted(self.own.items()):
            party = f"crm/{said.get('partyObject', 'Individual')}/{said.get('partyId')}"
            if party != key:
                continue
            if "ContactPointEmail" in other and said.get("email"):
                yield {"email": [said["email"]]}
            if "ContactPointAddress" in other:
                yield {"addresses": [{"city": said["city"]}] if said.get("city") else []}
            if "PartyIdentification" in other and said.get("type") and said.get("number"):
                parts = {name: said[name] for name in ("type", "number")}
                yield {"partyIdentifications": [parts]}

    @property
    def people(self) -> dict[str, tuple[Json, int]]:
        """The people with all that satellites say of them."""
        found = {}
        for key, (own, modified) in self.own.items():
            if "/Individual/" in key:
                said = dict(own)
                for each in self.contributions(key):
                    for name, values in each.items():
                        known = said.get(name) or []
                        together = [*known, *(value for value in values if value not in known)]
                        if together:
                            said[name] = together
                found[key] = (said, modified)
        return found

    @property
    def others(self) -> dict[str, tuple[Json, int]]:
        """All others."""
        return {key: found for key, found in self.own.items() if "/Individual/" not in key}


def _whole(random: Random, object_name: str) -> Json:
    """Everything that a record may say."""
    match object_name:
        case "Individual":
            said: Json = {
                "firstName": random.choice(("Ada", "Grace")),
                "lastName": random.choice(("Lovelace", "Hopper")),
                "email": random.sample(EMAILS, random.randint(1, 2)),
                "phone": [random.choice(PHONES)],
                "city": random.choice(CITIES),
                "gender": None,
            }
        case "SalesOrder":
            return {
                "email": random.choice(EMAILS),
                "orderedAt": at(random.randint(0, 1)).replace("+00:00", ".000000Z"),
                "total": random.choice(("10.00", "20.00")),
                "currency": "EUR",
                "status": random.choice(("PLACED", "SHIPPED")),
            }
        case "WebEngagement":
            return {
                "cookieId": "cookie-1",
                "occurredAt": at(random.randint(0, 1)).replace("+00:00", ".000000Z"),
                "url": random.choice(("/a", "/b")),
            }
        case "ContactPointEmail":
            return {"partyId": random.choice("12"), "email": random.choice(EMAILS)}
        case "ContactPointAddress":
            return {"partyId": random.choice("12"), "city": random.choice(CITIES)}
        case _:
            return {"partyId": random.choice("12"), "type": "PASSPORT", "number": random.choice(NUMBERS)}
    return {name: value for name, value in said.items() if random.random() < 0.6}


NAMES = {
    "Individual": "123",
    "SalesOrder": "1",
    "WebEngagement": "1",
    "ContactPointEmail": "12",
    "ContactPointAddress": "1",
    "PartyIdentification": "1",
}


def is_shown(object_name: str, said: Json) -> bool:
    """Whether it is complete, and no satellite."""
    match object_name:
        case "Individual":
            return True
        case "SalesOrder":
            return bool(said.get("orderedAt")) and bool(said.get("currency") or not said.get("total"))
        case "WebEngagement":
            return bool(said.get("occurredAt"))
    return False


def versions(random: Random, count: int) -> list[Version]:
    """Versions of few records; some have one day."""
    found = []
    for _ in range(count):
        object_name = random.choice(("Individual", "Individual", *NAMES))
        mode = random.choice((Mode.UPSERT, Mode.UPSERT, Mode.PATCH, Mode.PATCH, Mode.DELETE))
        said = _whole(random, object_name) if mode is not Mode.DELETE else {}
        if mode is Mode.PATCH:
            named = random.sample(sorted(said), min(len(said), 2))
            said = {name: None if random.random() < 0.25 else said[name] for name in named}
            # When an event happened nobody takes away; that is tried with plain data.
            said = {name: value for name, value in said.items() if name != "occurredAt" or value}
        found.append(
            Version(object_name, random.choice(NAMES[object_name]), random.randint(0, 4), mode, said)
        )
    return found


async def send(ingestion: Ingestion, batch: Sequence[Version]) -> None:
    """Send versions, those beside each other that one request may carry in one."""
    rest = list(batch)
    while rest:
        first = rest[0]
        alike = [item for item in rest if (item.object, item.mode) == (first.object, first.mode)]
        rest = [item for item in rest if item not in alike]
        rows = [item.raw for item in alike]
        results = await ingestion.ingest("crm", first.object, rows, mode=first.mode, actor="tester")
        assert [item.problems for item in results if item.outcome is Outcome.REJECTED] == []


async def check_content(graph: Graph, oracle: Oracle) -> None:
    """Every record says what its versions come to, and all that was received is kept."""
    records = {key: (orjson.loads(said), time) for key, said, time in await graph.read(_RECORDS)}
    assert {key: found for key, found in records.items() if "/Device/" not in key} == {
        key: (said, stored_day(number)) for key, (said, number) in oracle.people.items()
    }
    objects = {key: (orjson.loads(said), time) for key, said, time in await graph.read(_OBJECTS)}
    assert objects == {key: (said, stored_day(number)) for key, (said, number) in oracle.others.items()}

    async def kept(transaction: Any) -> Any:
        return await load_kept(transaction, sorted(oracle.versions))

    found = await graph.inspect(kept)
    for key, sent in oracle.versions.items():
        wanted = {(item.mode, stored_day(item.day), json.dumps(item.said, sort_keys=True)) for item in sent}
        assert {
            (item.mode, item.modified_at, json.dumps(_said(item.payload), sort_keys=True))
            for item in found.get(key, ())
        } == wanted, key


def _said(payload: str | None) -> Json:
    raw = json.loads(payload) if payload is not None else {}
    return {name: value for name, value in raw.items() if name not in ("id", "modifiedAt")}


def stored_day(number: int) -> str:
    return at(number).replace("+00:00", ".000000Z")


def comparable(state: Snapshot) -> tuple[Any, ...]:
    """What does not depend on who said it, nor on when a single field was modified. A browser is remembered
    though all of its visits were deleted."""
    people = {part for part in state.partition if not all("/Device/" in key for key in part)}
    owners = {key: owner for key, owner in state.owners.items() if not key.startswith("COOKIE")}
    objects = {
        key: part
        for key, part in state.objects.items()
        if part is not None and ("/SalesOrder/" in key or "/WebEngagement/" in key)
    }
    return people, owners, objects, state.insights, state.matches


@pytest.fixture(scope="module")
async def shared(engine: Engine) -> AsyncIterator[Graph]:
    """A graph for many examples, which begin without records."""
    async with engine.connect() as graph:
        await wipe(graph)
        await migrate(graph)
        yield graph


AT_LENGTH = settings(
    max_examples=250,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
BRIEFLY = settings(AT_LENGTH, max_examples=8, derandomize=True)


async def check_interleaving(graph: Graph, random: Random) -> None:
    clock = Clock()
    clock.now = day(10)
    ingestion = Ingestion(graph, threshold=Threshold(lifetime_value=15, silent_days=1), clock=clock)
    sent = versions(random, 16)
    oracle = Oracle(sent)
    await empty(graph)
    rest = random.sample(sent, len(sent)) + random.choices(sent, k=2)
    while rest:
        size = random.randint(1, 6)
        await send(ingestion, rest[:size])
        rest = rest[size:]
    await check_content(graph, oracle)
    found, wanted = await snapshot(graph), await expected(graph)
    assert (found.matches, found.golden) == (wanted.matches, wanted.individuals)
    # The same as if the people had said all that themselves, at once.
    await empty(graph)
    for key, (said, modified) in (oracle.people | oracle.others).items():
        _, object_name, id_ = key.split("/")
        if is_shown(object_name, said):
            await send(ingestion, [Version(object_name, id_, modified, Mode.UPSERT, said)])
    assert comparable(await snapshot(graph)) == comparable(found)


@given(st.integers(0, 10**6))
@BRIEFLY
async def test_the_graph_ends_in_the_state_that_the_newest_versions_say(shared: Graph, seed: int) -> None:
    await check_interleaving(shared, Random(seed))


@pytest.mark.soak
@given(st.integers(0, 10**6))
@AT_LENGTH
async def test_and_so_it_does_at_length(shared: Graph, seed: int) -> None:
    await check_interleaving(shared, Random(seed))
