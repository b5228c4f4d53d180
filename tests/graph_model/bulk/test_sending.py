"""What one process reads another stores as it was."""

from __future__ import annotations

from pathlib import Path

from graph_model.ingestion.bulk.model import Assignment, Position
from graph_model.ingestion.bulk.reading import Reader, Wanted
from graph_model.ingestion.bulk.sending import received, sent
from graph_model.ingestion.formats.model import Format, Limits
from graph_model.metadata.catalogue import Catalogue
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Mode
from tests.graph_model.bulk.files import lines, people


def test_a_load_arrives_as_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "part"
    address = {"street": "37 Lake St", "city": "Brooklyn", "country": "US"}
    rows = [
        *people(20),
        {"id": "B-90", "lastName": "Clark"} | address,
        {"id": "B-91", "email": "no"},
        {"id": ""},
    ]
    path.write_bytes(lines(rows) + b"{bad\n")
    size = path.stat().st_size
    assignment = Assignment(
        "crm",
        "Individual",
        Mode.UPSERT,
        Format.NDJSON,
        parts=((1, size),),
        complete_at="2026-01-01T00:00:00.000000Z",
    )
    reader = Reader(assignment, [path], Position(), 0, actor="tester", default_country=None, limits=Limits())
    read = reader(Wanted(100, Catalogue(0, SHIPPED, {})))
    assert len(read.items) == 24
    assert received(sent(read), SHIPPED) == read
