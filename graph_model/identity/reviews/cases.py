"""What resolution leaves to a steward: pairs it was not sure of, and what guards stopped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import blake2b

from graph_model.identity.matching.component import Pair
from graph_model.identity.matching.facts import possible_matches
from graph_model.identity.matching.partition import Partition
from graph_model.identity.reviews.model import PAIR, ReviewCase
from graph_model.identity.rulesets.model import BIT, Ruleset


def review_cases(
    partition: Partition, edges: Mapping[Pair, int], ruleset: Ruleset, never: Collection[Pair] = ()
) -> list[ReviewCase]:
    """The cases of a component, in a fixed order: each thing that a guard stopped, and of two parts that no
    guard kept apart the strongest pair that weighs enough for a review."""
    if not partition.guarded and len(partition.parts) == 1:
        return []
    cases = [
        ReviewCase(_key(item.reason, item.records), item.reason, item.records, item.weight, item.detail)
        for item in partition.guarded
    ]
    home = {key: number for number, part in enumerate(partition.parts) for key in part}
    stopped = {
        frozenset((home[one], home[other]))
        for item in partition.guarded
        for one in item.records
        for other in item.records
    }
    for pair, weight, places in possible_matches(partition, edges, ruleset, never):
        if frozenset(places) not in stopped:
            detail = f"Their records weigh {weight / BIT:.1f} bits at most, and were not joined."
            cases.append(ReviewCase(_key(PAIR, pair), PAIR, pair, weight, detail))
    return cases


def _key(kind: str, records: Collection[str]) -> str:
    # A digest, because an index takes no value as long as five hundred keys.
    text = "\n".join(records).encode()
    return f"{kind}|{blake2b(text, digest_size=16).hexdigest()}"
