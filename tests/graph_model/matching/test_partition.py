"""Which records of a component form one individual, by weights and by stewards' constraints."""

from __future__ import annotations

import string
from itertools import combinations, pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.matching.component import JUDGED
from graph_model.identity.matching.features import Features, Party
from graph_model.identity.matching.partition import Partition, StepKind, partition
from graph_model.identity.rulesets.model import BIT, Guards, IdentifierLimit, Ruleset
from tests.graph_model.matching.components import (
    CONVERT,
    ISOLATE,
    LINK,
    Counting,
    bits,
    decide,
    parts,
    records,
    ruleset,
    stopped,
)


def test_a_record_by_itself_is_a_part_and_nobody_weighs_it() -> None:
    scorer = Counting(ruleset())
    assert parts(decide(records("a"), {}, scorer=scorer)) == ["a"]
    assert scorer.asked == []


def test_records_above_the_threshold_are_one_and_those_below_are_not() -> None:
    assert parts(decide(records("abc"), {"ab": 9, "bc": -2})) == ["ab", "c"]


def test_a_pair_without_a_weight_is_weighed_and_counts_against_a_chain() -> None:
    scorer = Counting(ruleset())
    assert parts(decide(records("abc"), {"ab": 9, "bc": 4}, scorer=scorer)) == ["abc"]
    assert scorer.asked == [("a", "c")]
    assert parts(decide(records("abc"), {"ab": 9, "bc": 2}, scorer=Counting(ruleset(), prior=20))) == [
        "ab",
        "c",
    ]


def test_persons_and_organisations_are_never_one() -> None:
    both = records("a", organizations="o")
    assert parts(decide(both, {"ao": 20})) == ["a", "o"]
    found = decide(both, {"ao": 20}, always="ao")
    assert parts(found) == ["a", "o"]
    assert stopped(found) == [("PARTY", "ao")]


def test_organisations_are_joined_as_persons_are() -> None:
    assert parts(decide(records(organizations="op"), {"op": 9})) == ["op"]


def test_a_record_that_is_to_stay_alone_is_linked_to_nobody_whatever_is_said() -> None:
    found = decide(records("abc", alone="b"), {"ab": 20, "bc": 20, "ac": -2}, always="ab")
    assert parts(found) == ["a", "b", "c"]


def test_an_always_link_joins_all_that_hangs_on_its_ends() -> None:
    scorer = Counting(ruleset(), prior=90)
    found = decide(records("abcdef"), {"ab": 8, "cd": 8, "ef": 8}, always="ac", scorer=scorer)
    assert parts(found) == ["abcd", "ef"]


def test_a_never_link_keeps_apart_whatever_would_bring_its_ends_together() -> None:
    weights = {"ab": 20, "bc": 19, "ac": 5}
    assert parts(decide(records("abc"), weights)) == ["abc"]
    assert parts(decide(records("abc"), weights, never="ac")) == ["ab", "c"]
    assert stopped(decide(records("abc"), weights, never="ac")) == []


def test_an_always_link_takes_a_record_away_from_those_that_are_never_with_its_other_end() -> None:
    found = decide(records("abx"), {"ab": 20, "ax": -2}, always="ax", never="bx")
    assert parts(found) == ["ax", "b"]


def test_of_constraints_that_contradict_each_other_those_that_link_hold_and_it_is_told() -> None:
    found = decide(records("abc"), {"ab": -2, "bc": -2}, always="ab bc", never="ac")
    assert parts(found) == ["abc"]
    assert stopped(found) == [("CONSTRAINTS", "ac")]


def test_the_steps_tell_how_each_part_came_about() -> None:
    found = decide(records("abcd", devices="x"), {"ab": 9, "cd": 8, "dx": 20}, always="ad")
    told = [("".join(sorted(step.one)), "".join(sorted(step.other)), step.by) for step in found.steps]
    assert told == [
        ("a", "b", StepKind.WEIGHT),
        ("c", "d", StepKind.WEIGHT),
        ("ab", "cd", StepKind.ALWAYS_LINK),
        ("abcd", "x", StepKind.DEVICE),
    ]
    assert [step.weight for step in found.steps] == [9 * BIT, 8 * BIT, None, 20 * BIT]


