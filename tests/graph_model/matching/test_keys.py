"""Keys by which records find each other."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.matching.candidates import candidate_pairs
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.matching.features import Address, Features, Name
from graph_model.identity.matching.keys import KEY_KINDS, MOST_KINDS, MOST_SETS, exact_keys, key_sets
from tests.graph_model.matching.persons import features, person

HOME = Address(house="12", street="high street", city="york", postal_code="10115")
ADA = person("a", "ada", "lovelace", born="1980-12-10", email="ada.king@mail.example", address=HOME)


def shared(one: Features, other: Features) -> set[str]:
    """The kinds of keys by which two records find each other."""
    kinds = tuple(KEY_KINDS)
    found = set()
    for slot, kind in enumerate(kinds):
        ones = {keys[slot] for keys in key_sets(one, kinds)} - {None}
        if ones & {keys[slot] for keys in key_sets(other, kinds)}:
            found.add(kind)
    return found


def test_the_default_ruleset_has_a_slot_for_each_of_its_kinds() -> None:
    assert len(set(DEFAULT.key_kinds)) == len(DEFAULT.key_kinds) <= MOST_KINDS
    assert set(DEFAULT.key_kinds) <= set(KEY_KINDS)
    assert {len(keys) for keys in key_sets(ADA, DEFAULT.key_kinds)} == {len(DEFAULT.key_kinds)}


def test_a_swap_of_names_or_a_slip_in_one_attribute_leaves_keys_that_are_shared() -> None:
    swapped = replace(ADA, names=(Name("lovelace", "", "ada"),))
    assert shared(ADA, swapped) == shared(ADA, ADA)
    assert {"birth", "email", "house_street"} <= shared(ADA, replace(ADA, names=(Name("otto", "", "x"),)))
    assert {"names", "name1_day", "email"} <= shared(ADA, replace(ADA, birth_dates=("1981-12-10",)))
    assert "name1_day" in shared(ADA, replace(ADA, birth_dates=("1980-10-12",)))


def test_a_record_of_one_value_each_has_one_set_and_of_several_has_several() -> None:
    assert len(key_sets(ADA, DEFAULT.key_kinds)) == 1
    assert key_sets(Features("a"), DEFAULT.key_kinds) == []
    married = replace(
        ADA, names=(*ADA.names, Name("ada", "", "king")), addresses=(HOME, Address(city="bonn"))
    )
    assert 1 < len(key_sets(married, DEFAULT.key_kinds)) <= MOST_SETS
    assert shared(married, ADA) == shared(ADA, ADA)


def test_organisations_are_found_by_their_words() -> None:
    one = Features("a", organizations=("universal exports inc",), addresses=(HOME,))
    other = Features("b", organizations=("exports universal",), addresses=(HOME,))
    assert {"names", "house_street", "name1_place"} <= shared(one, other)


def test_devices_are_not_found_by_parts_of_their_identifiers() -> None:
    device = Features("a", identifiers=("DEVICE||123456", "COOKIE|shop|123456"))
    assert key_sets(device, tuple(KEY_KINDS)) == []
    assert exact_keys(device) == ("DEVICE||123456", "COOKIE|shop|123456")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        key_sets(ADA, ("shoe_size",))


def test_keys_are_the_same_in_every_process() -> None:
    program = (
        "from tests.graph_model.matching.test_keys import ADA, KEY_KINDS, key_sets\n"
        "print(key_sets(ADA, tuple(KEY_KINDS)))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told.strip() == str(key_sets(ADA, tuple(KEY_KINDS)))


@given(features("a"))
def test_keys_are_whole_numbers_that_a_graph_can_index(record: Features) -> None:
    for keys in key_sets(record, tuple(KEY_KINDS)):
        assert all(key is None or 0 <= key < 2**63 for key in keys)
        assert any(key is not None for key in keys)


@given(st.lists(features("x"), max_size=8))
def test_candidates_do_not_depend_on_the_order_of_records(records: list[Features]) -> None:
    numbered = [replace(record, key=f"r{number}") for number, record in enumerate(records)]
    found = candidate_pairs(numbered, DEFAULT)
    assert candidate_pairs(numbered[::-1], DEFAULT) == found
    assert all(a < b for a, b in found)


def test_a_key_that_too_many_carry_finds_nobody() -> None:
    crowd = [person(f"r{number:03}", born="1980-12-10") for number in range(DEFAULT.key_cap)]
    assert len(candidate_pairs(crowd, DEFAULT)) == DEFAULT.key_cap * (DEFAULT.key_cap - 1) // 2
    assert candidate_pairs([*crowd, person("s", born="1980-12-10")], DEFAULT) == set()
