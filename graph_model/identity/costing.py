"""What finding evidence has cost, by kind of key and by match rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from graph_model.identity.candidates import IDENTIFIER, Pair
from graph_model.identity.model import Evidence
from graph_model.identity.rulesets import costs
from graph_model.identity.subjects import Changes

IDENTIFIERS = "identifier"
"""The kind of what is found by an identifier that it carries."""


def count(
    changes: Changes, found_by: Mapping[Pair, int], evidence: Mapping[Pair, Evidence], seconds: float
) -> None:
    """Count the records that each kind of key found for the changed ones, the pairs that were compared, each
    under the first kind that found it, the time for that, shared alike among the pairs, and what each rule
    decided."""
    if not found_by:
        return
    version, kinds = changes.loaded.version, changes.loaded.ruleset.key_kinds
    candidates: Counter[int] = Counter()
    after = changes.census.after
    for found in changes.after.values():
        for mark in found.sought:
            if holders := after.get(mark):
                candidates[mark[0]] += len(holders) - 1
    compared = Counter(found_by.values())
    each = seconds / len(found_by)
    for slot, found_records in candidates.items():
        if found_records:
            costs.add(
                version,
                IDENTIFIERS if slot == IDENTIFIER else kinds[slot],
                candidates=found_records,
                comparisons=compared[slot],
                seconds=compared[slot] * each,
            )
    for rule, pairs in Counter(found.rule for found in evidence.values()).items():
        costs.add(version, costs.RULE + rule, comparisons=pairs, seconds=pairs * each)
