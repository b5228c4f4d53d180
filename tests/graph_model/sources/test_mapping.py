"""Rows become records by the mapping of their source."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph_model.ingestion.preparing import Prepared, from_payload, prepare, prepare_deletion
from graph_model.records.model import Mode, RecordKey
from tests.graph_model.sources.forms import NOW, catalogue, individual, mapped, refused, source

NAMES = source(
    individual(
        {"field": "firstName", "from": "name", "transforms": [{"splitName": "FIRST"}]},
        {"field": "lastName", "from": "name", "transforms": [{"splitName": "LAST"}]},
        {"field": "email", "from": "mail"},
        {"field": "phone", "from": "home"},
        {"field": "phone", "from": "mobile"},
        {"field": "street", "from": ["road", "no"], "transforms": [{"concatenate": " "}]},
        {"field": "city", "from": "address.City"},
        {"field": "country", "constant": "DE"},
        {"field": "customerNumber", "from": "key"},
        {
            "field": "addresses",
            "each": "others",
            "parts": [{"field": "city", "from": "town"}, {"field": "country", "constant": "AT"}],
        },
        primaryKey="key",
        modifiedField=["changed", "created"],
        deletedField="gone",
    ),
    version=3,
)
ROW = {
    "key": 4711,
    "changed": "2026-01-02T03:04:05Z",
    "created": "2020-01-01T00:00:00Z",
    "name": "Ada King",
    "mail": "ada@example.com",
    "home": None,
    "mobile": "030 1234567",
    "road": "Main St",
    "no": 5,
    "address": {"City": "Berlin"},
    "others": [{"town": "Wien"}, {"street": "x"}, {"town": ""}],
    "gone": False,
    "favourite": "green",
}


def test_a_row_becomes_a_record_of_its_source_s_object() -> None:
    (record,) = mapped(NAMES, ROW)
    assert record.key == RecordKey("crm", "person", "4711")
    assert record.object_type.name == "Individual"
    assert record.modified_at == "2026-01-02T03:04:05.000000Z"
    assert (record.mapping, record.mode, record.sent) == (3, Mode.UPSERT, Mode.UPSERT)
    assert record.fields == {
        "firstName": "Ada",
        "lastName": "King",
        "email": ["ada@example.com"],
        "phone": ["030 1234567"],
        "street": "Main St 5",
        "city": "Berlin",
        "country": "DE",
        "customerNumber": "4711",
        "addresses": [{"city": "Wien", "country": "AT"}],
    }
    assert "PHONE||+49301234567" in {identifier.key for identifier in record.identifiers}


def test_the_payload_is_kept_as_it_was_received() -> None:
    (record,) = mapped(NAMES, ROW)
    assert record.payload is not None
    assert from_payload(record.payload) == ROW


@pytest.mark.parametrize("odd", ["\ud800", 2**70, "\x00"])
def test_even_what_no_json_library_likes_is_kept(odd: Any) -> None:
    (record,) = mapped(NAMES, ROW | {"odd": odd})
    assert record.payload is not None
    record.payload.encode()
    assert from_payload(record.payload)["odd"] == odd


def test_a_file_and_a_stream_of_one_row_make_one_version() -> None:
    in_file = {name: "" if value is None else str(value) for name, value in ROW.items()}
    in_file |= {"address.City": "Berlin", "gone": "false"}
    del in_file["address"], in_file["others"]
    in_stream = {name: value for name, value in ROW.items() if name != "others"}
    (one,), (other,) = mapped(NAMES, in_file), mapped(NAMES, in_stream)
    assert (one.modified_at, one.content_hash) == (other.modified_at, other.content_hash)


def test_a_field_whose_name_has_dots_goes_before_a_path() -> None:
    (record,) = mapped(NAMES, ROW | {"address.City": "Bonn"})
    assert record.fields["city"] == "Bonn"


def test_of_several_modified_fields_the_first_that_has_a_value_counts() -> None:
    (record,) = mapped(NAMES, ROW | {"changed": ""})
    assert record.modified_at == "2020-01-01T00:00:00.000000Z"


def test_without_one_the_time_of_receipt_counts() -> None:
    (record,) = mapped(NAMES, {"key": "1", "name": "Ada"})
    assert record.modified_at == "2026-11-25T12:00:00.000000Z"


@pytest.mark.parametrize("gone", [True, "true", "TRUE", 1, "1", "yes"])
def test_a_row_that_says_so_is_a_deletion(gone: Any) -> None:
    (record,) = mapped(NAMES, ROW | {"gone": gone})
    assert record.deleted
    assert (record.fields, record.sent) == ({}, Mode.UPSERT)
    assert record.payload is not None


@pytest.mark.parametrize(
    ("row", "problems"),
    [
        ({"name": "Ada"}, [("MISSING_PRIMARY_KEY", ("key",))]),
        ({"key": " "}, [("MISSING_PRIMARY_KEY", ("key",))]),
        ({"key": "1", "changed": "soon"}, [("INVALID_DATETIME", ("changed",))]),
        (
            {"key": "1", "mail": {"a": 1}, "name": [{"b": 1}]},
            [("INVALID_VALUE", ("name",))] * 2 + [("INVALID_VALUE", ("mail",))],
        ),
        ({"key": "x" * 300}, [("INVALID_ID", ("key",)), ("INVALID_TEXT", ("key",))]),
        ({"key": "1", "address": {"City": "\x01"}}, [("INVALID_TEXT", ("address", "City"))]),
        ({"key": "1", "name": ["Ada", "Bea"]}, [("TOO_MANY_VALUES", ("name",))]),
    ],
)
def test_every_problem_of_a_row_names_its_place_in_the_row(row: dict[str, Any], problems: list[Any]) -> None:
    assert refused(NAMES, row) == problems


def test_so_does_what_is_missing() -> None:
    assert refused(VALUES, {"id": "1", "chance": 50}, object_name="deal") == [("MISSING_FIELD", ("made",))]


def test_a_row_is_an_object() -> None:
    assert refused(NAMES, ["a"]) == [("INVALID_RECORD", ())]


def test_a_patch_says_nothing_but_of_the_fields_that_it_names() -> None:
    (record,) = mapped(NAMES, {"key": "1", "mail": None, "address": {"City": "Bonn"}}, mode=Mode.PATCH)
    assert record.mode is Mode.PATCH
    assert (record.fields, record.withdrawn) == ({"city": "Bonn", "customerNumber": "1"}, ("email",))


def test_in_a_patch_an_empty_text_says_nothing() -> None:
    (record,) = mapped(NAMES, {"key": "1", "mail": "", "name": "Ada King"}, mode=Mode.PATCH)
    assert record.said == {"firstName": "Ada", "lastName": "King", "customerNumber": "1"}


@pytest.mark.parametrize("named", ["road", "no", "home"])
def test_a_patch_of_a_part_of_a_value_is_refused(named: str) -> None:
    row = {"key": "1", named: "5"}
    assert refused(NAMES, row, mode=Mode.PATCH) == [("INCOMPLETE_PATCH", (named,))]


LEADS = source(
    {
        "name": "lead",
        "targets": [
            {"object": "Individual", "fields": [{"field": "email", "from": "mail"}]},
            {
                "object": "Organization",
                "name": "lead.firm",
                "when": {"path": "kind", "values": ["firm"]},
                "fields": [{"field": "name", "from": "firm"}],
            },
        ],
    }
)


def test_a_row_may_become_several_records_of_which_the_first_keeps_the_payload() -> None:
    row = {"id": "1", "mail": "a@example.com", "kind": "FIRM", "firm": "Acme"}
    person, firm = mapped(LEADS, row, object_name="lead")
    assert (str(person.key), str(firm.key)) == ("crm/lead/1", "crm/lead.firm/1")
    assert firm.fields == {"name": "Acme"}
    assert person.payload is not None
    assert firm.payload is None
    assert person.known_as == {"Individual": ("lead",), "Organization": ("lead.firm",)}


def test_a_record_whose_condition_does_not_hold_is_deleted() -> None:
    _, firm = mapped(LEADS, {"id": "1", "mail": "a@example.com", "kind": "person"}, object_name="lead")
    assert firm.deleted


def test_of_an_object_that_never_changes_there_is_then_just_none() -> None:
    never = source(
        {
            **LEADS.objects["lead"].model_dump(include={"name"}),
            "immutable": True,
            "targets": [
                {
                    "object": "Organization",
                    "when": {"path": "kind", "values": ["firm"]},
                    "fields": [{"field": "name", "from": "firm"}],
                },
            ],
        }
    )
    assert refused(never, {"id": "1", "kind": "person"}, object_name="lead") == [("NO_TARGET", ())]


def test_a_patch_must_say_what_a_condition_asks_for() -> None:
    row = {"id": "1", "mail": "a@example.com"}
    assert refused(LEADS, row, object_name="lead", mode=Mode.PATCH) == [("INCOMPLETE_PATCH", ("kind",))]


def test_of_one_wrong_record_nothing_of_the_row_is_taken() -> None:
    row = {"id": "1", "mail": "a@example.com", "kind": "firm", "firm": "\x00"}
    assert refused(LEADS, row, object_name="lead") == [("INVALID_TEXT", ("firm",))]


def test_a_deletion_deletes_all_records_of_the_row() -> None:
    made = prepare_deletion("1", "crm", "lead", catalogue(LEADS), deleted_at=NOW)
    assert isinstance(made, Prepared)
    assert [(str(record.key), record.deleted) for record in made.records] == [
        ("crm/lead/1", True),
        ("crm/lead.firm/1", True),
    ]


def test_an_object_without_targets_sends_canonical_form() -> None:
    (record,) = mapped(
        source({"name": "Individual"}), {"id": "1", "lastName": "King"}, object_name="Individual"
    )
    assert (record.fields, record.mapping) == ({"lastName": "King"}, None)


def test_an_unregistered_source_sends_canonical_form() -> None:
    made = prepare({"id": "1", "lastName": "King"}, "shop", "Individual", catalogue(), received_at=NOW)
    assert isinstance(made, Prepared)
    assert json.loads(made.records[0].payload or "") == {"id": "1", "lastName": "King"}


VALUES = source(
    {
        "name": "deal",
        "targets": [
            {
                "object": "Opportunity",
                "fields": [
                    {"field": "amount", "from": "sum", "when": {"path": "money"}},
                    {"field": "currency", "from": "money"},
                    {"field": "probability", "from": "chance", "transforms": [{"number": "POINT"}]},
                    {
                        "field": "createdAt",
                        "from": "made",
                        "transforms": [{"parseDatetime": {"format": "ISO"}}],
                    },
                ],
            }
        ],
    }
)


def test_a_field_may_have_a_condition() -> None:
    row = {"id": "1", "made": "2026-01-01", "sum": 12.5}
    (record,) = mapped(VALUES, row, object_name="deal")
    assert "amount" not in record.fields
    (record,) = mapped(VALUES, row | {"money": "EUR"}, object_name="deal")
    assert (record.fields["amount"], record.fields["currency"]) == ("12.50", "EUR")


@pytest.mark.parametrize("chance", [90, 90.0, "90", "90.0", "90.00"])
def test_a_number_is_the_same_however_it_is_written(chance: Any) -> None:
    row = {"id": "1", "made": "2026-01-01", "chance": chance}
    (record,) = mapped(VALUES, row, object_name="deal")
    (as_text,) = mapped(VALUES, row | {"chance": "90"}, object_name="deal")
    assert record.content_hash == as_text.content_hash
