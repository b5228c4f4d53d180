"""The path whose weakest link is as strong as can be."""

from __future__ import annotations

from itertools import combinations, pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.explanations.paths import strongest_path
from graph_model.identity.model import Evidence

KEYS = "abcde"
PAIRS = list(combinations(KEYS, 2))
BEYOND = 10**6

evidence = st.dictionaries(
    st.sampled_from(PAIRS), st.integers(-3, 20).map(lambda bits: Evidence(bits, "WEIGHT"))
)
always = st.lists(st.sampled_from(PAIRS), max_size=2, unique=True)


def weakest(keys: str, found: dict[tuple[str, str], Evidence], bound: list[tuple[str, str]]) -> int | None:
    """The weakest link on the way through these records; None if it is none."""
    least = BEYOND
    for pair in pairwise(keys):
        ends = (min(pair), max(pair))
        if ends not in bound:
            if ends not in found:
                return None
            least = min(least, found[ends].weight)
    return least


@given(evidence, always)
def test_no_other_path_has_a_stronger_weakest_link(
    found: dict[tuple[str, str], Evidence], bound: list[tuple[str, str]]
) -> None:
    ways = ["a" + "".join(between) + "e" for size in range(4) for between in permutations("bcd", size)]
    best = max((least for way in ways if (least := weakest(way, found, bound)) is not None), default=None)
    path = strongest_path("a", "e", found, bound)
    if best is None:
        assert path == ()
    else:
        assert min(BEYOND if hop.weight is None else hop.weight for hop in path) == best


@given(evidence, always)
def test_the_path_leads_from_the_one_to_the_other(
    found: dict[tuple[str, str], Evidence], bound: list[tuple[str, str]]
) -> None:
    at = "a"
    for hop in strongest_path("a", "e", found, bound):
        (at,) = set(hop.pair) - {at}
    assert at in ("a", "e")


def test_a_direct_link_goes_before_a_longer_path_of_the_same_strength() -> None:
    found = {pair: Evidence(5, "EMAIL") for pair in (("a", "b"), ("b", "c"), ("a", "c"))}
    assert [hop.pair for hop in strongest_path("a", "c", found, [])] == [("a", "c")]
