"""Levels of agreement, by example."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.matching import comparisons
from graph_model.identity.matching.comparisons import LEVELS


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("robert", "robert", "EQUAL"),
        ("robert", "bob", "NICKNAME"),
        ("catherine", "kate", "NICKNAME"),
        ("mitchell", "mithcell", "CLOSE"),
        ("r", "robert", "PART"),
        ("anna maria", "maria", "PART"),
        ("geoffrey", "jeffrey", "NICKNAME"),
        ("sean", "shawn", "SIMILAR"),
        ("ada", "grace", "ELSE"),
    ],
)
def test_first_names(one: str, other: str, level: str) -> None:
    assert LEVELS["first_name"][comparisons.first_name(one, other)] == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("de la cruz", "delacruz", "EQUAL"),
        ("lovelace", "lovelaze", "CLOSE"),
        ("sanchez", "sanchez mendoza", "PART"),
        ("medina sentosa", "medina", "PART"),
        ("meyer", "meier", "CLOSE"),
        ("hopper", "lovelace", "ELSE"),
    ],
)
def test_last_names(one: str, other: str, level: str) -> None:
    assert LEVELS["last_name"][comparisons.last_name(one, other)] == level


@pytest.mark.parametrize(
    ("other", "level"),
    [
        ("1980-12-10", "EQUAL"),
        ("1980-10-12", "CLOSE"),
        ("1980-12-19", "CLOSE"),
        ("1971-12-10", "PARTS"),
        ("1981-01-09", "DAYS"),
        ("1980-03-27", "YEAR"),
        ("1955-03-27", "ELSE"),
    ],
)
def test_birth_dates(other: str, level: str) -> None:
    assert LEVELS["birth_date"][comparisons.birth_date("1980-12-10", other)] == level


@pytest.mark.parametrize(
    ("other", "level"),
    [
        ("ada.king5@mail.example", "EQUAL"),
        ("ada.kign5@mail.example", "CLOSE"),
        ("ada.king6@mail.example", "DIGITS"),
        ("ada.king5@post.example", "LOCAL"),
        ("ada.kingsley@mail.example", "SIMILAR"),
        ("grace@post.example", "ELSE"),
    ],
)
def test_email_addresses(other: str, level: str) -> None:
    assert LEVELS["email"][comparisons.email("ada.king5@mail.example", other)] == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("+493023125001", "+493023125001", "EQUAL"),
        ("+493023125001", "3125001", "TAIL"),
        ("+493023125001", "+493023125091", "CLOSE"),
        ("+493023125001", "+498944412345", "ELSE"),
    ],
)
def test_phones(one: str, other: str, level: str) -> None:
    assert LEVELS["phone"][comparisons.phone(one, other)] == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [("123456", "123456", "EQUAL"), ("123456", "123465", "CLOSE"), ("12", "13", "ELSE")],
)
def test_official_numbers(one: str, other: str, level: str) -> None:
    assert LEVELS["official_number"][comparisons.number(one, other)] == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("universal exports", "exports universal", "CLOSE"),
        ("univrsl export", "universal exports usa", "PART"),
        ("acme", "acme works", "PART"),
        ("universal exports", "acme works", "ELSE"),
    ],
)
def test_organizations(one: str, other: str, level: str) -> None:
    assert LEVELS["organization"][comparisons.organization(one, other)] == level


_WORDS = st.text("abeé -", max_size=9).map(str.strip).filter(bool)
_DATES = st.dates().map(lambda date: date.isoformat())


@pytest.mark.parametrize(
    ("compare", "values"),
    [
        (comparisons.first_name, _WORDS),
        (comparisons.last_name, _WORDS),
        (comparisons.middle_name, _WORDS),
        (comparisons.organization, _WORDS),
        (comparisons.word, _WORDS),
        (comparisons.number, st.text("0123", min_size=1, max_size=7)),
        (comparisons.phone, st.text("0123", min_size=7, max_size=11)),
        (comparisons.birth_date, _DATES),
        (comparisons.email, st.from_regex(r"[ab]{1,5}[0-9]?@[ab]\.c", fullmatch=True)),
    ],
)
def test_no_comparison_depends_on_the_order_of_its_values(
    compare: Callable[[str, str], int], values: st.SearchStrategy[str]
) -> None:
    @given(values, values)
    def agree(one: str, other: str) -> None:
        assert compare(one, other) == compare(other, one)

    agree()
