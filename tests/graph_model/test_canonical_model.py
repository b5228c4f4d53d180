"""The canonical model: every object described, and taken in the Cloud Information Model's form, too."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.metadata.fields import Category, Classification, Field, FieldType, ObjectType
from graph_model.metadata.registry import SHIPPED
from graph_model.records.cim import is_no_field
from graph_model.records.model import Mode, Record
from graph_model.records.validation import identified, missing, validate

NOW = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
OBJECTS = SHIPPED.objects
EXAMPLES: dict[FieldType, list[str]] = {
    FieldType.DATE: ["1980-12-10", "2024-02-29"],
    FieldType.DATETIME: ["2026-10-01T12:00:00Z", "2026-10-01T12:00:00+02:00"],
    FieldType.LATITUDE: ["52.5", "-90"],
    FieldType.LONGITUDE: ["13.4", "180"],
    FieldType.COUNTRY: ["DE", "US"],
    FieldType.CURRENCY: ["EUR", "USD"],
    FieldType.EMAIL: ["ada@mail.example", "no mail"],
    FieldType.PHONE: ["+49 30 23125001", "030 23125001", "+4930"],
}
OURS = frozenset(
    """key id source object objectType recordId modifiedAt receivedAt deletedAt contentHash fields payload
    mapping actor fieldTimes incomplete party firstAt at own contributions""".split()  # noqa: SIM905
)
"""Properties of the nodes that a field's property stands beside."""


def read(raw: dict[str, Any], object_type: ObjectType, mode: Mode = Mode.UPSERT) -> Record:
    record = validate(raw, "crm", object_type, received_at=NOW, default_country="DE", mode=mode)
    assert isinstance(record, Record), record
    return record


def values(field: Field) -> st.SearchStrategy[Any]:
    """Valid values of a field, as a record in canonical form has them."""
    single: st.SearchStrategy[Any]
    match field.type:
        case FieldType.TEXT:
            single = st.text("Abc 12", min_size=1, max_size=20).filter(str.strip)
        case FieldType.INTEGER:
            single = st.integers(-(2**53) + 1, 2**53 - 1)
        case FieldType.BOOLEAN:
            single = st.booleans()
        case FieldType.MONEY | FieldType.DECIMAL:
            single = st.decimals(-(10**6), 10**6, places=2).map(str)
        case FieldType.ENUM:
            single = st.sampled_from(field.values)
        case FieldType.OBJECT:
            single = st.fixed_dictionaries(
                {part.name: values(part) for part in field.parts if part.required},
                optional={part.name: values(part) for part in field.parts if not part.required},
            )
        case _:
            single = st.sampled_from(EXAMPLES[field.type])
    return st.lists(single, min_size=1, max_size=3) if field.many else single


@st.composite
def records(draw: st.DrawFn, object_type: ObjectType) -> dict[str, Any]:
    """Whole records in canonical form."""
    names = draw(st.sets(st.sampled_from([field.name for field in object_type.fields])))
    names |= set(object_type.needs)
    for one, other in (*object_type.amounts, ("latitude", "longitude"), ("longitude", "latitude")):
        names |= {other} if one in names else set()
    fields = [field for field in object_type.fields if field.name in names]
    return {"id": "1", "modifiedAt": "2026-10-02T00:00:00Z"} | {
        field.name: draw(values(field)) for field in fields
    }


def as_in_cim(raw: dict[str, Any], object_type: ObjectType) -> dict[str, Any]:
    """The same record by the names of the Cloud Information Model, with the columns that it has besides."""
    found: dict[str, Any] = {"id": raw["id"], "lastModifiedDate": raw["modifiedAt"]}
    found |= {"systemModstamp": "2026-10-02", "externalSourceId": "crm", "implementorType": "Salesforce"}
    for name, value in raw.items():
        if (field := object_type.field(name)) is not None:
            found[field.cim or name] = value
    return found


