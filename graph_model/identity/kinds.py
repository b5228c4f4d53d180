"""Known and anonymous: an individual is known if any of its records says who it is, else anonymous."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from graph_model.events.model import EventKind, NewEvent
from graph_model.metadata.objects import DEVICE_OBJECT


class Kind(StrEnum):
    """Whether it is known who an individual is."""

    KNOWN = "KNOWN"
    ANONYMOUS = "ANONYMOUS"


def kind_of(objects: Iterable[str]) -> Kind:
    """The kind of an individual by the objects that its records are."""
    return Kind.KNOWN if any(name != DEVICE_OBJECT for name in objects) else Kind.ANONYMOUS


def kind_changes(before: Mapping[str, str], membership: Mapping[str, str]) -> list[NewEvent]:
    """The events of a resolution, by id: a login told who it is, or the record that told it is gone.

    `before` and `membership` say whose each record was and is, by key. An individual that came about, or
    whose id was retired, has not changed its kind.
    """
    then, now = _kinds(before), _kinds(membership)
    return [
        NewEvent(EventKind.INDIVIDUAL_KIND_CHANGED, id_, {"individualKind": now[id_].value})
        for id_ in sorted(then.keys() & now.keys())
        if then[id_] is not now[id_]
    ]


def _kinds(membership: Mapping[str, str]) -> dict[str, Kind]:
    objects: dict[str, list[str]] = {}
    for record, individual in membership.items():
        objects.setdefault(individual, []).append(record.split("/", 2)[1])
    return {individual: kind_of(names) for individual, names in objects.items()}
