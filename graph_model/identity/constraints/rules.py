"""Which constraints contradict each other, and which pairs a merge and a split bind.

Always-links are transitive, as links are: a never-link between two records that always-links lead from one
to the other can hold for no partition. Whatever else is set can be kept, so it is accepted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence

from graph_model.errors import BadInput
from graph_model.identity.constraints.model import Bond, ConstraintKind, Pair, pair_of

MAX_PAIRS = 10_000
"""Pairs that one constraint binds at the most."""
NAMED = 20
"""Constraints that a refusal names at the most."""


def refuse_contradiction(
    bonds: Iterable[Bond],
    kind: ConstraintKind,
    pairs: Iterable[Pair],
    *,
    together: Iterable[Sequence[str]] = (),
) -> None:
    """Raise BadInput with the code CONTRADICTING_CONSTRAINT if these pairs cannot be bound beside `bonds`,
    naming the constraints that are in the way.

    `together` are records that are meant to be one party with each other besides, as those of an individual
    that is merged as a whole.
    """
    found = contradicting(bonds, kind, pairs, together=together)
    if found:
        named = ", ".join(found[:NAMED]) + (f" and {len(found) - NAMED} more" if len(found) > NAMED else "")
        raise BadInput(f"This contradicts what holds already: {named}.", code="CONTRADICTING_CONSTRAINT")


def contradicting(
    bonds: Iterable[Bond],
    kind: ConstraintKind,
    pairs: Iterable[Pair],
    *,
    together: Iterable[Sequence[str]] = (),
) -> list[str]:
    """The ids of the constraints in `bonds` that contradict these pairs, in order; none if they can be
    bound. `bonds` must hold every constraint on the records that always-links lead to from those of the
    pairs."""
    links: dict[str, dict[str, str | None]] = {}
    never: list[tuple[Pair, str | None]] = []
    for bond in bonds:
        if bond.kind is ConstraintKind.ALWAYS_LINK:
            _join(links, bond.pair, bond.id)
        else:
            never.append((bond.pair, bond.id))
    for group in together:
        for key in group[1:]:
            _join(links, pair_of(group[0], key), None)
    for pair in pairs:
        if kind is ConstraintKind.ALWAYS_LINK:
            _join(links, pair, None)
        else:
            never.append((pair, None))
    closure = closures(links)
    return sorted(
        {
            id_
            for (a, b), never_id in never
            if a in closure and closure[a] == closure.get(b)
            for id_ in (never_id, *_way(links, a, b))
            if id_ is not None
        }
    )


def closures(links: Mapping[str, Collection[str]]) -> dict[str, str]:
    """For each record the least of those that links lead to from it, itself among them."""
    closure: dict[str, str] = {}
    for start in sorted(links):
        if start in closure:
            continue
        waiting = [start]
        closure[start] = start
        while waiting:
            for key in links[waiting.pop()]:
                if key not in closure:
                    closure[key] = start
                    waiting.append(key)
    return closure


def star(keys: Sequence[str]) -> tuple[Pair, ...]:
    """The fewest pairs that make the records one: the first with each of the others."""
    return tuple(pair_of(keys[0], key) for key in keys[1:])


def parting(sides: Sequence[Sequence[str]]) -> tuple[Pair, ...]:
    """The pairs that keep the sides apart, each ordered by age: every record of one with every record of
    each other.

    Fewer would part what is there now, but not for long. Records are joined while no pair among them is
    bound; so with the oldest alone bound, a younger one of either side could go over to the other, and a
    record that comes later could join two that nobody thought of. Of sides so large that this would be more
    than MAX_PAIRS, every record is parted from the oldest of each other side, which keeps the oldest apart
    with whatever joins them. Raises BadInput with the code TOO_MANY_RECORDS if even that is too much.
    """
    pairs = (
        {
            pair_of(a, b)
            for place, one in enumerate(sides)
            for other in sides[:place]
            for a in one
            for b in other
        }
        if _products(sides) <= MAX_PAIRS
        else {
            pair_of(oldest[0], key)
            for place, oldest in enumerate(sides)
            for other, side in enumerate(sides)
            if other != place
            for key in side
        }
    )
    if len(pairs) > MAX_PAIRS:
        raise BadInput(
            f"Parting these would take more than {MAX_PAIRS} pairs of records.", code="TOO_MANY_RECORDS"
        )
    return tuple(sorted(pairs))


def _products(sides: Sequence[Sequence[str]]) -> int:
    total = sum(map(len, sides))
    return (total * total - sum(len(side) ** 2 for side in sides)) // 2


def _join(links: dict[str, dict[str, str | None]], pair: Pair, id_: str | None) -> None:
    """Of several links of one pair one that needs no constraint counts, because it stands anyway."""
    for one, other in (pair, pair[::-1]):
        known = links.setdefault(one, {})
        known[other] = None if id_ is None or known.get(other, id_) is None else id_


def _way(links: Mapping[str, Mapping[str, str | None]], start: str, end: str) -> list[str | None]:
    """The constraints on a shortest way from one record to another."""
    came: dict[str, str] = {start: start}
    waiting = deque([start])
    while end not in came:
        here = waiting.popleft()
        for key in sorted(links[here]):
            if key not in came:
                came[key] = here
                waiting.append(key)
    ids: list[str | None] = []
    while end != start:
        ids.append(links[came[end]][end])
        end = came[end]
    return ids
