"""A record reduced to what matching compares, and kept as a short text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.matching.features import (
    PACKED_PREFIX,
    Address,
    Features,
    Name,
    Party,
    features_of,
    pack,
    unpack,
)
from graph_model.identity.normalise import MOST
from graph_model.ingestion.devices import derived_device
from graph_model.metadata.objects import INDIVIDUAL, ORGANIZATION, Field
from graph_model.records.model import Record
from graph_model.records.validation import validate
from tests.graph_model.test_validation import NOW, accepted


def seen(object_name: str = "Individual", **fields: Any) -> Features:
    return features_of(accepted(object_name, **fields))


def test_a_person_is_seen_by_names_contact_points_addresses_and_numbers() -> None:
    assert seen(
        salutation="Dr.",
        firstName="Ada",
        lastName="King Jr",
        alternateNames=[
            {"fullName": "Ada Lovelace"},
            {"firstName": "ADA", "lastName": "King", "suffix": "Jr."},
        ],
        birthDate="1815-12-10",
        birthPlace="London, England",
        gender="FEMALE",
        email=["Ada@Mail.example", "ada@work.example"],
        phone="+44 20 7946 0018",
        street="12 St James Sq",
        city="London",
        country="GB",
        addresses=[{"street": "Hauptstr. 5", "city": "Berlin", "country": "DE"}],
        partyIdentifications=[{"type": "PASSPORT", "issuer": "GB", "number": "123-4"}],
        customerNumber="C-1",
    ) == Features(
        key="crm/Individual/1",
        party=Party.PERSON,
        names=(Name("ada", "", "king", "jr"), Name("ada", "", "lovelace")),
        birth_dates=("1815-12-10",),
        birth_place="london england",
        gender="FEMALE",
        emails=("ada@mail.example", "ada@work.example"),
        phones=("+442079460018",),
        addresses=(
            Address("12", "saint james square", "", "london", "", "", "GB"),
            Address("5", "hauptstrasse", "", "berlin", "", "", "DE"),
        ),
        identifiers=("PASSPORT|GB|1234", "CUSTOMER_NUMBER|crm|C-1"),
    )


def test_an_organisation_is_seen_by_its_names() -> None:
    assert seen(
        "Organization",
        name="Universal Exports, Inc.",
        alternateNames=["Universal Exports", "UE Trading Ltd"],
        website="https://ue.example",
        partyIdentifications={"type": "TAX_ID", "number": "13-7654321"},
    ) == Features(
        key="crm/Organization/1",
        party=Party.ORGANIZATION,
        organizations=("universal exports", "ue trading"),
        identifiers=("TAX_ID||137654321",),
    )


def test_a_device_is_seen_by_itself_alone() -> None:
    visit = accepted("WebEngagement", occurredAt="2026-10-01T12:00:00Z", cookieId="k1")
    device = derived_device(visit)
    assert device is not None
    assert features_of(device) == Features(
        "crm/Device/COOKIE:k1", Party.DEVICE, identifiers=("COOKIE|crm|k1",)
    )


def test_who_says_why_it_must_never_be_merged_is_alone() -> None:
    assert seen(noMergeReason="Test account").alone
    assert not seen(noMergeReason=" ").alone


def test_what_is_like_an_email_address_is_seen_behind_those_that_are() -> None:
    written = ["Em <Em@Aosn@ware.com>", "ada@mail.example", "jamesd75Collins.biz", "em@aosn@ware.com"]
    assert seen(email=written).emails == ("ada@mail.example", "em@aosn@ware.com", "jamesd75collins.biz")


@pytest.mark.parametrize("remark", ["none", "no mail", "ask his wife.", "@", "unknown"])
def test_a_remark_is_not_seen_as_an_email_address(remark: str) -> None:
    assert seen(email=remark).emails == ()


def test_a_phone_that_cannot_be_is_seen_by_its_digits() -> None:
    assert seen(phone="+49 30 2312500 1234 5678 90").phones == ("493023125001234567890",)


def test_a_phone_of_an_unknown_country_is_seen_by_its_digits() -> None:
    assert seen(phone=["(030) 23125001", "+49 30 23125001", "030-2312-777", "12"]).phones == (
        "+493023125001",
        "302312777",
    )


def test_of_a_value_that_is_no_name_only_the_beginning_is_looked_at() -> None:
    long = seen(firstName="x" * 4_000, street="1 " * 2_000, birthPlace="y" * 4_000)
    assert {len(long.names[0].first), len(long.birth_place)} == {MOST}
    assert len(long.addresses[0].street) <= MOST


def test_a_record_without_fields_is_nobody() -> None:
    assert seen() == Features("crm/Individual/1")


def test_features_are_packed_with_the_version_of_the_normaliser_and_no_blanks() -> None:
    assert pack(Features("crm/Individual/1")) == f'{PACKED_PREFIX}"crm/Individual/1","P"]'
    assert pack(seen(firstName="Ada", city="London")) == (
        f'{PACKED_PREFIX}"crm/Individual/1","P",[["ada"]],[],[],"","",[],[],[["","","london"]]]'
    )


def any_value(field: Field) -> st.SearchStrategy[Any]:
    if field.parts:
        return st.lists(
            st.fixed_dictionaries({}, optional={part.name: any_value(part) for part in field.parts})
        )
    return (
        st.none()
        | st.text(max_size=30)
        | st.sampled_from(["1 Main St, Reno NV 89501", "DE", "Jr", "1980-01-01"])
    )


@given(st.data())
def test_any_profile_record_has_features_that_can_be_kept(data: st.DataObject) -> None:
    object_type = data.draw(st.sampled_from([INDIVIDUAL, ORGANIZATION]))
    fields = {field.name: any_value(field) for field in object_type.fields}
    raw = data.draw(st.fixed_dictionaries({"id": st.just("1")}, optional=fields))
    record = validate(raw, "crm", object_type, received_at=NOW, default_country="DE")
    if isinstance(record, Record):
        features = features_of(record)
        assert features == features_of(record)
        assert unpack(pack(features)) == features


words = st.text(max_size=12)
lists = st.lists(words, max_size=3).map(tuple)


@given(
    st.builds(
        Features,
        key=words,
        party=st.sampled_from(Party),
        names=st.lists(st.builds(Name, *[words] * 4), max_size=3).map(tuple),
        organizations=lists,
        birth_dates=lists,
        birth_place=words,
        gender=words,
        emails=lists,
        phones=lists,
        addresses=st.lists(st.builds(Address, *[words] * 8), max_size=3).map(tuple),
        identifiers=lists,
        alone=st.booleans(),
    )
)
def test_what_was_packed_is_unpacked(features: Features) -> None:
    packed = pack(features)
    assert packed.startswith(PACKED_PREFIX)
    assert unpack(packed) == features
