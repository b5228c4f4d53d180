"""What is stored of a record beside what it says: which versions count, and what was received."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph_model.ingestion import versions
from graph_model.ingestion.deciding import Fate
from graph_model.records.model import Mode
from graph_model.records.store import Writing


def writing(fate: Fate, is_stored: bool, more: Mapping[str, Any]) -> Writing:
    """How a record of this fate is written, with more properties of it. Of one that is new what has no value
    is left out."""
    properties: dict[str, Any] = {"versions": versions.pack(fate.state), **more}
    if fate.whole is not None:
        record = fate.whole.record
        properties |= {
            "payload": record.payload,
            "mapping": record.mapping,
            "sentAs": record.sent,
            "actor": fate.whole.actor,
        }
    elif fate.anew:
        properties |= dict.fromkeys(("payload", "mapping", "sentAs", "actor"))
    if not is_stored:
        properties = {name: value for name, value in properties.items() if value is not None}
    superseded = None
    if (was := fate.superseded) is not None:
        mode = Mode.DELETE if was.deleted else Mode.UPSERT
        superseded = (was.modified_at, fate.before.received_at or None, mode)
    return Writing(fate.received_at, properties, superseded)