@pytest.mark.parametrize("object_type", OBJECTS.values(), ids=list(OBJECTS))
@given(st.data())
def test_a_record_in_the_form_of_the_cloud_information_model_is_the_same(
    object_type: ObjectType, data: st.DataObject
) -> None:
    raw = data.draw(records(object_type))
    record = read(raw, object_type)
    # What it warns of is named as it was sent.
    assert replace(read(as_in_cim(raw, object_type), object_type), warnings=record.warnings) == record
    assert missing(object_type, record.fields) == []
    assert identified(object_type, record.fields, "crm", "DE") == record.identifiers


@pytest.mark.parametrize(
    ("object_name", "raw", "fields"),
    [
        ("Individual", {"genderId": "Female"}, {"gender": "FEMALE"}),
        ("Individual", {"residenceCountryName": "Germany"}, {"residenceCountry": "DE"}),
        (
            "SalesOrder",
            {
                "purchaseOrderDate": "2026-10-01",
                "grandTotalAmount": 49.9,
                "totalAmountCurrency": {"id": "eur"},
            },
            {"orderedAt": "2026-10-01T00:00:00.000000Z", "total": "49.90", "currency": "EUR"},
        ),
        ("Lead", {"convertedToAccountId": {"id": "A-1"}}, {"accountId": "A-1"}),
        ("WebsiteEngagement", {"engagementChannelActionId": "page view"}, {"type": "PAGE_VIEW"}),
    ],
)
def test_values_may_be_written_as_that_model_writes_them(
    object_name: str, raw: dict[str, Any], fields: dict[str, Any]
) -> None:
    object_type = SHIPPED.find(object_name)
    assert object_type is not None
    record = read({"id": "1", **raw}, object_type, Mode.PATCH)
    assert record.fields == fields


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("isPrimary", True, True),
        ("isPrimary", " No ", False),
        ("isPrimary", "1", True),
        ("isPrimary", 1, "INVALID_BOOLEAN"),
        ("isPrimary", "maybe", "INVALID_BOOLEAN"),
        ("email", True, "INVALID_TEXT"),
    ],
)
def test_a_truth_value_may_be_written_as_files_write_it(field: str, value: Any, kept: Any) -> None:
    raw = {"id": "1", "partyId": "1", field: value}
    record = validate(raw, "crm", OBJECTS["ContactPointEmail"], received_at=NOW)
    found = record.fields[field] if isinstance(record, Record) else record[0].code
    assert found == kept


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (2.5, "2.5"),
        (0.1, "0.1"),
        (-7, "-7"),
        ("1e3", "1000"),
        ("0.000001", "0.000001"),
        (0, "0"),
        ("12.500", "12.5"),
        (True, "INVALID_DECIMAL"),
        (float("nan"), "INVALID_DECIMAL"),
        ("1e400", "INVALID_DECIMAL"),
        ("0.0000001", "INVALID_DECIMAL"),
        ("half", "INVALID_DECIMAL"),
    ],
)
def test_a_number_is_kept_exactly(value: Any, kept: str) -> None:
    raw = {"id": "1", "salesOrderId": "1", "quantity": value}
    record = validate(raw, "shop", OBJECTS["SalesOrderProduct"], received_at=NOW)
    found = record.fields["quantity"] if isinstance(record, Record) else record[0].code
    assert found == kept


def test_canonical_names_take_no_more_than_before() -> None:
    for raw in ({"total": 49.9}, {"orderedAt": "2026-10-01"}, {"status": "placed"}):
        record = validate({"id": "1", **raw}, "shop", OBJECTS["SalesOrder"], received_at=NOW)
        assert isinstance(record, list)


def test_a_field_is_named_once() -> None:
    raw = {"id": "1", "suffix": "Jr", "nameSuffix": "III"}
    problems = validate(raw, "crm", OBJECTS["Individual"], received_at=NOW)
    assert isinstance(problems, list)
    assert [(problem.code, problem.path) for problem in problems] == [("DUPLICATE_FIELD", ("nameSuffix",))]


