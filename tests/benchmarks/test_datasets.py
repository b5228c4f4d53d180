"""A row of a labelled set becomes a record that the gateway takes."""

from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest

from benchmarks.matching.datasets import Labelled, birth_date, clusters, labelled_by, load
from benchmarks.matching.gateways import requests

COLUMNS = {
    "first_name": "given_name",
    "last_name": "surname",
    "org_name": "organisation",
    "dob": "date_of_birth",
    "dob_format": "%Y%m%d",
    "national_id": "soc_sec_id",
    "passport": "passport",
    "email": "mail",
    "phone": "phone",
    "sex": "sex",
    "multi_sep": "|",
}
ROW = dict.fromkeys((column for column in COLUMNS.values() if column not in ("%Y%m%d", "|")), "")


def test_columns_become_fields() -> None:
    row = {
        **ROW,
        "record_id": "7",
        "given_name": " Ann ",
        "surname": "Lee",
        "date_of_birth": "19560409",
        "soc_sec_id": "1804974",
        "mail": '"Ann Lee" <ann@lee.org>|al@lee.org',
        "phone": "555 0123",
        "sex": "F",
    }
    assert labelled_by(row, "some", COLUMNS) == (
        {
            "id": "7",
            "firstName": "Ann",
            "lastName": "Lee",
            "phone": "555 0123",
            "email": ["ann@lee.org", "al@lee.org"],
            "birthDate": "1956-04-09",
            "gender": "FEMALE",
            "partyIdentifications": [{"type": "NATIONAL_ID", "issuer": "AU", "number": "1804974"}],
        },
        "some",
        "Individual",
    )


def test_an_organisation_is_one_whatever_else_the_row_holds() -> None:
    row = {**ROW, "record_id": "8", "organisation": "Acme Inc|Acme", "given_name": "x", "source": "A"}
    record, source, object_name = labelled_by(row, "some", COLUMNS)
    assert record == {"id": "8", "name": "Acme Inc", "alternateNames": ["Acme"]}
    assert (source, object_name) == ("some-A", "Organization")


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("19560409", "%Y%m%d", "1956-04-09"),
        ("19561309", "%Y%m%d", None),
        ("12/11/1978", "mixed-us", "1978-12-11"),
        ("20/8/1991", "mixed-us", "1991-08-20"),
        ("3/1/70", "mixed-us", "1970-03-01"),
        ("2/4/31", "mixed-us", "1931-02-04"),
        ("24-May-11", "mixed-us", "2011-05-24"),
        ("Mar 1 1970", "mixed-us", "1970-03-01"),
        ("soon", "mixed-us", None),
    ],
)
def test_dates_become_iso_8601(text: str, form: str, expected: str | None) -> None:
    assert birth_date(text, form) == expected


def test_a_set_is_a_folder_and_a_refused_value_does_not_cost_its_record(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    columns = {"first_name": "name", "phone": "phone", "dob": "born", "dob_format": "%Y"}
    (folder / "schema.json").write_bytes(orjson.dumps({"columns": columns}))
    with gzip.open(folder / "records.csv.gz", "wt") as file:
        file.write("record_id,name,phone,born\n1,Ann,+1,1980\n2,Bob,,x\n")
    with gzip.open(folder / "truth.csv.gz", "wt") as file:
        file.write("record_id,cluster_id\n1,c\n2,c\n")
    one, other = load("tiny", tmp_path)
    assert one.record["birthDate"] == "1980-01-01"
    assert other == Labelled({"id": "2", "firstName": "Bob"}, "tiny", "Individual", "c")
    assert clusters([one, other]) == {"tiny/Individual/1": "c", "tiny/Individual/2": "c"}


def test_a_population_is_a_set_too() -> None:
    population = load("people_20")
    assert len(population) == 20
    assert {each.object for each in population} == {"Individual"}


def test_a_request_is_of_one_source_and_object() -> None:
    records = [
        Labelled({"id": str(number)}, "b" if number % 2 else "a", "Individual", "c") for number in range(5)
    ]
    inputs = [(body["source"], [each["id"] for each in body["records"]]) for body in requests(records, 4)]
    assert inputs == [("a", ["0", "2"]), ("b", ["1", "3"]), ("a", ["4"])]
