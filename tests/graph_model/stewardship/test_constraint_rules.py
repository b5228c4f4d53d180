"""Which constraints can hold together, and what a merge and a split bind."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.errors import BadInput
from graph_model.identity.constraints.model import Bond, ConstraintKind, Pair, pair_of
from graph_model.identity.constraints.rules import (
    MAX_PAIRS,
    NAMED,
    closures,
    contradicting,
    parting,
    refuse_contradiction,
    star,
)

ALWAYS, NEVER = ConstraintKind.ALWAYS_LINK, ConstraintKind.NEVER_LINK


def bond(kind: ConstraintKind, one: str, other: str, id_: str = "") -> Bond:
    return Bond(pair_of(one, other), kind, id_ or f"con_{one}{other}")


def test_a_never_link_within_what_always_links_join_names_the_way() -> None:
    bonds = [bond(ALWAYS, "a", "b"), bond(ALWAYS, "b", "c"), bond(ALWAYS, "c", "d")]
    assert contradicting(bonds, NEVER, [("a", "c")]) == ["con_ab", "con_bc"]
    assert contradicting(bonds, NEVER, [("d", "e")]) == []


def test_an_always_link_across_a_never_link_names_that_and_the_way_to_it() -> None:
    bonds = [bond(ALWAYS, "a", "b"), bond(NEVER, "b", "c")]
    assert contradicting(bonds, ALWAYS, [("a", "c")]) == ["con_ab", "con_bc"]
    assert contradicting(bonds, ALWAYS, [("a", "d")]) == []
    assert contradicting([bond(NEVER, "a", "b")], ALWAYS, [("a", "c")]) == []


def test_a_merge_across_a_never_link_between_any_of_its_records_is_refused() -> None:
    bonds = [bond(NEVER, "a2", "b2")]
    assert contradicting(bonds, ALWAYS, [("a1", "b1")]) == []
    whole = [("a1", "a2"), ("b1", "b2")]
    assert contradicting(bonds, ALWAYS, [("a1", "b1")], together=whole) == ["con_a2b2"]


def test_of_two_constraints_on_one_pair_both_are_named_where_either_is_in_the_way() -> None:
    bonds = [bond(NEVER, "a", "b", "con_1"), bond(NEVER, "a", "b", "con_2")]
    assert contradicting(bonds, ALWAYS, [("a", "b")]) == ["con_1", "con_2"]


def test_a_refusal_has_a_code_and_names_what_is_in_the_way() -> None:
    with pytest.raises(BadInput, match="con_ab") as refused:
        refuse_contradiction([bond(NEVER, "a", "b")], ALWAYS, [("a", "b")])
    assert refused.value.code == "CONTRADICTING_CONSTRAINT"
    many = [bond(NEVER, "a", "b", f"con_{number:03}") for number in range(NAMED + 3)]
    with pytest.raises(BadInput, match="and 3 more"):
        refuse_contradiction(many, ALWAYS, [("a", "b")])


RECORDS = st.sampled_from("abcdefg")
PAIRS = st.tuples(RECORDS, RECORDS).filter(lambda pair: pair[0] < pair[1])
BONDS = st.lists(st.tuples(st.sampled_from([ALWAYS, NEVER]), PAIRS), max_size=12)


def consistent(bonds: list[Bond]) -> bool:
    links: dict[str, set[str]] = {}
    for item in bonds:
        if item.kind is ALWAYS:
            for one, other in (item.pair, item.pair[::-1]):
                links.setdefault(one, set()).add(other)
    closure = closures(links)
    return not any(
        item.kind is NEVER and item.pair[0] in closure and closure[item.pair[0]] == closure.get(item.pair[1])
        for item in bonds
    )


@given(BONDS)
def test_what_is_not_refused_can_hold_together_and_without_what_is_named_it_can(
    wanted: list[tuple[ConstraintKind, Pair]],
) -> None:
    bonds: list[Bond] = []
    for number, (kind, pair) in enumerate(wanted):
        new = Bond(pair, kind, f"con_{number}")
        named = contradicting(bonds, kind, [pair])
        assert consistent([*bonds, new]) == (not named)
        left = [item for item in bonds if item.id not in named]
        assert contradicting(left, kind, [pair]) == [] or len(left) < len(bonds)
        if not named:
            bonds.append(new)


def test_a_merge_binds_each_individual_once() -> None:
    assert star(["b", "a", "c"]) == (("a", "b"), ("b", "c"))
    assert star(["a"]) == ()


@given(st.lists(st.sets(st.integers(0, 30), min_size=1, max_size=5), min_size=2, max_size=3))
def test_a_split_parts_every_record_of_each_side_from_every_record_of_the_others(
    drawn: list[set[int]],
) -> None:
    sides = [[f"{place}-{number}" for number in sorted(side)] for place, side in enumerate(drawn)]
    bound = set(parting(sides))
    for one, other in combinations(sides, 2):
        assert {pair_of(a, b) for a in one for b in other} <= bound
    assert len(bound) == sum(len(one) * len(other) for one, other in combinations(sides, 2))


def test_of_large_sides_the_oldest_is_parted_from_all_and_too_large_ones_are_refused() -> None:
    one, other = ([f"{side}{number:05}" for number in range(400)] for side in "ab")
    bound = set(parting([one, other]))
    assert bound == {(one[0], key) for key in other} | {(key, other[0]) for key in one}
    with pytest.raises(BadInput) as refused:
        parting([one, [f"b{number:05}" for number in range(MAX_PAIRS)]])
    assert refused.value.code == "TOO_MANY_RECORDS"