def test_a_large_component_is_judged_with_bounded_work() -> None:
    keys = [f"{number:04}" for number in range(3_000)]
    features = {key: Features(key) for key in keys}
    weights = dict.fromkeys(pairwise(keys), 9 * BIT)
    scorer = Counting(ruleset(), prior=-9)
    found = partition(features, weights, scorer)
    assert sorted(key for part in found.parts for key in part) == keys
    assert len(found.parts) > 1
    assert len(scorer.asked) <= JUDGED
    assert {item.reason.value for item in found.guarded} == {"SIZE"}
    shuffled = list(weights.items())
    Random(7).shuffle(shuffled)
    again = partition(dict(reversed(features.items())), dict(shuffled), Counting(ruleset(), prior=-9))
    assert (again.parts, again.guarded) == (found.parts, found.guarded)


KEYS = "abcdefgh"
PAIRS = ["".join(pair) for pair in combinations(KEYS, 2)]
RULES = [
    ruleset(),
    ruleset(Guards(size=3)),
    ruleset(Guards(unique=("ID", "EMAIL"), contradiction=-8 * BIT)),
    ruleset(
        Guards(
            limits=(
                IdentifierLimit(type="PHONE", most=1, priority=1),
                IdentifierLimit(type="EMAIL", most=2, days=30),
            ),
            unique=("ID",),
            size=5,
            contradiction=-9 * BIT,
        ),
        device_strategy=CONVERT,
        device_strategies={"h": ISOLATE, "g": LINK},
    ),
]
parties = st.lists(
    st.sampled_from([*[Party.PERSON] * 5, Party.DEVICE, Party.ORGANIZATION]), min_size=8, max_size=8
)
carried = st.lists(
    st.sampled_from([f"{kind}||{value}" for kind in ("ID", "EMAIL", "PHONE") for value in "123"]),
    max_size=3,
    unique=True,
)
components = st.fixed_dictionaries(
    {
        "parties": parties,
        "identifiers": st.lists(carried, min_size=8, max_size=8),
        "alone": st.sets(st.sampled_from(KEYS), max_size=1),
        "weights": st.dictionaries(st.sampled_from(PAIRS), st.integers(-3, 20), max_size=16),
        "always": st.lists(st.sampled_from(PAIRS), max_size=3, unique=True),
        "never": st.lists(st.sampled_from(PAIRS), max_size=3, unique=True),
        "rules": st.sampled_from(RULES),
        "days": st.lists(st.integers(1, 28), min_size=8, max_size=8),
    }
)


class Drawn:
    """A component that hypothesis drew, judged in any order of its parts."""

    def __init__(self, drawn: dict[str, object]) -> None:
        self.rules: Ruleset = drawn["rules"]  # type: ignore[assignment]
        self.weights: dict[str, int] = drawn["weights"]  # type: ignore[assignment]
        self.always: list[str] = drawn["always"]  # type: ignore[assignment]
        self.never: list[str] = drawn["never"]  # type: ignore[assignment]
        by_party: dict[Party, str] = dict.fromkeys(Party, "")
        for key, party in zip(KEYS, drawn["parties"], strict=True):  # type: ignore[call-overload]
            by_party[party] += key
        self.features = records(
            by_party[Party.PERSON],
            devices=by_party[Party.DEVICE],
            organizations=by_party[Party.ORGANIZATION],
            alone="".join(drawn["alone"]),  # type: ignore[arg-type]
            identifiers=dict(zip(KEYS, drawn["identifiers"], strict=True)),  # type: ignore[call-overload]
        )
        self.modified = {
            key: f"2026-{1 + place % 3:02}-{day:02}T00:00:00.000000Z"
            for place, (key, day) in enumerate(zip(KEYS, drawn["days"], strict=True))  # type: ignore[call-overload]
        }

    def decide(self, random: Random | None = None) -> Partition:
        features, weights = list(self.features.items()), list(self.weights.items())
        always, never = list(self.always), list(self.never)
        if random is not None:
            for items in (features, weights, always, never):
                random.shuffle(items)
        return decide(
            dict(features),
            dict(weights),
            self.rules,
            always=" ".join(always),
            never=" ".join(never),
            modified=self.modified,
        )

    def linkable(self, pair: str) -> bool:
        """Whether a constraint on these two is one that is honoured."""
        one, other = (self.features[key] for key in pair)
        return not (one.alone or other.alone)


