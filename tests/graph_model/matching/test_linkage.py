"""How clusters join: by their best pair, less how far they contradict each other."""

from __future__ import annotations

from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.matching.linkage import Linkage, agglomerate
from graph_model.identity.rulesets.model import BIT

KEYS = "abcdefg"
CLIP = 20 * BIT
Weights = dict[tuple[str, str], int]
weights = st.fixed_dictionaries(
    {pair: st.integers(-15, 12).map(lambda bits: bits * BIT) for pair in combinations(KEYS, 2)}
)


def link(found: Weights, *, keys: str = KEYS, **settings: object) -> Linkage:
    """The linkage of records that are compared with each other if they weigh more than -3 bits."""
    edges = {pair: weight for pair, weight in found.items() if weight > -3 * BIT}
    return agglomerate(keys, edges, lambda a, b: found[a, b], link=0, clip=CLIP, **settings)  # type: ignore[arg-type]


def parts(found: Linkage) -> list[str]:
    return ["".join(sorted(part)) for part in found.parts]


def weigh(**bits: int) -> Weights:
    """Weights in bits by two letters; what is not named contradicts."""
    return {(a, b): bits.get(a + b, -9) * BIT for a, b in combinations(KEYS, 2)}


def by_definition(found: Weights) -> list[frozenset[str]]:
    """The same, joining the best of all pairs of clusters again and again."""
    clusters = [frozenset(key) for key in KEYS]
    while True:
        best = None
        for one, other in combinations(clusters, 2):
            cross = [found[min(a, b), max(a, b)] for a in one for b in other]
            if max(cross) > -3 * BIT:
                clipped = [max(-CLIP, min(CLIP, weight)) for weight in cross]
                linkage = max(clipped) + min(sum(clipped) // len(clipped), 0)
                place = (-linkage, *sorted((min(one), min(other))))
                if linkage >= 0 and (best is None or place < best[0]):
                    best = (place, one, other)
        if best is None:
            return sorted(clusters, key=min)
        _, one, other = best
        clusters = [cluster for cluster in clusters if cluster not in (one, other)] + [one | other]


def test_a_chain_holds_unless_its_ends_contradict_each_other() -> None:
    assert parts(link(weigh(ab=9, bc=8, ac=1), keys="abc")) == ["abc"]
    assert parts(link(weigh(ab=9, bc=3, ac=-15), keys="abc")) == ["ab", "c"]


def test_the_strongest_join_first() -> None:
    found = link(weigh(ab=5, bc=9, ac=4), keys="abc")
    assert [("".join(sorted(join.one)), "".join(sorted(join.other)), join.pair) for join in found.joins] == [
        ("b", "c", ("b", "c")),
        ("a", "bc", ("a", "b")),
    ]
    assert [join.linkage for join in found.joins] == [9 * BIT, 5 * BIT]


def test_records_that_are_joined_from_the_start_stay_so() -> None:
    assert parts(link(weigh(), keys="abc", joined=["ac"])) == ["ac", "b"]


def test_a_join_that_is_forbidden_is_not_made_and_others_are() -> None:
    found = link(weigh(ab=9, bc=5, ac=5), keys="abc", may_join=lambda one, other: one | other != {"a", "b"})
    assert parts(found) == ["abc"]
    assert frozenset("ab") not in [join.one | join.other for join in found.joins]


@given(weights)
def test_it_is_what_the_definition_says(found: Weights) -> None:
    assert link(found).parts == by_definition(found)


@given(weights, st.randoms())
def test_the_parts_do_not_depend_on_the_order_of_records_and_edges(found: Weights, random: Random) -> None:
    keys, pairs = list(KEYS), list(found.items())
    random.shuffle(keys)
    random.shuffle(pairs)
    again = link(dict(pairs), keys="".join(keys))
    assert again == link(found)
    assert sorted(key for part in again.parts for key in part) == sorted(KEYS)


@given(weights)
def test_no_pair_is_weighed_twice_and_none_that_has_an_edge(found: Weights) -> None:
    asked: list[tuple[str, str]] = []
    edges = {pair: weight for pair, weight in found.items() if weight > -3 * BIT}

    def ask(a: str, b: str) -> int:
        asked.append((a, b))
        return found[a, b]

    agglomerate(KEYS, edges, ask, link=0, clip=CLIP)
    assert len(asked) == len(set(asked))
    assert edges.keys().isdisjoint(asked)
