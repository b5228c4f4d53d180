"""What becomes of the queue when cases come and go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from graph_model.identity.reviews.model import ReviewCase, ReviewState


@dataclass(frozen=True, slots=True)
class Known:
    """What the queue says of a case, by the case's key."""

    key: str
    state: ReviewState
    weight: int | None
    detail: str


def refreshed(known: Iterable[Known], cases: Iterable[ReviewCase]) -> tuple[list[ReviewCase], list[Known]]:
    """The cases that are to be opened, and the items that change, as they are to be, each by key.

    A case that is found is open, whatever it was, unless it is decided; an open item whose case is not found
    any more is closed.
    """
    items = {item.key: item for item in known}
    found = {case.key: case for case in cases}
    opened = [case for key, case in sorted(found.items()) if key not in items]
    changed = []
    for key, item in sorted(items.items()):
        if item.state is ReviewState.DECIDED:
            continue
        case = found.get(key)
        now = (
            Known(key, ReviewState.OPEN, case.weight, case.detail)
            if case
            else Known(key, ReviewState.CLOSED, item.weight, item.detail)
        )
        if now != item:
            changed.append(now)
    return opened, changed