def test_problems_are_told_at_the_name_that_was_sent() -> None:
    raw = {"id": "1", "genderId": "x", "birthDate": "never", "lastModifiedDate": "never"}
    problems = validate(raw, "crm", OBJECTS["Individual"], received_at=NOW)
    assert isinstance(problems, list)
    assert {problem.path for problem in problems} == {("genderId",), ("birthDate",), ("lastModifiedDate",)}


def test_what_the_model_says_of_special_categories_is_not_taken() -> None:
    for name in (
        "religionId",
        "ethnicityId",
        "mainDisabilityTypeId",
        "hasDrugAbuseHistory",
        "convictionsCount",
    ):
        assert OBJECTS["Individual"].field(name) is None
        assert not is_no_field(OBJECTS["Individual"], name)


def test_no_name_is_ambiguous() -> None:
    names = [*OBJECTS, *(item.cim for item in OBJECTS.values() if item.cim and item.cim != item.name)]
    assert max(Counter(names).values()) == 1
    for item in OBJECTS.values():
        own = [field.name for field in item.fields]
        theirs = [field.cim for field in item.fields if field.cim and field.cim != field.name]
        assert max(Counter(own + theirs).values()) == 1, item.name
        assert item.ignored.isdisjoint(own + theirs), item.name


def test_no_field_is_called_like_a_property_of_ours() -> None:
    for item in OBJECTS.values():
        assert OURS.isdisjoint(field.name for field in item.fields), item.name
        assert not any(field.name.endswith(("Folded", "__c")) for field in item.fields), item.name


def test_references_of_objects_are_to_fields_that_are_there() -> None:
    for item in OBJECTS.values():
        for relation in item.relations:
            assert item.field(relation.field) is not None, (item.name, relation)
            assert relation.object in OBJECTS
        for amount, currency in item.amounts:
            of = item.field(currency)
            assert of is not None, (item.name, amount)
            assert of.type is FieldType.CURRENCY
        if item.time_field:
            moment = item.field(item.time_field)
            assert moment is not None
            assert moment.type is FieldType.DATETIME


def test_what_satellites_add_fits_their_party() -> None:
    satellites = [item for item in OBJECTS.values() if item.satellite]
    assert len(satellites) == 8
    for item in satellites:
        assert item.satellite is not None
        assert not item.is_party
        for name in (item.satellite.party, item.satellite.object):
            assert item.field(name) is not None
        for addition in item.satellite.adds:
            to = OBJECTS["Individual"].field(addition.to)
            assert to is not None
            assert to.many
            for part, name in addition.parts:
                assert to.part(part) is not None
                assert item.field(name) is not None


def test_a_satellite_says_what_it_adds() -> None:
    email = OBJECTS["ContactPointEmail"].satellite
    social = OBJECTS["ContactPointSocial"].satellite
    assert email is not None
    assert social is not None
    assert email.contribution({"email": "ada@mail.example"}) == {"email": ["ada@mail.example"]}
    assert email.contribution({"partyId": "1"}) == {}
    assert social.contribution({"network": "x", "handle": "ada"}) == {}
    assert social.contribution({"network": "x", "handleId": "7"}) == {
        "partyIdentifications": [{"type": "SOCIAL_ACCOUNT", "issuer": "x", "number": "7"}]
    }


def test_every_field_says_how_much_care_it_needs() -> None:
    for item in OBJECTS.values():
        assert item.description.endswith(".")
        for field in (*item.fields, *(part for whole in item.fields for part in whole.parts)):
            assert field.description.endswith("."), (item.name, field.name)
            if field.identifier is not None:
                assert field.classification.is_personal, (item.name, field.name)
            assert len(field.meanings) == len(field.values)
    assert {field.classification for item in OBJECTS.values() for field in item.fields} == set(Classification)
    assert {item.category for item in OBJECTS.values()} == set(Category)
