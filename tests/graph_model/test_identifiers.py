"""Identifiers: a type, an issuer and a value, as a record carries them and as somebody asks for them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.errors import BadInput
from graph_model.identity.identifiers import party_identifier
from graph_model.identity.lookup import parse_identifier
from graph_model.metadata.objects import ISSUED_BY_AUTHORITY, IdentifierType
from graph_model.records.model import Record
from tests.graph_model.test_validation import accepted, keys


def document(type_: str, number: str, issuer: str | None = None) -> dict[str, Any]:
    return {"type": type_, "number": number, "issuer": issuer}


def with_documents(*documents: dict[str, Any], **fields: Any) -> Record:
    return accepted("Individual", partyIdentifications=list(documents), **fields)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        (document("NATIONAL_ID", "521-21-2123", "US"), "NATIONAL_ID|US|521212123"),
        (document("NATIONAL_ID", "521 21 2123", "United States"), "NATIONAL_ID|US|521212123"),
        (document("NATIONAL_ID", "521212123"), "NATIONAL_ID||521212123"),
        (document("Driver's License", "nv-1122", "NV DMV"), "DRIVERS_LICENSE|nv dmv|NV1122"),
        (document("passport", "c01x0006h", "Deutschland"), "PASSPORT|DE|C01X0006H"),
        (document("TAX_ID", "13-7654321"), "TAX_ID||137654321"),
        (document("LEI", "5493001KJTIIGC8Y1R12"), "OTHER_ID|LEI|5493001KJTIIGC8Y1R12"),
        (document("library card", "7", "Paris"), "OTHER_ID|LIBRARY_CARD:paris|7"),
        (document("EMAIL", "7"), "OTHER_ID|EMAIL|7"),
    ],
)
def test_a_document_is_type_issuer_and_number(written: dict[str, Any], key: str) -> None:
    assert keys(with_documents(written)) == [key]


@pytest.mark.parametrize("number", ["0000", "000-00-0000", "unknown", "N/A", "--"])
def test_a_number_that_says_nothing_identifies_nobody(number: str) -> None:
    record = with_documents(document("NATIONAL_ID", number))
    assert keys(record) == []
    assert record.fields["partyIdentifications"] == [{"type": "NATIONAL_ID", "number": number}]


def test_the_same_number_of_another_issuer_is_another_identifier() -> None:
    record = with_documents(*(document("PASSPORT", "1", issuer) for issuer in ("DE", "Germany", "FR", None)))
    assert keys(record) == ["PASSPORT||1", "PASSPORT|DE|1", "PASSPORT|FR|1"]


def test_what_an_authority_gave_is_stronger_than_what_a_company_did() -> None:
    record = with_documents(
        document("LEI", "1"), document("TAX_ID", "2"), customerNumber="C-1", login="ada", loyaltyNumber="L-1"
    )
    assert [identifier.type for identifier in record.identifiers] == [
        IdentifierType.TAX_ID,
        IdentifierType.CUSTOMER_NUMBER,
        IdentifierType.LOYALTY_NUMBER,
        IdentifierType.OTHER_ID,
        IdentifierType.LOGIN,
    ]


@pytest.mark.parametrize(
    ("type_", "value", "issuer", "key"),
    [
        (IdentifierType.PASSPORT, "c01x-0006h", "Germany", "PASSPORT|DE|C01X0006H"),
        (IdentifierType.NATIONAL_ID, "521-21-2123", None, "NATIONAL_ID||521212123"),
        (IdentifierType.OTHER_ID, "5493001kjtiigc8y1r12", "LEI", "OTHER_ID|LEI|5493001KJTIIGC8Y1R12"),
        (IdentifierType.OTHER_ID, "7", "library card:PARIS", "OTHER_ID|LIBRARY_CARD:paris|7"),
    ],
)
def test_a_document_is_found_as_it_was_kept(
    type_: IdentifierType, value: str, issuer: str | None, key: str
) -> None:
    assert parse_identifier(type_, value, issuer).key == key


@pytest.mark.parametrize(
    ("type_", "value", "issuer", "code"),
    [
        (IdentifierType.OTHER_ID, "7", None, "MISSING_ISSUER"),
        (IdentifierType.OTHER_ID, "7", " :paris", "MISSING_ISSUER"),
        (IdentifierType.OTHER_ID, "000", "LEI", "INVALID_IDENTIFIER"),
        (IdentifierType.PASSPORT, "?", "DE", "INVALID_IDENTIFIER"),
    ],
)
def test_what_is_no_document_is_refused(
    type_: IdentifierType, value: str, issuer: str | None, code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        parse_identifier(type_, value, issuer)
    assert caught.value.code == code


@given(
    st.text(min_size=1, max_size=64).filter(str.strip),
    st.text(max_size=64),
    st.text(min_size=1, max_size=128),
)
def test_any_document_is_found_as_it_was_kept(type_: str, issuer: str, number: str) -> None:
    kept = party_identifier(type_, issuer, number)
    if kept is not None:
        assert kept.type in ISSUED_BY_AUTHORITY
        assert parse_identifier(kept.type, kept.value, kept.issuer).value == kept.value


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"addresses": [{"street": "1 Main St"}, {"country": "GB"}]}, "PHONE||+442079460018"),
        ({"country": "GB", "addresses": [{"country": "US"}]}, "PHONE||+442079460018"),
        ({"postalCode": "SW1A 1AA"}, "PHONE||+442079460018"),
        ({"addresses": [{"street": "10 Downing Street, London SW1A 1AA"}]}, "PHONE||+442079460018"),
    ],
)
def test_a_phone_is_of_the_country_of_an_address(fields: dict[str, Any], key: str) -> None:
    assert keys(accepted("Individual", phone="020 7946 0018", default_country="DE", **fields)) == [key]


def test_a_country_that_an_address_only_looks_like_refuses_no_phone() -> None:
    record = accepted("Individual", phone="12", city="Las Vegas", state="NV", postalCode="89132")
    assert keys(record) == []
    assert record.fields["phone"] == ["12"]
