"""The body of a webhook: an event as a CloudEvent, in the structured mode of its JSON format.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

from __future__ import annotations

import orjson

from graph_model.events.model import Event, EventKind

CONTENT_TYPE = "application/cloudevents+json"
DEFAULT_SOURCE = "/identity-gateway"


def event_type(kind: EventKind) -> str:
    """What CloudEvents calls the type: `identity.individual.created` for INDIVIDUAL_CREATED."""
    return f"identity.{kind.lower().replace('_', '.')}"


def envelope(event: Event, *, source: str = DEFAULT_SOURCE) -> bytes:
    """The event as UTF-8 JSON, the same bytes each time.

    The `subject` is the individual, if it is about one. `source` is a URI reference that names this gateway;
    (source, id) is unique. The `sequence` extension demands text that sorts as the numbers do, hence its
    leading zeros:
    https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/sequence.md
    """
    subject = {} if event.individual_id is None else {"subject": event.individual_id}
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": event.id,
            "source": source,
            "type": event_type(event.kind),
            **subject,
            "time": event.time,
            "sequence": f"{event.sequence:019}",
            "datacontenttype": "application/json",
            "data": event.data,
        }
    )
