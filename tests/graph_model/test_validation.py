"""From what a source sent to a valid record, or to every problem that it has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model import times
from graph_model.errors import BadInput
from graph_model.metadata.objects import MAX_KEY, MAX_TEXT, IdentifierType
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Problem, Record, read_fields
from graph_model.records.validation import MAX_VALUES, check_target, validate

NOW = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


def read(object_name: str, *, default_country: str | None = None, **fields: Any) -> Record | list[Problem]:
    raw = {"id": "1", **fields}
    return validate(
        raw, "crm", SHIPPED.objects[object_name], received_at=NOW, default_country=default_country
    )


def accepted(object_name: str, **fields: Any) -> Record:
    record = read(object_name, **fields)
    assert isinstance(record, Record), record
    return record


def refused(object_name: str, **fields: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    problems = read(object_name, **fields)
    assert isinstance(problems, list)
    return [(problem.code, problem.path) for problem in problems]


def an_order(**fields: Any) -> dict[str, Any]:
    return {"orderedAt": "2026-10-01T12:00:00Z", **fields}


def keys(record: Record) -> list[str]:
    return [identifier.key for identifier in record.identifiers]


def test_a_record_is_known_by_source_object_and_id() -> None:
    assert str(accepted("Individual").key) == "crm/Individual/1"
    assert str(accepted("Individual", id=42).key) == "crm/Individual/42"


@pytest.mark.parametrize(
    "id_", [None, "", "x" * 257, "a\x00b", "a\ud800b", 1.5, True, [], {}, "line\x1bbreak"]
)
def test_an_id_that_is_no_short_text_is_refused(id_: Any) -> None:
    assert refused("Individual", id=id_) == [("INVALID_ID", ("id",))]


@pytest.mark.parametrize("raw", [None, 1, "text", [], [{"id": "1"}], True])
def test_what_is_no_object_is_refused(raw: Any) -> None:
    problems = validate(raw, "crm", SHIPPED.objects["Individual"], received_at=NOW)
    assert isinstance(problems, list)
    assert [(problem.code, problem.path) for problem in problems] == [("INVALID_RECORD", ())]


def test_a_record_without_a_modified_time_is_as_new_as_its_receipt() -> None:
    assert accepted("Individual").modified_at == times.to_text(NOW)
    modified = accepted("Individual", modifiedAt="2026-10-01T14:00:00+02:00").modified_at
    assert modified == "2026-10-01T12:00:00.000000Z"


@pytest.mark.parametrize("modified_at", ["yesterday", "2026-13-01T00:00:00Z", 5, "0001-01-01T00:00:00+14:00"])
def test_a_modified_time_that_does_not_exist_is_refused(modified_at: Any) -> None:
    assert refused("Individual", modifiedAt=modified_at) == [("INVALID_DATETIME", ("modifiedAt",))]


def test_every_problem_of_a_record_is_told() -> None:
    found = refused("Individual", id="", colour="red", email=["ada@mail.example", "x" * 5_000], gender="X")
    assert found == [
        ("INVALID_ID", ("id",)),
        ("UNKNOWN_FIELD", ("colour",)),
        ("INVALID_TEXT", ("email", 1)),
        ("INVALID_ENUM", ("gender",)),
    ]


@pytest.mark.parametrize("nothing", [None, "", "  ", []])
def test_a_blank_is_the_same_as_no_value(nothing: Any) -> None:
    assert accepted("Individual", firstName=nothing, email=nothing).fields == {}
    assert accepted("Individual", email=[nothing, "ada@mail.example"]).fields == {
        "email": ["ada@mail.example"]
    }


def test_a_null_says_that_there_is_no_value_where_a_record_says_who_somebody_is() -> None:
    record = accepted("Individual", middleName=None, email=None, firstName="Ada", lastName="")
    assert (record.fields, record.withdrawn) == ({"firstName": "Ada"}, ("email", "middleName"))
    assert record.said == {"firstName": "Ada", "email": None, "middleName": None}
    assert read_fields(orjson.dumps(record.said).decode()) == (record.fields, record.withdrawn)


def test_a_null_is_content_of_its_own() -> None:
    silent, withdrawn = (
        accepted("Individual", firstName="Ada"),
        accepted("Individual", firstName="Ada", lastName=None),
    )
    assert silent.content_hash != withdrawn.content_hash


def test_in_a_business_object_a_null_is_the_same_as_no_value() -> None:
    order = accepted("SalesOrder", orderedAt="2026-01-01T00:00Z", email=None, status=None)
    assert order.withdrawn == ()


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("Ada", "Ada"),
        ("  Ada ", "Ada"),
        (10115, "10115"),
        ("two\nlines", "two\nlines"),
        ("x" * MAX_TEXT, "x" * MAX_TEXT),
    ],
)
def test_a_text_is_kept_without_the_space_around_it(value: Any, stored: str) -> None:
    assert accepted("Individual", street=value).fields == {"street": stored}


@pytest.mark.parametrize("value", [1.5, True, {}, ["a"], "x" * (MAX_TEXT + 1), "a\x00b", "a\ud800"])
def test_what_is_no_text_is_refused(value: Any) -> None:
    assert refused("Individual", street=value) == [("INVALID_TEXT", ("street",))]


@pytest.mark.parametrize(
    "name", ["customerNumber", "loyaltyNumber", "login", "deviceId", "cookieId", "postalCode"]
)
def test_what_the_graph_finds_records_by_fits_into_an_index(name: str) -> None:
    assert [code for code, _ in refused("Individual", **{name: "x" * (MAX_KEY + 1)})] == ["INVALID_TEXT"]


@pytest.mark.parametrize("value", [1.5, True, "3", [3], 2**53, -(2**53)])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    assert refused("SalesOrder", **an_order(itemCount=value)) == [("INVALID_INTEGER", ("itemCount",))]


def test_a_whole_number_is_kept() -> None:
    assert accepted("SalesOrder", **an_order(itemCount=2**53 - 1)).fields["itemCount"] == 2**53 - 1
    assert accepted("SalesOrder", **an_order(itemCount=0)).fields["itemCount"] == 0


@pytest.mark.parametrize("value", ["10/12/1980", "1980-02-30", 1980, "soon", ["1980-12-10"]])
def test_a_date_that_does_not_exist_is_refused(value: Any) -> None:
    assert refused("Individual", birthDate=value) == [("INVALID_DATE", ("birthDate",))]


def test_a_date_is_kept() -> None:
    assert accepted("Individual", birthDate="1980-12-10").fields["birthDate"] == "1980-12-10"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2026-10-01T12:00:00Z", "2026-10-01T12:00:00.000000Z"),
        ("2026-10-01T14:00:00.5+02:00", "2026-10-01T12:00:00.500000Z"),
        ("2026-10-01T12:00", "2026-10-01T12:00:00.000000Z"),
        ("0999-10-01T12:00:00Z", "0999-10-01T12:00:00.000000Z"),
    ],
)
def test_a_moment_is_kept_in_utc_as_text_that_sorts(written: str, kept: str) -> None:
    stored = accepted("SalesOrder", orderedAt=written).fields["orderedAt"]
    assert stored == kept
    assert times.to_text(times.from_text(kept)) == kept


@pytest.mark.parametrize("value", ["2026-10-01", "noon", 1759312800, "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_does_not_exist_is_refused(value: Any) -> None:
    assert refused("SalesOrder", orderedAt=value) == [
        ("INVALID_DATETIME", ("orderedAt",)),
        ("MISSING_FIELD", ("orderedAt",)),
    ]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("49.90", "49.90"),
        ("49.9", "49.90"),
        (49, "49.00"),
        ("0", "0.00"),
        ("-5", "-5.00"),
        ("1.234", "1.234"),
        ("0.000001", "0.000001"),
        ("1.2000000", "1.20"),
        ("1E+2", "100.00"),
        ("999999999999.999999", "999999999999.999999"),
    ],
)
def test_an_amount_is_a_plain_decimal_with_two_decimals_or_more(written: Any, kept: str) -> None:
    assert accepted("SalesOrder", **an_order(total=written, currency="EUR")).fields["total"] == kept


@pytest.mark.parametrize(
    "value",
    [
        *(
            "ten",
            "1,50",
            49.9,
            True,
            ["1"],
            "NaN",
            "Infinity",
            "1e12",
            10**12,
            "1e999999999",
            "1e99999999999999999999",
        ),
        *("0.0000001", "1e-999999999", "999999999.00000000000000000000000001"),
    ],
)
def test_what_is_no_amount_is_refused(value: Any) -> None:
    assert refused("SalesOrder", **an_order(total=value, currency="EUR")) == [("INVALID_MONEY", ("total",))]


def test_an_amount_needs_a_currency() -> None:
    assert refused("SalesOrder", **an_order(total="1.00")) == [("MISSING_FIELD", ("currency",))]


def test_codes_are_kept_in_upper_case_and_checked() -> None:
    assert accepted("Individual", country="de").fields["country"] == "DE"
    assert accepted("SalesOrder", **an_order(currency="eur")).fields["currency"] == "EUR"
    assert refused("Individual", country="Germany") == [("INVALID_COUNTRY", ("country",))]
    assert refused("SalesOrder", **an_order(currency="€")) == [("INVALID_CURRENCY", ("currency",))]


def test_one_value_or_a_list_may_be_sent_where_a_field_has_several() -> None:
    assert accepted("Individual", email="ada@mail.example").fields == {"email": ["ada@mail.example"]}
    several = ["ada@mail.example", "ada@work.example", "ada@mail.example"]
    assert accepted("Individual", email=several).fields == {"email": several[:2]}


def test_there_is_a_limit_to_the_values_of_a_field() -> None:
    emails = [f"ada{number}@mail.example" for number in range(MAX_VALUES + 1)]
    assert refused("Individual", email=emails) == [("TOO_MANY_VALUES", ("email",))]
    assert len(accepted("Individual", email=emails[1:]).identifiers) == MAX_VALUES


def test_a_value_may_have_parts() -> None:
    home = {"street": " Main St 1 ", "city": "Paris", "country": "fr", "state": None}
    kept = {"street": "Main St 1", "city": "Paris", "country": "FR"}
    assert accepted("Individual", addresses=home).fields == {"addresses": [kept]}
    assert accepted("Organization", addresses=[home, home, {}, {"city": " "}]).fields == {"addresses": [kept]}
    names = [{"fullName": "Ada Lovelace"}, {"firstName": "Ada", "lastName": "King", "suffix": "Jr"}]
    assert accepted("Individual", alternateNames=names).fields == {"alternateNames": names}


@pytest.mark.parametrize("value", ["Main St 1", 5, True, {"colour": "red"}, [["Paris"]]])
def test_what_has_other_parts_is_refused(value: Any) -> None:
    assert [code for code, _ in refused("Individual", addresses=value)] == ["INVALID_OBJECT"]


def test_the_problems_of_parts_have_their_paths() -> None:
    assert refused(
        "Individual",
        addresses=[{"city": "Paris"}, {"country": "Germany", "postalCode": "x" * 33}, {"planet": "Mars"}],
        partyIdentifications={"number": "1"},
    ) == [
        ("INVALID_TEXT", ("addresses", 1, "postalCode")),
        ("INVALID_COUNTRY", ("addresses", 1, "country")),
        ("INVALID_OBJECT", ("addresses", 2)),
        ("MISSING_FIELD", ("partyIdentifications", "type")),
    ]


def test_the_moment_of_what_happened_is_needed() -> None:
    for name in ("Account", "SalesOrder", "Case", "WebEngagement"):
        assert refused(name) == [("MISSING_FIELD", (SHIPPED.objects[name].time_field,))]


@pytest.mark.parametrize(
    ("phone", "fields", "default_country", "key"),
    [
        ("+49 30 23125001", {}, None, "PHONE||+493023125001"),
        ("030 23125001", {"country": "DE"}, None, "PHONE||+493023125001"),
        ("030 23125001", {}, "DE", "PHONE||+493023125001"),
        ("020 7946 0018", {"country": "gb"}, "DE", "PHONE||+442079460018"),
        ("030 23125001", {}, None, None),
    ],
)
def test_the_country_of_a_phone_is_its_own_or_the_records_or_the_default(
    phone: str, fields: dict[str, str], default_country: str | None, key: str | None
) -> None:
    record = accepted("Individual", phone=phone, default_country=default_country, **fields)
    assert keys(record) == ([key] if key else [])
    assert record.fields["phone"] == [phone]


def warned(record: Record) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(warning.code, warning.path) for warning in record.warnings]


def test_a_malformed_email_address_is_kept_with_a_warning_and_identifies_nobody() -> None:
    record = accepted("Individual", email=["ada@mail.example", "Ada@@Work.example"], firstName="Ada")
    assert record.fields == {"email": ["ada@mail.example", "Ada@@Work.example"], "firstName": "Ada"}
    assert keys(record) == ["EMAIL||ada@mail.example"]
    assert warned(record) == [("INVALID_EMAIL", ("email", 1))]
    assert "Work" not in record.warnings[0].message


def test_a_phone_that_cannot_be_is_kept_with_a_warning_and_identifies_nobody() -> None:
    record = accepted("Individual", phone=["+49 30 23125001", "+49"])
    assert record.fields == {"phone": ["+49 30 23125001", "+49"]}
    assert keys(record) == ["PHONE||+493023125001"]
    assert warned(record) == [("INVALID_PHONE", ("phone", 1))]


def test_a_national_phone_is_doubted_by_its_country_alone() -> None:
    assert warned(accepted("Individual", phone="1", country="DE")) == [("INVALID_PHONE", ("phone",))]
    assert warned(accepted("Individual", phone="1", default_country="DE")) == [("INVALID_PHONE", ("phone",))]
    assert warned(accepted("Individual", phone="1")) == []


def test_an_order_by_a_malformed_email_address_is_kept_and_leads_to_nobody() -> None:
    order = accepted("SalesOrder", **an_order(email="ada@@mail.example", phone="+49"))
    assert (order.fields["email"], order.fields["phone"]) == ("ada@@mail.example", "+49")
    assert keys(order) == []
    assert warned(order) == [("INVALID_EMAIL", ("email",)), ("INVALID_PHONE", ("phone",))]


def test_an_email_address_behind_a_name_is_shown_so_and_read_alone() -> None:
    record = accepted("Individual", email="Ada King <Ada@mail.example>")
    assert record.fields == {"email": ["Ada King <Ada@mail.example>"]}
    assert (keys(record), record.warnings) == (["EMAIL||ada@mail.example"], ())


def test_identifiers_are_normalised_unique_and_the_strongest_first() -> None:
    record = accepted(
        "Individual",
        cookieId="k1",
        email=["B@mail.example", "a@mail.example", "b@mail.example"],
        customerNumber="C-1",
        login="Ada",
    )
    assert keys(record) == [
        "CUSTOMER_NUMBER|crm|C-1",
        "LOGIN||ada",
        "EMAIL||a@mail.example",
        "EMAIL||b@mail.example",
        "COOKIE|crm|k1",
    ]
    assert record.identifiers[0].type is IdentifierType.CUSTOMER_NUMBER


def test_equal_content_has_an_equal_hash_whatever_the_order_of_fields() -> None:
    one = accepted("Individual", firstName="Ada", lastName="Lovelace")
    other = accepted("Individual", lastName=" Lovelace ", firstName="Ada", modifiedAt="2020-01-01T00:00Z")
    assert one.content_hash == other.content_hash
    assert one.content_hash != accepted("Individual", firstName="Ada").content_hash


@pytest.mark.parametrize("source", ["", "a b", "-crm", "x" * 65, "crm/1", "größe"])
def test_a_source_has_a_plain_name(source: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_target(source, "Individual")
    assert caught.value.code == "INVALID_SOURCE"


@pytest.mark.parametrize("source", ["steward", "Steward", "STEWARD"])
def test_the_source_of_corrections_is_for_stewards_alone(source: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_target(source, "Individual")
    assert caught.value.code == "RESERVED_SOURCE"


@pytest.mark.parametrize("object_name", ["", "individual", "Devices", "Unknown"])
def test_only_objects_of_the_registry_can_be_sent(object_name: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_target("crm", object_name)
    assert caught.value.code == "UNKNOWN_OBJECT"


SECRET = "Geheimnis-4711"


@pytest.mark.parametrize("object_name", SHIPPED.objects)
def test_no_message_ever_echoes_a_value(object_name: str) -> None:
    for field in SHIPPED.objects[object_name].fields:
        for value in (SECRET, [SECRET], {SECRET: SECRET}, f"{SECRET}\x00", SECRET * 1_000, "+" + SECRET):
            fields: dict[str, Any] = {field.name: value, "modifiedAt": SECRET}
            problems = read(object_name, **fields)
            assert isinstance(problems, list)
            assert [problem for problem in problems if SECRET in problem.message] == []
            assert [problem for problem in problems if SECRET in str(problem.path)] == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(json_values)
def test_any_json_value_is_a_record_or_has_problems(raw: Any) -> None:
    for object_type in SHIPPED.objects.values():
        assert isinstance(validate(raw, "crm", object_type, received_at=NOW), Record | list)


@given(st.data())
def test_any_json_values_in_known_fields_make_a_record_or_problems(data: st.DataObject) -> None:
    object_type = data.draw(st.sampled_from(list(SHIPPED.objects.values())))
    names = st.sampled_from(["id", "modifiedAt", *(field.name for field in object_type.fields)])
    telling = st.sampled_from(
        ["2026-10-01T12:00:00Z", "1e400", "+4930", "DE", "ada@mail.example", "1980-12-10"]
    )
    raw = data.draw(st.dictionaries(names, json_values | telling, max_size=8))
    checked = validate(raw, "crm", object_type, received_at=NOW, default_country="DE")
    if isinstance(checked, Record):
        orjson.dumps(checked.fields)
        assert len({identifier.key for identifier in checked.identifiers}) == len(checked.identifiers)
    else:
        assert checked
        assert all(problem.code and problem.message for problem in checked)
