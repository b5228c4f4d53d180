"""The sample data: one story of some 300 people, told by four sources (`crm`, `shop`, `service`, `web`).

`files()` lists what there is to ingest, in order; `personas` names the people whom the documentation follows;
`queries` are worth trying on it; `generate` makes the files anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.sample.clock import REFERENCE, moment, timestamp
from graph_model.ingestion.formats.model import Format, Row
from graph_model.ingestion.formats.reading import read_rows

__all__ = ["DATA", "REFERENCE", "TRUTH", "SampleFile", "files"]

DATA = Path(__file__).parent / "data"
TRUTH = DATA / "truth.json"
"""Who is who: a JSON object from record key (source/object/id) to the id of the person it is about."""

_TIMES = ("modifiedAt", "createdAt", "orderedAt", "openedAt", "occurredAt")


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One NDJSON file: records of one object from one source, `count` of them."""

    source: str
    object: str
    path: Path
    count: int

    def records(self, now: datetime) -> Iterator[dict[str, Any]]:
        """The records as `ingestRecords` takes them, moved in time: the story ends on the day of `now`.

        Every time moves by the whole number of days from the reference date to `now`: times of day stay, and
        no record lies in the future. Birth dates stay too.

        Raises:
            TypeError: `now` has no time zone.
        """
        shift = timedelta(days=(now - REFERENCE).days)
        for row in read_rows(self.path, Format.NDJSON):
            assert isinstance(row, Row)
            times = {name: timestamp(moment(row.raw[name]) + shift) for name in _TIMES if name in row.raw}
            yield row.raw | times


def files() -> list[SampleFile]:
    """The files of the sample in the order in which they are to be ingested."""
    found = []
    for path in sorted(DATA.glob("*.ndjson")):
        _, source, object_ = path.stem.split("-")
        with path.open("rb") as lines:
            found.append(SampleFile(source, object_, path, sum(1 for _ in lines)))
    return found
