from __future__ import annotations

import orjson
import pytest

from gateway.webhooks.envelope import envelope, event_type
from graph_model.events.model import Event, EventKind

EVENT = Event(
    id="evt_0198",
    sequence=42,
    kind=EventKind.THRESHOLD_CROSSED,
    individual_id="ind_0198",
    time="2026-11-01T09:30:00.000000Z",
    data={"threshold": "valuable_and_silent", "values": [{"unit": "EUR", "value": "512.5"}]},
)


def test_an_event_is_a_cloud_event_in_json() -> None:
    assert orjson.loads(envelope(EVENT, source="/here")) == {
        "specversion": "1.0",
        "id": "evt_0198",
        "source": "/here",
        "type": "identity.threshold.crossed",
        "subject": "ind_0198",
        "time": "2026-11-01T09:30:00.000000Z",
        "sequence": "0000000000000000042",
        "datacontenttype": "application/json",
        "data": EVENT.data,
    }


def test_the_same_event_has_the_same_bytes_each_time() -> None:
    assert envelope(EVENT) == envelope(EVENT)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (EventKind.INDIVIDUAL_CREATED, "identity.individual.created"),
        (EventKind.INDIVIDUAL_UPDATED, "identity.individual.updated"),
        (EventKind.INDIVIDUAL_KIND_CHANGED, "identity.individual.kind.changed"),
        (EventKind.THRESHOLD_CROSSED, "identity.threshold.crossed"),
    ],
)
def test_a_kind_has_a_dotted_name(kind: EventKind, name: str) -> None:
    assert event_type(kind) == name
