"""Which kinds of keys a ruleset needs: the fewest that find what all of them find.

Each kind is paid for in the graph with a property, an index and a look-up for every record, and which ones
find anything depends on what the records hold and on how many there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from graph_model.identity.matching.features import Features
from graph_model.identity.matching.keys import KEY_KINDS, MOST_KINDS, exact_keys, key_values

TIMES: Final = 2
"""By so many kinds a pair is to be found, if it can be: the next slip must not lose it."""
NEGLIGIBLE: Final = 5_000
"""A kind that adds less than this part of the pairs is not worth its price."""


def choose_kinds(
    records: Sequence[Features], pairs: Collection[tuple[Features, Features]], cap: int
) -> tuple[str, ...]:
    """The kinds, best first, by which these pairs are found among the records where a key that more than
    `cap` of them carry finds nobody. Greedy: each next kind is the one that finds most of what is not found
    often enough yet (Chvátal 1979)."""
    wanted = dict.fromkeys(range(len(pairs)), TIMES)
    for number, (one, other) in enumerate(pairs):
        if not set(exact_keys(one)).isdisjoint(exact_keys(other)):
            wanted[number] -= 1
    finds = {kind: _found(kind, records, pairs, cap) for kind in sorted(KEY_KINDS)}
    chosen: list[str] = []
    while finds and len(chosen) < MOST_KINDS:
        gains = {kind: sum(wanted[number] > 0 for number in found) for kind, found in finds.items()}
        best = max(gains, key=lambda kind: (gains[kind], -len(finds[kind]), kind))
        if gains[best] <= len(pairs) // NEGLIGIBLE:
            break
        chosen.append(best)
        for number in finds.pop(best):
            wanted[number] -= 1
    return tuple(chosen)


def _found(
    kind: str, records: Iterable[Features], pairs: Iterable[tuple[Features, Features]], cap: int
) -> list[int]:
    carried = Counter(value for record in records for value in key_values(record, kind))
    return [
        number
        for number, (one, other) in enumerate(pairs)
        if any(carried[value] <= cap for value in key_values(one, kind) & key_values(other, kind))
    ]
