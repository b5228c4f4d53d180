"""From links to people: which records form one individual.

Matches are transitive, as in Salesforce Data Cloud. A device follows the one person who uses it;
a device that several people use stays an individual of its own, anonymous to each of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from graph_model.identity.model import Match, MatchRecord


def partition(records: Iterable[MatchRecord], matches: Iterable[Match]) -> list[frozenset[str]]:
    """The parts into which the matches divide the records: a function of the two sets alone.

    A match that names a record outside of `records` is ignored. Parts come ordered by least key.
    """
    anonymous = {record.key: record.anonymous for record in records}
    known_links: list[tuple[str, str]] = []
    device_links: list[tuple[str, str]] = []
    for found in matches:
        if found.a in anonymous and found.b in anonymous:
            is_device = anonymous[found.a] or anonymous[found.b]
            (device_links if is_device else known_links).append(found.pair)
    persons = _components((key for key, is_device in anonymous.items() if not is_device), known_links)
    devices = _components(
        (key for key, is_device in anonymous.items() if is_device),
        [pair for pair in device_links if anonymous[pair[0]] and anonymous[pair[1]]],
    )
    users: dict[str, set[str]] = {}
    for a, b in device_links:
        if anonymous[a] != anonymous[b]:
            device, person = (a, b) if anonymous[a] else (b, a)
            users.setdefault(devices[device], set()).add(persons[person])
    home = {root: next(iter(owners)) for root, owners in users.items() if len(owners) == 1}
    parts: dict[str, set[str]] = {}
    for key, root in persons.items():
        parts.setdefault(root, set()).add(key)
    for key, root in devices.items():
        parts.setdefault(home.get(root, root), set()).add(key)
    return sorted((frozenset(part) for part in parts.values()), key=min)


def _components(keys: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each key's representative: union-find with path halving (Tarjan and van Leeuwen 1984)."""
    parent = {key: key for key in keys}

    def find(key: str) -> str:
        while parent[key] != key:
            parent[key] = key = parent[parent[key]]
        return key

    for a, b in pairs:
        root_a, root_b = sorted((find(a), find(b)))
        parent[root_b] = root_a
    return {key: find(key) for key in parent}
