"""Records in groups that can be joined."""

from __future__ import annotations

from collections.abc import Iterable


class Groups:
    """Disjoint groups of records, at first each by itself."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._groups = {key: {key} for key in keys}

    def of(self, key: str) -> set[str]:
        """The group of a record: the same object for all that are in it."""
        return self._groups[key]

    def join(self, *groups: set[str]) -> None:
        """Make one group of these."""
        largest = max(groups, key=len)
        for group in groups:
            if group is not largest and self._groups[next(iter(group))] is not largest:
                largest |= group
                for key in group:
                    self._groups[key] = largest

    def all(self) -> list[frozenset[str]]:
        """The groups, by least key."""
        different = {id(group): group for group in self._groups.values()}
        return sorted((frozenset(group) for group in different.values()), key=min)
