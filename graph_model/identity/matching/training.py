"""Learning a ruleset's weights, frequencies and kinds of keys from records, without labels.

Training is a function of the set of records and of pairs: it draws its samples by a fixed seed from an order
of their own. It starts at the ruleset's values and leaves alone what the records say nothing about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from random import Random
from typing import Final

import numpy as np

from graph_model.identity.matching.choosing import choose_kinds
from graph_model.identity.matching.counting import count
from graph_model.identity.matching.estimation import Floats, Model, Observed, estimate, random_levels
from graph_model.identity.matching.evidence import Finding
from graph_model.identity.matching.features import Features, Party
from graph_model.identity.matching.linkage import agglomerate
from graph_model.identity.matching.scoring import Scorer
from graph_model.identity.rulesets.model import BIT, Comparison, Level, Ruleset

CANDIDATES_AT_MOST: Final = 100_000
LINKED_AT_MOST: Final = 50_000
RANDOM_PAIRS: Final = 30_000
DRAWS_PER_RECORD: Final = 20
NAMESAKES: Final = 5_000
ROUNDS: Final = 2
"""Times that people are told apart, values counted among them and weights estimated."""
GIVEN_NAME: Final = "email_given_name"
"""The attribute that pairs of one name are drawn for: pairs drawn at random seldom agree in it."""

ANY_SUPPORT: Final = -1_000 * BIT
"""Where it is known how often names occur, they count for what they weigh beside anything else."""
NAME_ORDER: Final = "name_order"
"""Not learned: who swaps names swaps them whoever the other record is about, so a swap says nothing."""

Pair = tuple[str, str]


def train(ruleset: Ruleset, records: Sequence[Features], pairs: Collection[Pair]) -> Ruleset:
    """The ruleset with what its records teach: `pairs` are their candidates, by key."""
    by_key = {record.key: record for record in sorted(records, key=lambda record: record.key)}
    ordered = sorted(pair for pair in pairs if pair[0] in by_key and pair[1] in by_key)
    if len(by_key) < 2 or not ordered:
        return ruleset
    sample = _sample(ordered, CANDIDATES_AT_MOST)
    shipped = ruleset.frequencies
    drawn, of_a_name = _random_pairs(list(by_key)), _namesakes(by_key.values())
    person: dict[str, str] = {}
    for _ in range(ROUNDS):
        people = _people(ruleset, by_key, ordered)
        ruleset = ruleset.model_copy(update={"frequencies": {**shipped, **count(people.values(), shipped)}})
        person = {record.key: name for name, records in people.items() for record in records}
        strangers = [pair for pair in drawn if person[pair[0]] != person[pair[1]]]
        namesakes = [pair for pair in of_a_name if person[pair[0]] != person[pair[1]]]
        ruleset = _estimated(ruleset, by_key, sample, len(ordered) / len(sample), strangers, namesakes)
    linked = _sample([pair for pair in ordered if person[pair[0]] == person[pair[1]]], LINKED_AT_MOST)
    kinds = choose_kinds(list(by_key.values()), [(by_key[a], by_key[b]) for a, b in linked], ruleset.key_cap)
    return ruleset.model_copy(update={"key_kinds": kinds or ruleset.key_kinds, "support": ANY_SUPPORT})


def _sample(pairs: list[Pair], most: int) -> list[Pair]:
    """At most so many of the pairs, drawn at random, in their order."""
    return pairs if len(pairs) <= most else sorted(Random(1).sample(pairs, most))


def _people(
    ruleset: Ruleset, by_key: Mapping[str, Features], pairs: Iterable[Pair]
) -> dict[str, list[Features]]:
    """The records by person, as the ruleset would part them."""
    scorer = Scorer(ruleset)
    edges = {}
    for a, b in pairs:
        weight = scorer.weigh(by_key[a], by_key[b])
        if weight > ruleset.floor:
            edges[a, b] = weight
    component = _components(edges)
    inside: defaultdict[str, dict[Pair, int]] = defaultdict(dict)
    for pair, weight in edges.items():
        inside[component[pair[0]]][pair] = weight
    members: defaultdict[str, list[str]] = defaultdict(list)
    for key, root in component.items():
        members[root].append(key)
    people = {key: [by_key[key]] for key in by_key if key not in component}
    for root, keys in members.items():
        linkage = agglomerate(
            keys,
            inside[root],
            lambda a, b: scorer.weigh(by_key[a], by_key[b]),
            link=ruleset.link,
            clip=ruleset.clip,
        )
        for part in linkage.parts:
            people[min(part)] = [by_key[key] for key in sorted(part)]
    return people


def _components(edges: Iterable[Pair]) -> dict[str, str]:
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = key = parent[parent[key]]
        return key

    for a, b in edges:
        one, other = root(a), root(b)
        parent[max(one, other)] = min(one, other)
    return {key: root(key) for key in parent}


def _estimated(
    ruleset: Ruleset,
    by_key: Mapping[str, Features],
    sample: Sequence[Pair],
    scale: float,
    strangers: Sequence[Pair],
    namesakes: Sequence[Pair],
) -> Ruleset:
    scorer = Scorer(ruleset)
    attributes = [comparison.attribute for comparison in ruleset.comparisons]
    observed = _observe(scorer, by_key, sample, attributes)
    drawn = _observe(scorer, by_key, strangers, attributes)
    of_a_name = _observe(scorer, by_key, namesakes, attributes)
    start = _model(ruleset, len(by_key))
    moved = [attribute for attribute in attributes if attribute not in (GIVEN_NAME, NAME_ORDER)]
    unrelated = random_levels(of_a_name, random_levels(drawn, start.unrelated, moved), [GIVEN_NAME])
    start = Model(
        start.match,
        start.household,
        unrelated,
        start.matches,
        start.households,
        start.pairs,
    )
    caps = {name: min(0.6, 0.03 + 2 * shares[-1]) for name, shares in start.match.items()}
    return _with_model(ruleset, estimate(observed, start, caps, scale, (NAME_ORDER,)))


def _random_pairs(keys: Sequence[str]) -> list[Pair]:
    random = Random(2)
    last = len(keys) - 1
    drawn = (
        (random.randint(0, last), random.randint(0, last))
        for _ in range(min(RANDOM_PAIRS, DRAWS_PER_RECORD * len(keys)))
    )
    return [(keys[min(pair)], keys[max(pair)]) for pair in drawn if pair[0] != pair[1]]


def _namesakes(records: Iterable[Features]) -> list[Pair]:
    """Pairs of one first name or one last name, drawn at random."""
    by_name: defaultdict[str, set[str]] = defaultdict(set)
    for record in records:
        if record.emails:
            for name in record.names:
                by_name[f"first {name.first}" if name.first else ""].add(record.key)
                by_name[f"last {name.last}" if name.last else ""].add(record.key)
    by_name.pop("", None)
    groups = [sorted(keys) for _, keys in sorted(by_name.items()) if len(keys) > 1]
    if not groups:
        return []
    random = Random(3)
    chosen = random.choices(groups, [len(group) * (len(group) - 1) for group in groups], k=NAMESAKES)
    return [(min(pair), max(pair)) for pair in (random.sample(group, 2) for group in chosen)]


def _observe(
    scorer: Scorer, by_key: Mapping[str, Features], pairs: Iterable[Pair], attributes: Sequence[str]
) -> Observed:
    found: list[list[Finding]] = []
    for a, b in pairs:
        one, other = by_key[a], by_key[b]
        if one.party is other.party is not Party.DEVICE:
            found.append(scorer.findings(one, other))
    levels = {attribute: np.full(len(found), -1, dtype=np.int8) for attribute in attributes}
    adjustment = np.zeros(len(found))
    for row, findings in enumerate(found):
        for attribute, level, added, _, _ in findings:
            if attribute in levels:
                levels[attribute][row] = level
                adjustment[row] += added / BIT
    return Observed(levels, adjustment)


def _model(ruleset: Ruleset, records: int) -> Model:
    def shares(comparison: Comparison, of: str) -> Floats:
        values = np.array([getattr(level, of) for level in comparison.levels], dtype=np.float64)
        return np.asarray(values / values.sum(), dtype=np.float64)

    by_class = {
        of: {comparison.attribute: shares(comparison, of) for comparison in ruleset.comparisons}
        for of in ("match", "household", "unrelated")
    }
    matches = records / 2
    households = matches / 2 ** (ruleset.household_prior / BIT)
    return Model(
        by_class["match"],
        by_class["household"],
        by_class["unrelated"],
        matches,
        households,
        records * (records - 1) / 2,
    )


def _with_model(ruleset: Ruleset, model: Model) -> Ruleset:
    def level(attribute: str, number: int, old: Level) -> Level:
        return old.model_copy(
            update={
                "match": _rounded(model.match[attribute][number]),
                "household": _rounded(model.household[attribute][number]),
                "unrelated": _rounded(model.unrelated[attribute][number]),
            }
        )

    comparisons = tuple(
        comparison.model_copy(
            update={
                "levels": tuple(
                    level(comparison.attribute, number, old) for number, old in enumerate(comparison.levels)
                )
            }
        )
        for comparison in ruleset.comparisons
    )
    return ruleset.model_copy(
        update={
            "comparisons": comparisons,
            "prior": round(BIT * model.prior),
            "household_prior": round(BIT * model.household_prior),
        }
    )


def _rounded(probability: float) -> float:
    """Nine digits: enough, and the same text on every machine."""
    return float(f"{probability:.9g}")
