"""The match rules, one pair of records at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.model import Match, MatchRecord, MatchRule, match_record
from graph_model.identity.rules import CERTAIN, NAME_THRESHOLD, match, name_similarity
from graph_model.metadata.objects import OBJECTS
from graph_model.records.model import Record
from graph_model.records.validation import validate
from graph_model.times import utc_now

EMAIL = "EMAIL||ada@mail.example"
PHONE = "PHONE||+493023125001"
DEVICE = "DEVICE||device-1"
BIRTH = "1980-12-10|10115"


def record(
    key: str,
    *identifiers: str,
    name: tuple[str, str] = ("", ""),
    birth_key: str | None = None,
    anonymous: bool = False,
) -> MatchRecord:
    return MatchRecord(key, *name, birth_key, identifiers, anonymous)


def verdict(one: MatchRecord, other: MatchRecord) -> tuple[MatchRule, int] | None:
    found = match(one, other)
    assert found == match(other, one)
    return None if found is None else (found.rule, found.score)


def test_the_same_email_address_is_enough() -> None:
    one, other = record("a", EMAIL, name=("ada", "lovelace")), record("b", EMAIL, name=("grace", "hopper"))
    assert match(one, other) == Match("a", "b", MatchRule.EMAIL, CERTAIN)


def test_a_record_does_not_match_itself() -> None:
    assert match(record("a", EMAIL), record("a", EMAIL)) is None


@pytest.mark.parametrize(
    ("other", "linked"),
    [
        (("ada", "lovelace"), True),
        (("ada", "lovelaze"), True),
        (("grace", "lovelace"), False),
        (("ada", "hopper"), False),
        (("ada", ""), False),
        (("", ""), False),
    ],
)
def test_the_same_phone_needs_a_similar_name(other: tuple[str, str], linked: bool) -> None:
    found = verdict(record("a", PHONE, name=("ada", "lovelace")), record("b", PHONE, name=other))
    assert (found is not None) == linked
    assert found is None or (found[0] is MatchRule.PHONE_AND_NAME and NAME_THRESHOLD <= found[1] <= CERTAIN)


def test_the_same_birth_date_and_postcode_need_a_similar_name() -> None:
    one = record("a", name=("ada", "lovelace"), birth_key=BIRTH)
    same = record("b", name=("ada", "lovelaze"), birth_key=BIRTH)
    twin = record("b", name=("otto", "lovelace"), birth_key=BIRTH)
    moved = record("b", name=("ada", "lovelace"), birth_key="1980-12-10|20095")
    found = verdict(one, same)
    assert found is not None
    assert found[0] is MatchRule.NAME_BIRTH_DATE_POSTCODE
    assert verdict(one, twin) is None
    assert verdict(one, moved) is None


def test_a_name_alone_links_nobody() -> None:
    assert verdict(record("a", name=("ada", "lovelace")), record("b", name=("ada", "lovelace"))) is None


def test_no_birth_date_is_not_the_same_birth_date() -> None:
    one = record("a", name=("ada", "lovelace"), birth_key=None)
    assert verdict(one, record("b", name=("ada", "lovelace"), birth_key=None)) is None


def test_of_several_rules_the_strongest_is_told() -> None:
    every = (EMAIL, PHONE)
    one = record("a", *every, name=("ada", "lovelace"), birth_key=BIRTH)
    assert verdict(one, record("b", *every, name=("ada", "lovelace"), birth_key=BIRTH)) == (
        MatchRule.EMAIL,
        CERTAIN,
    )
    found = verdict(one, record("b", PHONE, name=("ada", "lovelace"), birth_key=BIRTH))
    assert found == (MatchRule.PHONE_AND_NAME, CERTAIN)


def test_a_device_matches_who_uses_it_but_its_users_do_not_match_each_other() -> None:
    device = record("d", DEVICE, anonymous=True)
    one, other = record("a", DEVICE), record("b", DEVICE)
    assert verdict(device, one) == (MatchRule.DEVICE, CERTAIN)
    assert verdict(device, record("e", DEVICE, anonymous=True)) == (MatchRule.DEVICE, CERTAIN)
    assert verdict(one, other) is None


def test_other_identifiers_link_nobody() -> None:
    for shared in ("CUSTOMER_NUMBER|crm|1", "LOYALTY_NUMBER||1", "LOGIN||ada"):
        assert verdict(record("a", shared), record("b", shared)) is None


@given(st.tuples(*[st.text("abcdé", max_size=9)] * 4))
def test_similarity_does_not_depend_on_the_order_of_the_pair(names: tuple[str, str, str, str]) -> None:
    one, other = names[:2], names[2:]
    assert name_similarity(one, other) == name_similarity(other, one)
    assert 0 <= name_similarity(one, other) <= CERTAIN


def test_matching_compares_names_and_postcodes_in_their_normal_form() -> None:
    assert reduced(firstName="Dr. Adá", lastName="LOVELACE").first_name == "ada"
    assert reduced(birthDate="1980-12-10", postalCode="sw1a 1aa").birth_key == "1980-12-10|SW1A1AA"


@pytest.mark.parametrize("postal_code", [None, "-", "..."])
def test_without_a_postcode_there_is_nothing_to_compare(postal_code: str | None) -> None:
    assert reduced(birthDate="1980-12-10", postalCode=postal_code).birth_key is None


def reduced(**fields: str | None) -> MatchRecord:
    raw = {"id": "1", **fields}
    checked = validate(raw, "crm", OBJECTS["Individual"], received_at=utc_now())
    assert isinstance(checked, Record)
    return match_record(checked)
