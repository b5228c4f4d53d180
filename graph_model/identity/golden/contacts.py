"""Contact points: e-mail addresses, phone numbers and postal addresses, all of which are kept.

The rule ranks them, and of spellings that mean the same the best is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, replace
from typing import Any

from graph_model.identity import addresses, normalise
from graph_model.identity.golden.model import ADDRESS_FIELDS, ADDRESSES, CORRECTION, GoldenSource
from graph_model.identity.golden.ranking import CORRECTIONS, Said, ranked, says
from graph_model.identity.rulesets.model import ReconciliationRule
from graph_model.records.model import STEWARD, FieldValue, Parts


def contact_points(
    records: Sequence[GoldenSource], field: str, rule: ReconciliationRule
) -> tuple[list[Said], str]:
    """Every e-mail address or phone number once, the best first, whatever is malformed last, and the rule
    that ranked them. The newest correction that names the field says all that there are."""
    naming = (record for record in records if record.source == STEWARD and field in record.fields)
    if corrections := [says(record, None, at=record.time_of(field)) for record in naming]:
        newest = ranked(corrections, CORRECTIONS)[0].record
        return _each_once(_values(newest, field)), CORRECTION
    said = (item for record in records for item in _values(record, field))
    order = sorted(ranked(said, rule), key=lambda item: item.doubtful)
    return _each_once(order), rule.rule.value


def all_addresses(records: Sequence[GoldenSource], best: Said | None, rule: ReconciliationRule) -> list[Said]:
    """Every postal address once; first the one that is the individual's address, `best`, if there is one. A
    correction that says there is none takes all away."""
    if best is not None and best.value is None and best.record.source == STEWARD:
        return []
    said = [item for record in records for item in _addresses(record)]
    if len(said) < 2:
        return said if best is None or best.value is None else [best]
    first = [best] if best is not None and best.value is not None else []
    # What looks alike to matching is the same address, however it was written.
    return _each_once([*map(_normal_address, first), *ranked(map(_normal_address, said), rule)], first)


def _each_once(said: Iterable[Said], shown_as: Sequence[Said] = ()) -> list[Said]:
    """The first of each form, the first of all as it is in `shown_as`."""
    shown: dict[tuple[str, ...], Said] = {}
    for item in said:
        shown.setdefault(item.form, item)
    return [*shown_as, *list(shown.values())[len(shown_as) :]]


def _values(record: GoldenSource, field: str) -> Iterator[Said]:
    """Each value of a list that a record has, with what it normalises to as its form."""
    country = record.fields.get("country")
    held = record.fields.get(field) or []
    for place, value in enumerate(map(str, held if isinstance(held, list) else [held])):
        try:
            same, doubtful = _normal(field, value, country), False
        except normalise.Malformed:
            same, doubtful = None, True
        yield Said(value, (value,), (same or value,), record, record.time_of(field, place), doubtful)


def _normal(field: str, value: str, country: FieldValue | None) -> str | None:
    if field == "phone":
        return normalise.phone(value, str(country) if country else None)
    if (address := normalise.email(value)) is None:
        raise normalise.Malformed("not an e-mail address")
    return address


def address_time(record: GoldenSource) -> str:
    """When the address in a record's own fields was modified: when the last of its parts was."""
    return max(record.time_of(name) for name in ADDRESS_FIELDS if name in record.fields)


def says_address(record: GoldenSource, fields: Mapping[str, object], at: str) -> Said | None:
    """The address in fields that a record says; None if none of its parts has a value."""
    parts: Parts = {
        name: value for name in ADDRESS_FIELDS if isinstance(value := fields.get(name), str | int | float)
    }
    texts = (str(parts.get(name, "")) for name in ADDRESS_FIELDS)
    return says(record, parts, *texts, at=at) if parts else None


def _addresses(record: GoldenSource) -> Iterator[Said]:
    """The address of a record, and the further ones that it has."""
    further = record.fields.get(ADDRESSES)
    said = [(item, record.time_of(ADDRESSES, place)) for place, item in enumerate(_list(further))]
    if not record.fields.keys().isdisjoint(ADDRESS_FIELDS):
        said.insert(0, (record.fields, address_time(record)))
    for fields, at in said:
        if isinstance(fields, Mapping) and (address := says_address(record, fields, at)):
            yield address


def _list(value: FieldValue | None) -> list[Any]:
    return value if isinstance(value, list) else []


def _normal_address(said: Said) -> Said:
    """The same with what its address normalises to as its form."""
    assert isinstance(said.value, dict)
    normal = addresses.of_parts(said.value)
    return said if normal == addresses.NOWHERE else replace(said, form=astuple(normal))
