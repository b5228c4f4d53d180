"""The labelled sets of records, as `ingestRecords` takes them.

A set is a folder of `records.csv.gz`, `truth.csv.gz` (record_id, cluster_id) and `schema.json`, which says
what its columns hold. Nothing else is known of a set: every one goes through the same mapping. A value that
the gateway refuses (a day that no calendar has) is left out, as a loader would do, never the whole record;
what it only warns of (a malformed e-mail address) stays.
"""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import orjson
from dateutil import parser as dates

from benchmarks.people import people
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Record, RecordKey
from graph_model.records.validation import validate

DATA = Path(os.environ.get("BENCH_DATA") or Path(__file__).parents[3] / "shared" / "data")
SETS = ("febrl3", "febrl4", "fake_1000", "fake_20000", "senzing_truth")
PEOPLE = "people_"
"""Begins the name of a synthetic population; the number of its records follows."""

_TEXTS = {
    "first_name": "firstName",
    "middle_name": "middleName",
    "last_name": "lastName",
    "full_name": "fullName",
    "birth_place": "birthPlace",
    "phone": "phone",
    "street": "street",
    "address": "street",
    "street_no": "houseNumber",
    "locality": "locality",
    "city": "city",
    "postcode": "postalCode",
    "state": "state",
}
_IDENTIFICATIONS = {
    "national_id": "NATIONAL_ID",
    "passport": "PASSPORT",
    "drivers_license": "DRIVERS_LICENSE",
    "other_id": "OTHER_ID",
    "tax_id": "TAX_ID",
}
_GENDERS = {"m": "MALE", "male": "MALE", "f": "FEMALE", "female": "FEMALE"}
_NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A record with its target, and the cluster that it truly belongs to."""

    record: dict[str, Any]
    source: str
    object: str
    cluster: str

    @property
    def key(self) -> str:
        """The key that the gateway knows the record by."""
        return str(RecordKey(self.source, self.object, str(self.record["id"])))


def load(name: str, data: Path = DATA) -> list[Labelled]:
    """A set of the folder by its name, or `people_20000` and the like."""
    if name.startswith(PEOPLE):
        count = int(name.removeprefix(PEOPLE))
        return [Labelled(record, source, "Individual", person) for record, source, person in people(count)]
    folder = data / name
    columns: dict[str, str] = orjson.loads((folder / "schema.json").read_bytes())["columns"]
    truth = {row["record_id"]: row["cluster_id"] for row in _rows(folder / "truth.csv.gz")}
    return [
        _accepted(labelled_by(row, name, columns), truth[row["record_id"]])
        for row in _rows(folder / "records.csv.gz")
    ]


def valid(labelled: Labelled) -> Record:
    """The record as the gateway's validation makes it. Raises ValueError if it refuses the record."""
    found = validate(
        labelled.record,
        labelled.source,
        SHIPPED.objects[labelled.object],
        received_at=_NOW,
        default_country=None,
    )
    if not isinstance(found, Record):
        raise ValueError(f"{labelled.key}: {found}")
    return found


def labelled_by(
    row: Mapping[str, str], name: str, columns: Mapping[str, str]
) -> tuple[dict[str, Any], str, str]:
    """A row as a record, its source and its object."""
    separator = columns.get("multi_sep")
    values = {
        attribute: [value for part in _parts(row[column], separator) if (value := part.strip())]
        for attribute, column in columns.items()
        if column in row
    }
    held = {attribute: found for attribute, found in values.items() if found}
    record: dict[str, Any] = {"id": row["record_id"]}
    if "org_name" in held:
        record["name"], *others = held["org_name"]
        if others:
            record["alternateNames"] = others
    for attribute, field in _TEXTS.items():
        if attribute in held and not ("org_name" in held and attribute.endswith("_name")):
            several = held[attribute] if field == "phone" else held[attribute][:1]
            record[field] = several if len(several) > 1 else several[0]
    if "email" in held:
        record["email"] = [parseaddr(value)[1] or value for value in held["email"]]
    if "dob" in held and (born := birth_date(held["dob"][0], columns["dob_format"])):
        record["birthDate"] = born
    if "sex" in held and (gender := _GENDERS.get(held["sex"][0].casefold())):
        record["gender"] = gender
    identifications = [
        {"type": type_, "issuer": _issuer(attribute, row, columns), "number": number}
        for attribute, type_ in _IDENTIFICATIONS.items()
        for number in held.get(attribute, ())
    ]
    if identifications:
        record["partyIdentifications"] = identifications
    source = "-".join(filter(None, (name, row.get("source", ""))))
    return record, source, "Organization" if "org_name" in held else "Individual"


def birth_date(text: str, form: str) -> str | None:
    """The date in ISO 8601, or None if there is no such day. The form is strftime's, or `mixed-us`: any of
    those in use, the month first where both may be."""
    try:
        born = dates.parse(text) if form == "mixed-us" else datetime.strptime(text, form)
    except (ValueError, OverflowError):
        return None
    if born.year > _NOW.year:
        born = born.replace(year=born.year - 100)
    return born.date().isoformat()


def _issuer(attribute: str, row: Mapping[str, str], columns: Mapping[str, str]) -> str:
    """Who issued the number: of national numbers the country where a column's name tells it."""
    if attribute != "national_id":
        return ""
    return {"soc_sec_id": "AU", "ssn_number": "US"}.get(columns[attribute], "")


def _accepted(mapped: tuple[dict[str, Any], str, str], cluster: str) -> Labelled:
    """The record without the values that the gateway refuses."""
    record, source, object_name = mapped
    found = validate(record, source, SHIPPED.objects[object_name], received_at=_NOW)
    if not isinstance(found, Record):
        refused = {problem.path[0] for problem in found}
        record = {field: value for field, value in record.items() if field not in refused}
    return Labelled(record, source, object_name, cluster)


def _parts(text: str, separator: str | None) -> list[str]:
    return text.split(separator) if separator else [text]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", newline="", encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def clusters(labelled: Sequence[Labelled]) -> dict[str, str]:
    """The true cluster of each record, by its key."""
    return {each.key: each.cluster for each in labelled}
