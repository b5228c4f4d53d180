"""Which universal id each part carries: ids are stable and never become unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.assignment import Assignment, Naming, Retired, assign


def decide(
    parts: list[str],
    current: Mapping[str, str],
    retired: list[tuple[str, str, str]] | None = None,
    *,
    age: str = "abcdefgh",
    merged_before: Mapping[str, str] | None = None,
    preferred: Iterable[str] = (),
    lapsed: Iterable[str] = (),
) -> Assignment:
    """`parts` and the records of retired ids are strings of one-letter keys, and so is `age`, the oldest
    record first; new ids are n1, n2, … `merged_before` says of a retired id which record was the first to
    come after it was retired."""
    numbers = count(1)
    return assign(
        [frozenset(part) for part in parts],
        {key: owner for owner, keys in current.items() for key in keys},
        [
            Retired(id_, into, frozenset(keys), str(age.index(after)) if after else "")
            for id_, into, keys in retired or ()
            for after in ((merged_before or {}).get(id_),)
        ],
        age={key: str(place) for place, key in enumerate(age)},
        mint=lambda: f"n{next(numbers)}",
        naming=Naming(frozenset(preferred), frozenset(lapsed)),
    )


def members(assignment: Assignment) -> dict[str, str]:
    return {id_: "".join(sorted(keys)) for id_, keys in assignment.members.items()}


def test_new_records_get_new_ids() -> None:
    decided = decide(["ab", "c"], {})
    assert members(decided) == {"n1": "ab", "n2": "c"}
    assert decided.created == {"n1", "n2"}


def test_an_unchanged_part_keeps_its_id() -> None:
    decided = decide(["abc"], {"i1": "ab"})
    assert members(decided) == {"i1": "abc"}
    assert decided.created | decided.revived | decided.merged.keys() == set()


def test_a_merge_keeps_the_older_id_and_the_other_resolves_to_it() -> None:
    decided = decide(["abc"], {"i2": "ab", "i1": "c"})
    assert members(decided) == {"i1": "abc"}
    assert decided.merged == {"i2": "i1"}


def test_a_split_leaves_the_id_with_the_larger_part() -> None:
    decided = decide(["a", "bc"], {"i1": "abc"})
    assert members(decided) == {"i1": "bc", "n1": "a"}
    assert decided.created == {"n1"}


def test_of_equal_parts_the_one_with_the_oldest_record_keeps_the_id() -> None:
    assert members(decide(["ab", "cd"], {"i1": "abcd"})) == {"i1": "ab", "n1": "cd"}
    assert members(decide(["ab", "cd"], {"i1": "abcd"}, age="dabc")) == {"i1": "cd", "n1": "ab"}


def test_a_record_that_goes_over_to_another_person_does_not_take_its_old_id_along() -> None:
    decided = decide(["abd", "c"], {"i1": "ab", "i2": "cd"}, age="dabc")
    assert members(decided) == {"i1": "abd", "i2": "c"}
    assert not decided.merged


def test_a_split_gives_a_retired_id_back_to_the_part_that_holds_its_records() -> None:
    decided = decide(["ab", "c"], {"i1": "abc"}, [("i2", "i1", "c")])
    assert members(decided) == {"i1": "ab", "i2": "c"}
    assert decided.revived == {"i2"}
    assert decided.created | decided.merged.keys() == set()


def test_a_merge_that_is_undone_leaves_both_ids_where_they_were_whichever_side_is_larger() -> None:
    merged = decide(["abcd"], {"i1": "a", "i2": "bcd"})
    assert merged.merged == {"i2": "i1"}
    undone = decide(["a", "bcd"], {"i1": "abcd"}, [("i2", "i1", "bcd")])
    assert members(undone) == {"i1": "a", "i2": "bcd"}
    assert undone.revived == {"i2"}


def test_of_several_retired_ids_the_one_with_most_records_is_given_back_then_the_oldest() -> None:
    retired = [("i2", "i1", "d"), ("i3", "i1", "de"), ("i4", "i1", "f")]
    decided = decide(["abc", "de", "f"], {"i1": "abcdef"}, retired)
    assert members(decided) == {"i1": "abc", "i3": "de", "i4": "f"}
    assert decided.merged == {"i2": "i3"}


def test_an_id_is_given_back_once() -> None:
    decided = decide(["abc", "d", "e"], {"i1": "abcde"}, [("i2", "i1", "de")])
    assert members(decided) == {"i1": "abc", "i2": "d", "n1": "e"}


def test_the_alias_of_an_alias_resolves_to_who_is_left() -> None:
    decided = decide(["abc"], {"i1": "a", "i2": "bc"}, [("i3", "i2", "c")])
    assert members(decided) == {"i1": "abc"}
    assert decided.merged == {"i2": "i1", "i3": "i1"}


def test_an_alias_without_records_follows_the_id_that_it_resolved_to() -> None:
    assert decide(["ab"], {"i1": "a", "i2": "b"}, [("i3", "i2", "z")]).merged == {"i2": "i1", "i3": "i1"}
    assert decide(["a", "b"], {"i1": "a", "i2": "b"}, [("i3", "i2", "z")]).merged == {}


def test_an_alias_follows_its_records_to_another_individual() -> None:
    decided = decide(["abd", "c"], {"i1": "ab", "i2": "cd"}, [("i3", "i2", "d")])
    assert members(decided) == {"i1": "abd", "i2": "c"}
    assert decided.merged == {"i3": "i1"}


KEYS = "abcdefgh"
AGE = dict(zip(KEYS, KEYS, strict=True))
labels = st.lists(st.integers(0, 3), min_size=len(KEYS), max_size=len(KEYS))


def groups(labelling: list[int]) -> dict[int, frozenset[str]]:
    return {
        label: frozenset(key for key, found in zip(KEYS, labelling, strict=True) if found == label)
        for label in set(labelling)
    }


@given(labels, labels, labels, st.integers(0, len(KEYS)), st.permutations(range(4)))
def test_every_id_stays_known_and_every_part_has_one(
    before: list[int], after: list[int], once: list[int], known: int, ages: list[int]
) -> None:
    """`once` groups the records by the retired ids that had them, which resolve to whoever had most."""
    parts = list(groups(after).values())
    current = {key: f"i{ages[label]}" for key, label in zip(KEYS[:known], before, strict=False)}
    retired = [
        Retired(f"r{label}", current[min(keys & current.keys())], keys)
        for label, keys in groups(once).items()
        if keys & current.keys()
    ]
    numbers = count(1)
    decided = assign(parts, current, retired, age=AGE, mint=lambda: f"n{next(numbers)}")

    assert sorted(decided.members.values(), key=min) == sorted(parts, key=min)
    resolves = {item.id: item.into for item in retired} | decided.merged
    for id_ in decided.members:
        resolves[id_] = id_
    assert all(resolves.get(id_) in decided.members for id_ in {*current.values(), *resolves})
    assert decided.created == {id_ for id_ in decided.members if id_.startswith("n")}
    assert decided.revived == {id_ for id_ in decided.members if id_.startswith("r")}
    assert not decided.merged.keys() & decided.members.keys()
    shuffled = dict(reversed(current.items()))
    numbers = count(1)
    assert decided == assign(parts, shuffled, retired[::-1], age=AGE, mint=lambda: f"n{next(numbers)}")


@given(labels, labels)
def test_the_largest_share_of_an_id_keeps_it_unless_an_older_id_is_there(
    before: list[int], after: list[int]
) -> None:
    current = {key: f"i{label}" for key, label in zip(KEYS, before, strict=True)}
    numbers = count(1)
    decided = assign(groups(after).values(), current, [], age=AGE, mint=lambda: f"n{next(numbers)}")
    for owner in set(current.values()):
        shares = {id_: sum(current[key] == owner for key in part) for id_, part in decided.members.items()}
        kept_by = owner if owner in decided.members else decided.merged[owner]
        assert shares[kept_by] == max(shares.values())
        assert kept_by <= owner


def test_a_steward_may_name_the_id_that_survives() -> None:
    decided = decide(["abc"], {"i1": "a", "i2": "b", "i3": "c"}, preferred=["i2"])
    assert members(decided) == {"i2": "abc"}
    assert decided.merged == {"i1": "i2", "i3": "i2"}


def test_records_that_came_after_a_merge_go_back_with_the_side_that_they_came_for() -> None:
    """i1 was a, i2 was b; then c came for i1, and d to g for i2."""
    merge = [("i2", "i1", "b")]
    decided = decide(["ac", "bdefg"], {"i1": "abcdefg"}, merge, merged_before={"i2": "c"})
    assert members(decided) == {"i1": "ac", "i2": "bdefg"}
    assert decided.revived == {"i2"}


def test_so_they_do_where_the_younger_id_survived() -> None:
    merge = [("i1", "i2", "a")]
    decided = decide(["acdef", "b"], {"i2": "abcdef"}, merge, merged_before={"i1": "c"})
    assert members(decided) == {"i1": "acdef", "i2": "b"}


def test_a_part_with_records_from_before_the_merge_may_keep_the_id_whatever_else_is_in_it() -> None:
    decided = decide(["ab", "cdefg"], {"i1": "abcdefg"}, [("i2", "i1", "b")], merged_before={"i2": "c"})
    assert members(decided) == {"i1": "cdefg", "i2": "ab"}


def test_of_merges_one_within_the_other_each_comes_back_to_its_own_records() -> None:
    """i3 (c) went into i2 (b), d came for i3, then i2 went into i1 (a)."""
    merges = [("i3", "i1", "c"), ("i2", "i1", "bcd")]
    after = {"i3": "d", "i2": "e"}
    inner = decide(["ab", "cd"], {"i1": "abcd"}, merges, merged_before=after)
    assert members(inner) == {"i1": "ab", "i3": "cd"}
    assert inner.merged == {}
    outer = decide(["a", "bcd"], {"i1": "abcd"}, merges, merged_before=after)
    assert members(outer) == {"i1": "a", "i2": "bcd"}
    assert outer.merged == {"i3": "i2"}


@given(st.lists(st.booleans(), min_size=6, max_size=6), st.booleans())
def test_an_unmerge_leaves_each_id_where_it_was_without_the_merge(
    sides: list[bool], older_survives: bool
) -> None:
    """Each of two people has a record; they are merged, six records come, each for one of them, and the
    merge is undone."""
    first = "a" + "".join(key for key, side in zip("cdefgh", sides, strict=True) if side)
    second = "b" + "".join(key for key, side in zip("cdefgh", sides, strict=True) if not side)
    survivor, retired, held = ("i1", "i2", "b") if older_survives else ("i2", "i1", "a")
    decided = decide(
        [first, second], {survivor: "abcdefgh"}, [(retired, survivor, held)], merged_before={retired: "c"}
    )
    assert members(decided) == {"i1": first, "i2": second}


def test_an_id_that_a_steward_had_given_up_for_a_younger_one_comes_before_it_again() -> None:
    """i1 was a, i2 was b; a steward preferred i2; then c joined both, and the merge is undone."""
    decided = decide(["abc"], {"i2": "abc"}, [("i1", "i2", "a")], merged_before={"i1": "c"}, lapsed=["i1"])
    assert members(decided) == {"i1": "abc"}
    assert decided.revived == {"i1"}
    assert decided.merged == {"i2": "i1"}
    assert decided.foreign == {"i2": {"a"}}


def test_not_before_an_older_one_and_not_where_none_of_its_records_is() -> None:
    decided = decide(["ab"], {"i1": "ab"}, [("i2", "i1", "b")], merged_before={"i2": "c"}, lapsed=["i2"])
    assert members(decided) == {"i1": "ab"}
    elsewhere = decide(["b"], {"i2": "b"}, [("i1", "i2", "a")], merged_before={"i1": "c"}, lapsed=["i1"])
    assert members(elsewhere) == {"i2": "b"}
