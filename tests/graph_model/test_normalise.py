"""Values brought to one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity import normalise
from graph_model.identity.normalise import Malformed
from graph_model.metadata.objects import IdentifierType


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("ada@mail.example", "ada@mail.example"),
        (" Ada@Mail.Example ", "ada@mail.example"),
        ("<ada@mail.example>", "ada@mail.example"),
        ('"ada@mail.example"', "ada@mail.example"),
        ("A.da.L+shop@gmail.com", "adal@gmail.com"),
        ("adal@googlemail.com", "adal@gmail.com"),
        ("Ada Lovelace <ada@mail.example>", "ada@mail.example"),
        ('"Ada, L." <Ada@mail.example> ', "ada@mail.example"),
        ("ada+shop@mail.example", "ada+shop@mail.example"),
        ("a.da@mail.example", "a.da@mail.example"),
        ("ada@MÜNCHEN.example", "ada@münchen.example"),
        ("ada@xn--mnchen-3ya.example", "ada@münchen.example"),
    ],
)
def test_an_email_address_has_one_form(written: str, normal: str) -> None:
    assert normalise.email(written) == normal


@pytest.mark.parametrize(
    "written", ["", "@", "ada", "ada@", "@mail.example", "a b@mail.example", "a@b@c.example"]
)
def test_what_is_no_email_address_has_no_form(written: str) -> None:
    assert normalise.email(written) is None


@given(st.text() | st.emails() | st.builds("{}@{}".format, st.text(), st.text()))
def test_any_text_has_an_email_form_or_none_and_the_form_is_its_own(written: str) -> None:
    normal = normalise.email(written)
    assert normal is None or normalise.email(normal) == normal


@pytest.mark.parametrize(
    ("written", "country", "normal"),
    [
        ("+49 30 23125001", None, "+493023125001"),
        ("0049 30 23125001", None, "+493023125001"),
        ("030/23125001", "DE", "+493023125001"),
        ("(020) 7946 0018", "GB", "+442079460018"),
        ("+49 30 23125001", "GB", "+493023125001"),
        ("030/23125001", None, None),
    ],
)
def test_a_phone_number_is_brought_to_e164(written: str, country: str | None, normal: str | None) -> None:
    assert normalise.phone(written, country) == normal


@pytest.mark.parametrize(
    ("written", "country"),
    [("+49", None), ("1234567890123456789", "DE"), ("call me", "DE"), ("+999 1234567", None)],
)
def test_what_no_phone_can_have_as_its_number_is_malformed(written: str, country: str | None) -> None:
    with pytest.raises(Malformed):
        normalise.phone(written, country)


@given(st.text(max_size=40) | st.text("0123456789+-() /", max_size=20), st.sampled_from([None, "DE", "US"]))
def test_any_text_has_a_phone_form_or_none_or_is_malformed(written: str, country: str | None) -> None:
    try:
        normal = normalise.phone(written, country)
    except Malformed:
        return
    assert normal is None or normalise.phone(normal, None) == normal


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Ada", "ada"),
        ("  ADA  ", "ada"),
        ("José", "jose"),
        ("Dr. José", "jose"),
        ("Prof. Dr. Müller-Lüdenscheidt", "muller ludenscheidt"),
        ("Łukasz", "lukasz"),
        ("O'Brien", "o brien"),
        ("Dr", "dr"),
        ("!?", ""),
        ("", ""),
    ],
)
def test_a_name_is_latin_letters_without_titles(written: str, normal: str) -> None:
    assert normalise.name(written) == normal


@given(st.text(max_size=30))
def test_the_form_of_a_name_is_its_own_form(written: str) -> None:
    assert normalise.name(normalise.name(written)) == normalise.name(written)


@pytest.mark.parametrize(
    ("written", "normal"), [("sw1a 1aa", "SW1A1AA"), ("D-10115", "D10115"), (" 10115 ", "10115"), ("-", "")]
)
def test_a_postal_code_is_letters_and_digits(written: str, normal: str) -> None:
    assert normalise.postal_code(written) == normal


@pytest.mark.parametrize("written", ["", "0", "0000", "-1", "null", "None", "n/a", "NA", "unknown", " test "])
def test_a_placeholder_identifies_nobody(written: str) -> None:
    for type_ in (IdentifierType.CUSTOMER_NUMBER, IdentifierType.DEVICE, IdentifierType.LOGIN):
        assert normalise.identifier(type_, written, None) is None


def test_a_login_has_no_case_but_a_customer_number_has() -> None:
    assert normalise.identifier(IdentifierType.LOGIN, " Ada ", None) == "ada"
    assert normalise.identifier(IdentifierType.CUSTOMER_NUMBER, " Ab-1 ", None) == "Ab-1"


def test_countries_are_known_by_their_codes() -> None:
    assert normalise.is_country("DE")
    assert not normalise.is_country("XX")
    assert not normalise.is_country("de")
