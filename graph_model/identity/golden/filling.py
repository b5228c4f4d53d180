"""What a record says in other words: the parts of a whole name, the first of several addresses."""

from __future__ import annotations

from dataclasses import replace

from graph_model.identity.golden.model import ADDRESS_FIELDS, ADDRESSES, GoldenSource
from graph_model.identity.names import split_full_name
from graph_model.records.model import FieldValue


def filled(record: GoldenSource) -> GoldenSource:
    """The record with what its other words say, where it does not say it itself.

    A whole name fills the parts of a name unless given and family name are both there, as in matching; the
    first of `addresses` stands for the address of a record that has none.
    """
    fields = record.fields
    found: dict[str, FieldValue] = {}
    times: dict[str, str] = {}
    full = fields.get("fullName")
    if isinstance(full, str) and not (fields.get("firstName") and fields.get("lastName")):
        first, middle, last, suffix = split_full_name(full)
        parts = {"firstName": first, "middleName": middle, "lastName": last, "suffix": suffix}
        found |= {name: text for name, text in parts.items() if text and name not in fields}
        times |= dict.fromkeys(found, record.time_of("fullName"))
    addresses = fields.get(ADDRESSES)
    if isinstance(addresses, list) and fields.keys().isdisjoint(ADDRESS_FIELDS):
        address = next((item for item in addresses if isinstance(item, dict)), {})
        found |= address
        times |= dict.fromkeys(address, record.time_of(ADDRESSES))
    if not found:
        return record
    return replace(record, fields={**fields, **found}, times={**record.times, **times})
