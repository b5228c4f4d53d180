"""Which version of a record counts: a late one never overwrites a newer one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graph_model.records.model import Outcome, Record


class Version(NamedTuple):
    """When a record was modified, what it says, and whether it says that it was deleted."""

    modified_at: str
    content_hash: str
    deleted: bool = False


def decide_versions(
    records: Iterable[Record], stored: Mapping[str, Version]
) -> tuple[list[Outcome], dict[str, Record]]:
    """Each record's outcome, in order, and the versions to store by key.

    `stored` are the versions that are there, by key. The newer modified time wins, at equal times the greater
    content hash, so that the end does not depend on the order of arrival. Content that is already there is
    unchanged; a newer modified time of it is stored all the same.
    """
    newest = dict(stored)
    outcomes: list[Outcome] = []
    winners: dict[str, Record] = {}
    for record in records:
        key = str(record.key)
        version = Version(record.modified_at, record.content_hash, record.deleted)
        known = newest.get(key)
        if known is not None and version <= known:
            outcomes.append(Outcome.UNCHANGED if version == known else Outcome.STALE)
            continue
        outcomes.append(_outcome(version, known))
        newest[key] = version
        winners[key] = record
    return outcomes, winners


def _outcome(version: Version, known: Version | None) -> Outcome:
    if version.deleted:
        return Outcome.UNCHANGED if known is not None and known.deleted else Outcome.DELETED
    if known is None or known.deleted:
        return Outcome.CREATED
    return Outcome.UNCHANGED if version.content_hash == known.content_hash else Outcome.UPDATED
