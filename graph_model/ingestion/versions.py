"""Which version of a record counts: a late one never overwrites a newer one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph_model.records.model import Outcome, Record


def decide_versions(
    records: Iterable[Record], stored: Mapping[str, tuple[str, str]]
) -> tuple[list[Outcome], dict[str, Record]]:
    """Each record's outcome, in order, and the versions to store by key.

    `stored` maps keys to the (modified time, content hash) of what is there. The newer modified time wins,
    at equal times the greater content hash, so that the end does not depend on the order of arrival.
    Content that is already there is unchanged; a newer modified time of it is stored all the same.
    """
    newest = dict(stored)
    outcomes: list[Outcome] = []
    winners: dict[str, Record] = {}
    for record in records:
        key = str(record.key)
        version = (record.modified_at, record.content_hash)
        known = newest.get(key)
        if known is None:
            outcomes.append(Outcome.CREATED)
        elif version == known:
            outcomes.append(Outcome.UNCHANGED)
            continue
        elif version < known:
            outcomes.append(Outcome.STALE)
            continue
        else:
            outcomes.append(Outcome.UNCHANGED if version[1] == known[1] else Outcome.UPDATED)
        newest[key] = version
        winners[key] = record
    return outcomes, winners
