"""Deriving records anew from the payloads that are kept of them, by the mapping of now.

A row's records are decided as if nothing of them were stored yet, from every version of the row that was
ever received, by the code that commits what arrives. So the end is that of ingesting all of it by this
mapping from the start, whatever became of the records in the meantime. Whom they belonged to stays known,
and so do ids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import LiteralString

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Transaction
from graph_model.identity.evidence import SYSTEM
from graph_model.ingestion.commit import commit_batch
from graph_model.ingestion.deciding import Submission
from graph_model.ingestion.preparing import (
    Prepared,
    from_payload,
    prepare,
    prepare_deletion,
)
from graph_model.insights.model import Threshold
from graph_model.metadata.catalogue import Catalogue
from graph_model.records.history import Kept, load_kept
from graph_model.records.model import Problem, Record, RecordKey
from graph_model.records.validation import tombstone
from graph_model.sources.model import Source

# Of keys that the mapping makes no longer: those of which there is a record.
_STILL_THERE: LiteralString = """
RETURN [key IN $keys
  WHERE EXISTS { MATCH (:SourceRecord {key: key}) } OR EXISTS { MATCH (:BusinessObject {key: key}) }]
"""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row of which a kept version cannot be read by the mapping of now: it stays as it is."""

    key: RecordKey
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Rederived:
    """What became of a page of rows."""

    rows: int = 0
    refused: list[Refused] = field(default_factory=list)


class Names:
    """Under which names in their keys the records of a source's objects are, and were by earlier versions of
    its mapping."""

    def __init__(self, source: str, versions: Iterable[Source]) -> None:
        self._source = source
        self._object_of: dict[str, str] = {}
        self._names: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for version in versions:
            for item in version.objects.values():
                self._object_of[item.name] = item.name
                for place, target in enumerate(item.targets):
                    name = target.name if place else item.name
                    self._object_of.setdefault(name, item.name)
                    self._names[item.name].setdefault(name, target.object)

    def row_of(self, key: RecordKey) -> RecordKey:
        """The row that a record is of."""
        return replace(key, object=self._object_of.get(key.object, key.object))

    def keys_of(self, row: RecordKey) -> dict[str, str | None]:
        """The keys that records of a row may have, and the canonical object of each."""
        names: Mapping[str, str | None] = self._names.get(row.object) or {row.object: None}
        return {str(replace(row, object=name)): canonical for name, canonical in names.items()}


async def rederive(
    transaction: Transaction,
    keys: Sequence[str],
    names: Names,
    catalogue: Catalogue,
    wanted: Callable[[Sequence[Kept]], bool],
    threshold: Threshold,
    *,
    now: datetime,
    default_country: str | None,
) -> Rederived:
    """Derive the rows anew whose records have these keys, those of them that are `wanted` for their kept
    versions. What was stored without a payload stays as it is."""
    rows = list(dict.fromkeys(names.row_of(RecordKey.of(key)) for key in keys))
    kept = await load_kept(transaction, {key for row in rows for key in names.keys_of(row)})
    done = Rederived()
    batch: list[Submission] = []
    anew: set[str] = set()
    left: dict[str, tuple[RecordKey, str, str]] = {}
    for row in rows:
        own = names.keys_of(row)
        # Of a row that was deleted all records are tombstones, and the first one's says it.
        versions = [
            version
            for key in own
            for version in kept.get(key, ())
            if version.payload is not None or key == str(row)
        ]
        holder = next((key for key in own if key in kept), None)
        # A row whose records are on several pages is done with the one that holds its payloads.
        if holder not in keys or not wanted(versions):
            continue
        made = _prepared(row, versions, catalogue, default_country)
        if isinstance(made, Refused):
            done.refused.append(made)
            continue
        done.rows += 1
        batch += made
        anew |= own.keys()
        latest = max(item.record.modified_at for item in made)
        for key in own.keys() - {str(item.record.key) for item in made}:
            if (canonical := own[key]) is not None:
                left[key] = (RecordKey.of(key), canonical, latest)
    if left:
        there = await transaction.run(_STILL_THERE, keys=sorted(left))
        batch += [Submission.of(_withdrawn(*left[key], catalogue), SYSTEM) for key in there]
    if batch:
        await commit_batch(
            transaction, batch, threshold, now=now, default_country=default_country, anew=frozenset(anew)
        )
    return done


def _prepared(
    row: RecordKey, versions: Sequence[Kept], catalogue: Catalogue, default_country: str | None
) -> list[Submission] | Refused:
    batch: list[Submission] = []
    for version in versions:
        made = _read(row, version, catalogue, default_country)
        if not isinstance(made, Prepared):
            return Refused(row, tuple(made))
        batch += [
            Submission.of(record, version.actor or SYSTEM, received_at=version.received_at)
            for record in made.records
        ]
    return batch


def _read(
    row: RecordKey, version: Kept, catalogue: Catalogue, default_country: str | None
) -> Prepared | list[Problem]:
    if version.mapping is None:
        # What was received before the source had a mapping is in canonical form.
        catalogue = replace(catalogue, sources={})
    try:
        if version.payload is None:
            deleted_at = times.from_text(version.modified_at)
            return prepare_deletion(row.record_id, row.source, row.object, catalogue, deleted_at=deleted_at)
        return prepare(
            from_payload(version.payload),
            row.source,
            row.object,
            catalogue,
            mode=version.mode,
            received_at=times.from_text(version.received_at),
            default_country=default_country,
        )
    except BadInput as error:
        return [Problem(error.code, error.message, ())]


def _withdrawn(key: RecordKey, canonical: str, latest: str, catalogue: Catalogue) -> Record:
    """The tombstone of a record that the mapping makes no longer of its row."""
    object_type = catalogue.registry.objects[canonical]
    made = tombstone(key.source, object_type, key.record_id, deleted_at=times.from_text(latest))
    assert isinstance(made, Record)
    return replace(made, key=key, mapping=catalogue.sources[key.source].version)
