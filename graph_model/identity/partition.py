"""From links to people: which records form one individual.

Matches are transitive, as in Salesforce Data Cloud. A device follows the one person who uses it;
a device that several people use stays an individual of its own, anonymous to each of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graph_model.identity.model import Match, MatchRecord


def partition(
    records: Iterable[MatchRecord],
    matches: Iterable[Match],
    *,
    always: Collection[tuple[str, str]] = (),
    never: Collection[tuple[str, str]] = (),
) -> list[frozenset[str]]:
    """The parts into which the matches divide the records: a function of the two sets alone.

    A match that names a record outside of `records` is ignored. Parts come ordered by least key.
    """
    anonymous = {record.key: record.anonymous for record in records}
    known_links: list[tuple[str, str]] = []
    device_links: list[tuple[str, str]] = []
    strongest_first = sorted(matches, key=lambda found: (-found.score, found.pair))
    for pair in (*sorted(always), *(found.pair for found in strongest_first if found.pair not in never)):
        if pair[0] in anonymous and pair[1] in anonymous:
            is_device = anonymous[pair[0]] or anonymous[pair[1]]
            (device_links if is_device else known_links).append(pair)
    persons = _components((key for key, is_device in anonymous.items() if not is_device), known_links, never)
    devices = _components(
        (key for key, is_device in anonymous.items() if is_device),
        [pair for pair in device_links if anonymous[pair[0]] and anonymous[pair[1]]],
        never,
    )
    users: dict[str, set[str]] = {}
    bound: dict[str, set[str]] = {}
    for a, b in device_links:
        if anonymous[a] != anonymous[b]:
            device, person = (a, b) if anonymous[a] else (b, a)
            users.setdefault(devices[device], set()).add(persons[person])
            if (a, b) in always:
                bound.setdefault(devices[device], set()).add(persons[person])
    users |= bound
    home = {root: next(iter(owners)) for root, owners in users.items() if len(owners) == 1}
    parts: dict[str, set[str]] = {}
    for key, root in persons.items():
        parts.setdefault(root, set()).add(key)
    for key, root in devices.items():
        parts.setdefault(home.get(root, root), set()).add(key)
    return sorted((frozenset(part) for part in parts.values()), key=min)


def _components(
    keys: Iterable[str], pairs: Iterable[tuple[str, str]], never: Collection[tuple[str, str]] = ()
) -> dict[str, str]:
    """Each key's representative: union-find with path halving (Tarjan and van Leeuwen 1984)."""
    parent = {key: key for key in keys}
    apart = [pair for pair in never if pair[0] in parent and pair[1] in parent]

    def find(key: str) -> str:
        while parent[key] != key:
            parent[key] = key = parent[parent[key]]
        return key

    for a, b in pairs:
        root_a, root_b = sorted((find(a), find(b)))
        if not any({find(one), find(other)} == {root_a, root_b} for one, other in apart):
            parent[root_b] = root_a
    return {key: find(key) for key in parent}
