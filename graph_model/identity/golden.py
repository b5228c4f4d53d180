"""Survivorship: the golden values of an individual, derived from its records and never stored apart.

One reconciliation rule so far: *last updated, empty values ignored*, ties broken alphabetically, as
in Salesforce Data Cloud. An address is taken as a whole from one record. Contact points are kept all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from graph_model.identity import normalise
from graph_model.metadata.objects import DEVICE_OBJECT, ORGANIZATION
from graph_model.records.model import FieldValue

SINGLE_FIELDS = (
    *("salutation", "firstName", "middleName", "lastName", "suffix", "birthDate", "birthPlace", "gender"),
)
ADDRESS_FIELDS = (
    *("street", "houseNumber", "addressLine2", "locality"),
    *("city", "postalCode", "state", "country", "latitude", "longitude"),
)
CONTACT_POINTS = {"emails": "email", "phones": "phone"}
FOLDED = ("displayName", "firstName", "middleName", "lastName", "street", "city", "state", "emails", "phones")
"""Golden values whose case-folded form is stored, too."""
ANONYMOUS_NAME = "Anonymous"


@dataclass(frozen=True, slots=True)
class GoldenSource:
    """What survivorship needs of a record."""

    key: str
    object: str
    modified_at: str
    fields: dict[str, FieldValue]


def golden_values(records: Iterable[GoldenSource]) -> dict[str, FieldValue | None]:
    """The golden values by property name, None where no record has a value; among them `kind`
    (KNOWN if any record is of a person, else ANONYMOUS) and `displayName`."""
    newest_first = sorted(
        (record for record in records if record.object != DEVICE_OBJECT),
        key=lambda record: record.modified_at,
        reverse=True,
    )
    golden: dict[str, FieldValue | None] = {"kind": "KNOWN" if newest_first else "ANONYMOUS"}
    for name in SINGLE_FIELDS:
        golden[name] = _last_updated(newest_first, name)
    organizations = [record for record in newest_first if record.object == ORGANIZATION.name]
    golden["partyType"] = "ORGANIZATION" if organizations else "PERSON"
    golden["organizationName"] = _last_updated(organizations, "name")
    address = _last_updated_address(newest_first)
    for name in ADDRESS_FIELDS:
        golden[name] = address.get(name)
    for name, field in CONTACT_POINTS.items():
        golden[name] = _all_values(newest_first, field)
    full_name = " ".join(str(golden[part]) for part in ("firstName", "lastName") if golden[part])
    emails = golden["emails"]
    golden["displayName"] = (
        golden["organizationName"]
        or full_name
        or (str(emails[0]) if isinstance(emails, list) and emails else ANONYMOUS_NAME)
    )
    return golden


def _last_updated(newest_first: list[GoldenSource], name: str) -> FieldValue | None:
    holders = [record for record in newest_first if name in record.fields]
    if not holders:
        return None
    return min(str(record.fields[name]) for record in holders if record.modified_at == holders[0].modified_at)


def _last_updated_address(newest_first: list[GoldenSource]) -> dict[str, FieldValue]:
    addresses = [
        (record.modified_at, {name: record.fields[name] for name in ADDRESS_FIELDS if name in record.fields})
        for record in newest_first
    ]
    filled = [(moment, address) for moment, address in addresses if address]
    if not filled:
        return {}
    return min(
        (address for moment, address in filled if moment == filled[0][0]),
        key=lambda item: sorted(item.items()),
    )


def _all_values(newest_first: list[GoldenSource], field: str) -> list[str]:
    """Every value, each once: of those that normalise to the same, the one updated last is shown."""
    ranked: list[tuple[str, str, str]] = []
    for record in newest_first:
        country = record.fields.get("country")
        held = record.fields.get(field, [])
        for value in map(str, held if isinstance(held, list) else [held]):
            same = normalise.email(value) if field == "email" else _phone(value, country)
            ranked.append((record.modified_at, value, same or value))
    ranked.sort(key=lambda item: item[1])
    ranked.sort(key=lambda item: item[0], reverse=True)
    shown: dict[str, str] = {}
    for _, value, same in ranked:
        shown.setdefault(same, value)
    return list(shown.values())


def _phone(value: str, country: FieldValue | None) -> str | None:
    try:
        return normalise.phone(value, str(country) if country else None)
    except normalise.Malformed:
        return None