drawn_components = components.map(Drawn)


@given(drawn_components, st.randoms(use_true_random=False))
def test_the_partition_does_not_depend_on_the_order_of_anything(drawn: Drawn, random: Random) -> None:
    found = drawn.decide()
    again = drawn.decide(random)
    assert again.parts == found.parts
    assert again.guarded == found.guarded
    assert again.steps == found.steps


@given(drawn_components)
def test_the_parts_divide_the_records(drawn: Drawn) -> None:
    assert sorted(key for part in drawn.decide().parts for key in part) == list(KEYS)


@given(drawn_components)
def test_no_part_holds_a_person_and_an_organisation_or_more_than_a_record_that_is_to_be_alone(
    drawn: Drawn,
) -> None:
    for part in drawn.decide().parts:
        assert not {Party.PERSON, Party.ORGANIZATION} <= {drawn.features[key].party for key in part}
        assert len(part) == 1 or not any(drawn.features[key].alone for key in part)


@given(drawn_components)
def test_always_links_hold_and_never_links_hold_unless_they_part_what_those_join(drawn: Drawn) -> None:
    found = drawn.decide()
    home = {key: part for part in found.parts for key in part}
    told = {"".join(item.records) for item in found.guarded if item.reason.value in ("PARTY", "CONSTRAINTS")}
    for pair in drawn.always:
        if drawn.linkable(pair):
            assert home[pair[0]] is home[pair[1]] or pair in told
    for pair in drawn.never:
        if drawn.linkable(pair):
            assert home[pair[0]] is not home[pair[1]] or pair in told


@given(drawn_components)
def test_without_always_links_no_part_is_larger_than_it_may_be_or_breaks_a_guard(drawn: Drawn) -> None:
    drawn.always = []
    found = drawn.decide()
    guards = drawn.rules.guards
    weights = bits(drawn.weights)
    for part in found.parts:
        assert len(part) <= guards.size
        for a, b in combinations(sorted(part), 2):
            persons = Party.DEVICE not in {drawn.features[a].party, drawn.features[b].party}
            if guards.contradiction is not None and persons and (a, b) in weights:
                assert weights[a, b] > guards.contradiction
        if "ID" in guards.unique:
            held = [
                {key for key in drawn.features[record].identifiers if key.startswith("ID|")}
                for record in part
                if drawn.features[record].party is not Party.DEVICE
            ]
            assert all(one <= other or other <= one for one, other in combinations(held, 2))


@given(drawn_components)
def test_the_steps_of_a_part_put_it_together_from_its_records(drawn: Drawn) -> None:
    found = drawn.decide()
    together = {frozenset(key) for key in KEYS}
    for step in found.steps:
        assert {step.one, step.other} <= together
        together = (together - {step.one, step.other}) | {step.one | step.other}
    assert together == set(found.parts)


@pytest.mark.parametrize("size", [2, 5, 26])
def test_what_a_chain_becomes_does_not_depend_on_where_it_begins(size: int) -> None:
    keys = string.ascii_lowercase[:size]
    weights = {a + b: 5 for a, b in pairwise(keys)}
    backwards = {pair[::-1]: weight for pair, weight in reversed(weights.items())}
    assert parts(decide(records(keys), weights)) == parts(decide(records(keys[::-1]), backwards))
