"""Small random populations that share everything that people share, and any order of sending them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from graph_model.ingestion.ingestion import Ingestion
from graph_model.records.model import Outcome, RecordResult

Json = dict[str, Any]

START = datetime(2026, 1, 1, tzinfo=UTC)
"""Day 0 of the tests."""

EMAILS = ("ada@mail.example", "grace@mail.example", "alan@mail.example", "info@shop.example")
PHONES = ("+49 30 23125001", "+49 30 23125002")
NAMES = (("Ada", "Lovelace"), ("Ada", "Lovelaze"), ("Grace", "Hopper"), ("Alan", "Turing"))
BIRTHS = (("1980-12-10", "10115"), ("1906-12-09", "20095"))
DEVICES = ("device-1", "device-2", "device-3")
CUSTOMER_NUMBERS = ("C-1", "C-2", "C-3")


def day(number: int) -> datetime:
    """Midnight of that day of the tests."""
    return START + timedelta(days=number)


def at(number: int) -> str:
    """Midnight of that day, as a source writes it."""
    return day(number).isoformat()


@dataclass(frozen=True)
class Sent:
    """One record as its source sends it."""

    source: str
    object: str
    record: Json
    deleted: bool = False


def person(id_: str, *, source: str = "crm", modified: int = 0, **fields: Any) -> Sent:
    """What a source says of a person on a day."""
    return Sent(source, "Individual", {"id": id_, "modifiedAt": at(modified), **fields})


def deletion(sent: Sent, *, modified: int) -> Sent:
    """That its source deleted the record on a day."""
    return replace(sent, record={"id": sent.record["id"], "modifiedAt": at(modified)}, deleted=True)


def order(id_: str, *, source: str = "shop", modified: int = 0, ordered: int = 0, **fields: Any) -> Sent:
    """An order of 10.00 EUR, unless the fields say otherwise."""
    defaults = {"orderedAt": at(ordered), "total": "10.00", "currency": "EUR"}
    return Sent(source, "SalesOrder", {"id": id_, "modifiedAt": at(modified), **defaults, **fields})


def visit(id_: str, *, source: str = "web", modified: int = 0, **fields: Any) -> Sent:
    """A page view."""
    record = {"id": id_, "modifiedAt": at(modified), "occurredAt": at(modified), "type": "PAGE_VIEW"}
    return Sent(source, "WebEngagement", {**record, **fields})


async def send(ingestion: Ingestion, batch: Iterable[Sent], *, actor: str = "tester") -> list[RecordResult]:
    """Send the records at the same moment, so that they share a transaction; each must be accepted."""
    answers = await asyncio.gather(*(_send(ingestion, sent, actor) for sent in batch))
    results = [answer[0] for answer in answers]
    assert [result.problems for result in results if result.outcome is Outcome.REJECTED] == []
    return results


async def _send(ingestion: Ingestion, sent: Sent, actor: str) -> list[RecordResult]:
    if sent.deleted:
        return await ingestion.delete(
            sent.source,
            sent.object,
            [sent.record["id"]],
            modified_at=datetime.fromisoformat(sent.record["modifiedAt"]),
            actor=actor,
        )
    return await ingestion.ingest(sent.source, sent.object, [sent.record], actor=actor)


def population(random: Random, *, records: int = 7, objects: int = 5, deleted: float = 0.0) -> list[Sent]:
    """Versions of records and business objects that share e-mail addresses, phones, names, devices and
    customer numbers; versions of one record disagree, and some have the same modified time. Of `deleted` of
    the records and objects one version says that they were deleted."""
    sent: list[Sent] = []
    for number in range(records):
        source = random.choice(("crm", "shop"))
        for _ in range(random.choice((1, 1, 2, 3))):
            sent.append(person(f"p{number}", source=source, modified=random.randrange(4), **_person(random)))
        if random.random() < deleted:
            sent.append(deletion(sent[-1], modified=random.randrange(4)))
    for number in range(objects):
        for _ in range(random.choice((1, 1, 2))):
            modified = random.randrange(4)
            if random.random() < 0.3:
                sent.append(visit(f"v{number}", modified=modified, **_some(random, deviceId=DEVICES)))
            else:
                fields = _some(
                    random, customerNumber=CUSTOMER_NUMBERS, email=EMAILS, phone=PHONES, deviceId=DEVICES
                )
                sent.append(
                    order(
                        f"o{number}",
                        modified=modified,
                        ordered=random.randrange(-400, 0),
                        total=random.choice(("10.00", "300.00", "700.05")),
                        currency=random.choice(("EUR", "EUR", "GBP")),
                        status=random.choice(("PLACED", "DELIVERED", "CANCELLED")),
                        **fields,
                    )
                )
        if random.random() < deleted:
            sent.append(deletion(sent[-1], modified=random.randrange(4)))
    return sent


def shuffled(random: Random, sent: Sequence[Sent]) -> list[list[Sent]]:
    """The same records in another order, in batches of other sizes."""
    rest = random.sample(sent, len(sent))
    batches = []
    while rest:
        size = random.choice((1, 2, 3, 5, 8, 40))
        batches.append(rest[:size])
        rest = rest[size:]
    return batches


def invented_name(number: int) -> str:
    """A family name that is not like that of any other number."""
    return "".join(Random(number).choices("abcdefghijklmnopqrstuvwxyz", k=12)).title()


def _person(random: Random) -> Json:
    fields: Json = {}
    if random.random() < 0.8:
        fields["firstName"], fields["lastName"] = random.choice(NAMES)
    if random.random() < 0.05:
        fields["noMergeReason"] = "a witness"
    if random.random() < 0.3:
        fields["birthDate"], fields["postalCode"] = random.choice(BIRTHS)
    fields |= _some(random, customerNumber=CUSTOMER_NUMBERS)
    for name, values in (("email", EMAILS), ("phone", PHONES), ("deviceId", DEVICES)):
        fields[name] = random.sample(values, random.choice((0, 0, 1, 1, 2)))
    return fields


def _some(random: Random, **choices: Sequence[str]) -> Json:
    return {name: random.choice(values) for name, values in choices.items() if random.random() < 0.4}
