"""GraphQL in, Cypher and parameters out: the plans as they are committed in `golden/`, without a database.

After a deliberate change, `UPDATE_GOLDEN=1 pytest tests/resolvers/planning` writes them anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from graphql import parse, validate

from resolvers.planning.explain import explain
from resolvers.schema import schema

GOLDEN = Path(__file__).parent / "golden"
DOCUMENTS = sorted(GOLDEN.glob("*.graphql"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_planned_as_committed(path: Path) -> None:
    text = path.read_text()
    assert validate(schema._schema, parse(text)) == []
    explained = explain(schema._schema, text)
    committed = path.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        committed.write_text(explained)
    assert explained == committed.read_text()


def test_there_are_documents() -> None:
    assert len(DOCUMENTS) >= 6
