"""From the records of an individual to its golden values.

For each field the rule of that field, else the default, chooses among what the records say of it. A record
that says nothing of a field takes no part, unless the rule counts empty values; an explicit null takes part
like a value, and where it wins there is no value. An address is taken as a whole from one record. Contact
points are kept all; the rule ranks them. What a steward's correction names goes before every rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graph_model.identity.golden.contacts import address_time, all_addresses, contact_points, says_address
from graph_model.identity.golden.filling import filled
from graph_model.identity.golden.model import (
    ADDRESS,
    ADDRESS_FIELDS,
    ADDRESSES,
    CONTACT_POINTS,
    CORRECTION,
    RECORD_FIELDS,
    SINGLE_FIELDS,
    Golden,
    GoldenSource,
    Provenance,
)
from graph_model.identity.golden.ranking import CORRECTIONS, Said, ranked, says
from graph_model.identity.matching.features import Party
from graph_model.identity.rulesets.model import Reconciliation
from graph_model.metadata.objects import DEVICE_OBJECT, ORGANIZATION
from graph_model.records.model import STEWARD, FieldValue

ANONYMOUS_NAME = "Anonymous"

_LAST_UPDATED_FIRST = Reconciliation()


def golden_values(
    records: Iterable[GoldenSource], reconciliation: Reconciliation = _LAST_UPDATED_FIRST
) -> Golden:
    """The golden values of the individual that consists of these records; among them `kind` (KNOWN if any
    record says who it is, else ANONYMOUS), `partyType` and `displayName`. They depend on the set of records
    alone."""
    speaking = [filled(record) for record in records if record.object != DEVICE_OBJECT]
    is_organization = any(record.object == ORGANIZATION.name for record in speaking)
    values: dict[str, FieldValue | None] = {
        "kind": "KNOWN" if speaking else "ANONYMOUS",
        "partyType": (Party.ORGANIZATION if is_organization else Party.PERSON).value,
    }
    provenance: list[Provenance] = []
    named = {field for record in speaking for field in record.fields}
    for name in SINGLE_FIELDS:
        if RECORD_FIELDS.get(name, name) not in named:
            values[name] = None
            continue
        winner, rule = _winner([_single(record, name) for record in speaking], name, reconciliation)
        value = winner.value if winner else None
        values[name] = None if isinstance(value, dict) else value
        provenance += _from(name, rule, winner)
    winner, rule = _winner([_address(record) for record in speaking], ADDRESS, reconciliation)
    parts = winner.value if winner and isinstance(winner.value, dict) else {}
    for name in ADDRESS_FIELDS:
        values[name] = parts.get(name)
    provenance += _from(ADDRESS, rule, winner)
    ranking = reconciliation.fields.get(ADDRESS, reconciliation.default)
    addresses = all_addresses(speaking, winner, ranking)
    for item in addresses:
        provenance += _from(ADDRESSES, rule if item is winner else ranking.rule.value, item)
    values[ADDRESSES] = [item.value for item in addresses if isinstance(item.value, dict)]
    for name, field in CONTACT_POINTS.items():
        kept, rule = contact_points(speaking, field, reconciliation.fields.get(name, reconciliation.default))
        values[name] = [text for item in kept for text in item.texts]
        provenance += _from(name, rule, *kept)
    values["displayName"] = _display_name(values)
    return Golden(values, tuple(provenance))


def _from(field: str, rule: str, *chosen: Said | None) -> list[Provenance]:
    return [
        Provenance(field, item.value, rule, item.record.key, item.modified_at)
        for item in chosen
        if item is not None
    ]


def _winner(
    asked: Sequence[Said | GoldenSource], name: str, reconciliation: Reconciliation
) -> tuple[Said | None, str]:
    """What wins of what the records say, and by which rule; a record that says nothing stands for itself."""
    said = [item for item in asked if isinstance(item, Said)]
    if corrections := [item for item in said if item.record.source == STEWARD]:
        return ranked(corrections, CORRECTIONS)[0], CORRECTION
    rule = reconciliation.fields.get(name, reconciliation.default)
    if said and not rule.ignore_empty:
        silent = (item for item in asked if isinstance(item, GoldenSource) and item.source != STEWARD)
        said += [says(record, None) for record in silent]
    return ranked(said, rule)[0] if said else None, rule.rule.value


def _single(record: GoldenSource, name: str) -> Said | GoldenSource:
    field = RECORD_FIELDS.get(name, name)
    if field not in record.fields:
        return record
    value = record.fields[field]
    at = record.time_of(field)
    return says(record, None, at=at) if value is None else says(record, value, str(value), at=at)


def _address(record: GoldenSource) -> Said | GoldenSource:
    """The parts that it has; a null among them counts only where no part has a value."""
    if record.fields.keys().isdisjoint(ADDRESS_FIELDS):
        return record
    at = address_time(record)
    return says_address(record, record.fields, at) or says(record, None, at=at)


def _display_name(values: dict[str, FieldValue | None]) -> str:
    """The name of the organisation or of the person, else the first e-mail address."""
    parts = ("organizationName",) if values["partyType"] == Party.ORGANIZATION else ("firstName", "lastName")
    name = " ".join(str(values[part]) for part in parts if values[part])
    emails = values["emails"]
    return name or (str(emails[0]) if isinstance(emails, list) and emails else ANONYMOUS_NAME)
