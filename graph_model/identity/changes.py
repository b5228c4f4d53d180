"""What became of ids, as events: each merge and each split of individuals (law 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from graph_model.events.model import EventKind, NewEvent


def merges_and_splits(
    before: Mapping[str, str], membership: Mapping[str, str], merged: Mapping[str, str]
) -> list[NewEvent]:
    """The events of a resolution, those of merges first, each by id.

    `before` and `membership` say whose each record was and is, by key; `merged` which id each retired one
    resolves to now. A merge is told of the individual that outlives it, with the ids that it took up
    (`mergedIds`): those that had records before, not those that had been retired earlier. A split is told of
    the id that had the records, with the ids that came about or came back for a part of them (`splitIds`).
    """
    there = set(before.values())
    taken_up: defaultdict[str, list[str]] = defaultdict(list)
    for retired, survivor in sorted(merged.items()):
        if retired in there:
            taken_up[survivor].append(retired)
    parted: defaultdict[str, set[str]] = defaultdict(set)
    for record, owner in before.items():
        now = membership.get(record)
        if now is not None and now not in there:
            parted[owner].add(now)
    return [
        *(
            NewEvent(EventKind.INDIVIDUALS_MERGED, id_, {"mergedIds": ids})
            for id_, ids in sorted(taken_up.items())
        ),
        *(
            NewEvent(EventKind.INDIVIDUAL_SPLIT, id_, {"splitIds": sorted(ids)})
            for id_, ids in sorted(parted.items())
        ),
    ]
