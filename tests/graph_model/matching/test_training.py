"""Training without labels, on records that the test makes itself."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from random import Random

import pytest

from graph_model.identity.matching.candidates import candidate_pairs
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.matching.features import Address, Features, Name
from graph_model.identity.matching.keys import KEY_KINDS
from graph_model.identity.matching.linkage import agglomerate
from graph_model.identity.matching.scoring import Scorer
from graph_model.identity.matching.training import train
from graph_model.identity.rulesets.model import Ruleset

_FIRST = ("anna", "berta", "carl", "doris", "emil", "frieda", "gustav", "helga", "ida", "jonas")
_LAST = ("adler", "becker", "conrad", "dietz", "engel", "fuchs", "graf", "huber", "imhof", "jung")
_SYLLABLES = ("ba", "do", "ki", "lem", "nor", "pas", "tur", "vel", "win", "zor")


def _slip(text: str, random: Random) -> str:
    place = random.randrange(1, len(text))
    return text[: place - 1] + random.choice("abcdefghijklmnopqrstuvwxyz") + text[place:]


def population(people: int) -> tuple[list[Features], dict[str, int]]:
    """Records of some people, one to four each with slips and gaps, and whose each is."""
    random = Random(5)
    records: list[Features] = []
    truth: dict[str, int] = {}
    for number in range(people):
        first, last = random.choice(_FIRST), random.choice(_LAST) + random.choice(_SYLLABLES)
        born = f"{random.randint(1940, 2005)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        email = f"{first}.{last}@{random.choice(_SYLLABLES)}{number}.example"
        home = Address(
            house=str(number), street=f"{random.choice(_SYLLABLES)} street", city=random.choice(_LAST)
        )
        for copy in range(random.randint(1, 4)):
            key = f"{number}-{copy}"
            truth[key] = number
            written = Name(
                _slip(first, random) if random.random() < 0.2 else first,
                last=_slip(last, random) if random.random() < 0.2 else last,
            )
            records.append(
                Features(
                    key,
                    names=(written,),
                    birth_dates=(born,) if random.random() < 0.8 else (),
                    emails=(email,) if random.random() < 0.6 else (),
                    addresses=(home,) if random.random() < 0.6 else (),
                )
            )
    return records, truth


def f1(records: list[Features], ruleset: Ruleset, truth: dict[str, int]) -> float:
    """F1 over matching pairs of what the ruleset makes of the records."""
    scorer, by_key = Scorer(ruleset), {record.key: record for record in records}

    def weigh(a: str, b: str) -> int:
        return scorer.weigh(by_key[a], by_key[b])

    weighed = {pair: weigh(*pair) for pair in candidate_pairs(records, ruleset)}
    edges = {pair: weight for pair, weight in weighed.items() if weight > ruleset.floor}
    parts = agglomerate(by_key, edges, weigh, link=ruleset.link, clip=ruleset.clip).parts
    found = {pair for part in parts for pair in combinations(sorted(part), 2)}
    true = {pair for pair in combinations(sorted(truth), 2) if truth[pair[0]] == truth[pair[1]]}
    return 2 * len(found & true) / (len(found) + len(true))


RECORDS, TRUTH = population(150)
PAIRS = candidate_pairs(RECORDS, DEFAULT)
TRAINED = train(DEFAULT, RECORDS, PAIRS)


def test_training_is_a_function_of_the_set_of_records() -> None:
    assert train(DEFAULT, RECORDS[::-1], sorted(PAIRS, reverse=True)) == TRAINED


def test_a_trained_ruleset_finds_people_better() -> None:
    assert f1(RECORDS, TRAINED, TRUTH) > max(0.92, f1(RECORDS, DEFAULT, TRUTH))


def test_training_again_stays_where_it_is() -> None:
    again = train(TRAINED, RECORDS, candidate_pairs(RECORDS, TRAINED))
    assert f1(RECORDS, again, TRUTH) >= f1(RECORDS, TRAINED, TRUTH) - 0.02


def test_every_probability_is_one_and_matches_agree_more_than_strangers() -> None:
    for comparison in TRAINED.comparisons:
        for of in ("match", "household", "unrelated"):
            shares = [getattr(level, of) for level in comparison.levels]
            assert all(0 < share < 1 for share in shares)
            assert sum(shares) == pytest.approx(1, abs=0.01)
        best, worst = comparison.levels[0], comparison.levels[-1]
        if comparison.attribute != "name_order":
            assert best.match / best.unrelated > worst.match / worst.unrelated


def test_kinds_of_keys_are_chosen_that_find_the_linked_pairs() -> None:
    assert set(TRAINED.key_kinds) <= set(KEY_KINDS)
    assert 0 < len(TRAINED.key_kinds) < len(DEFAULT.key_kinds)
    true = {pair for pair in PAIRS if TRUTH[pair[0]] == TRUTH[pair[1]]}
    kept = candidate_pairs(RECORDS, TRAINED)
    assert len(true & kept) >= 0.99 * len(true)


def test_what_the_records_do_not_hold_stays_as_it_was() -> None:
    before = {comparison.attribute: comparison for comparison in DEFAULT.comparisons}
    after = {comparison.attribute: comparison for comparison in TRAINED.comparisons}
    for old, new in zip(before["phone"].levels, after["phone"].levels, strict=True):
        assert new.match == pytest.approx(old.match, rel=0.01)
        assert new.unrelated == pytest.approx(old.unrelated, rel=0.01)
    assert TRAINED.rules == DEFAULT.rules


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_very_few_records_teach_next_to_nothing_and_break_nothing(count: int) -> None:
    few = RECORDS[:count]
    trained = train(DEFAULT, few, candidate_pairs(few, DEFAULT))
    same = replace(few[0], key="again") if few else Features("again")
    assert Scorer(trained).weigh(same, few[0] if few else Features("b")) is not None
    assert abs(trained.household_prior - DEFAULT.household_prior) <= 2_000


def test_a_value_that_one_person_repeats_counts_once() -> None:
    email = next(record.emails[0] for record in RECORDS if record.emails)
    assert email not in TRAINED.frequencies["email"].counts
