"""The rows that a job rejected, as they were received and why: kept with the chunk that they were in, and
written out so that they can be mended and sent again."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import orjson

from graph_model.graph import Graph, Transaction
from graph_model.ingestion.bulk.model import Assignment
from graph_model.ingestion.bulk.reading import OURS, TEXT, Item
from graph_model.ingestion.preparing import from_payload, to_payload
from graph_model.records.model import Problem

PART = f"{OURS}part"
ROW = f"{OURS}row"
CODES = f"{OURS}codes"
PROBLEMS = f"{OURS}problems"

_KEEP: LiteralString = "CREATE (r:RejectedRows {id: $id, job: $job, rows: $rows})"
_NEXT: LiteralString = "MATCH (r:RejectedRows) WHERE r.id > $after AND r.id < $end WITH r"
_ORDERED: LiteralString = " ORDER BY r.id"
_ONE: LiteralString = " LIMIT 1 RETURN [r.id, r.rows]"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A rejected row: which one of which part, why, and as it was received (see `Item`)."""

    part: int
    number: int
    problems: tuple[Problem, ...]
    received: str
    is_text: bool


async def keep(transaction: Transaction, job: str, ordinal: int, items: Iterable[Item]) -> None:
    """Keep those of the items that were rejected, for the job whose row number `ordinal` is the first of
    them."""
    rows = [
        [
            item.part,
            item.number,
            [[problem.code, problem.message, problem.path] for problem in item.row.problems],
            item.received,
            item.is_text,
        ]
        for item in items
        if item.row.problems
    ]
    if rows:
        await transaction.run(_KEEP, id=f"{job}/{ordinal:015d}", job=job, rows=orjson.dumps(rows).decode())


async def rejected_rows(graph: Graph, job: str) -> AsyncIterator[list[Rejected]]:
    """The rows that a job rejected, in their order, chunk by chunk."""
    statement = _NEXT + ("" if graph.scans_in_order else _ORDERED) + _ONE
    after = f"{job}/"
    while found := await graph.read(statement, after=after, end=f"{job}/~"):
        after, rows = found
        yield [_row_of(row) for row in orjson.loads(rows)]


async def as_ndjson(graph: Graph, job: str) -> AsyncIterator[bytes]:
    """The rejected rows as NDJSON: each as it was received, and beside its fields where it stood and what was
    wrong."""
    async for rows in rejected_rows(graph, job):
        yield b"".join(_line(row) for row in rows)


async def as_csv(graph: Graph, job: str, assignment: Assignment) -> AsyncIterator[bytes]:
    """The rejected rows as a CSV file that is read as the job's own files were, with further columns."""
    names: dict[str, None] = {}
    async for rows in rejected_rows(graph, job):
        for row in rows:
            names |= dict.fromkeys(_fields(row))
    header = [*names, PART, ROW, CODES, PROBLEMS, TEXT]
    text = io.StringIO()
    table = csv.writer(text, delimiter=assignment.delimiter, lineterminator="\n")
    table.writerow(header)
    yield _taken(text)
    async for rows in rejected_rows(graph, job):
        for row in rows:
            fields = _fields(row)
            cells = [_cell(fields.get(name, ""), assignment.null_value) for name in names]
            codes = " ".join(problem.code for problem in row.problems)
            table.writerow([*cells, row.part, row.number, codes, _told(row.problems), _text(row)])
        yield _taken(text)


def _row_of(found: Sequence[Any]) -> Rejected:
    part, number, problems, received, is_text = found
    made = tuple(Problem(code, message, tuple(path)) for code, message, path in problems)
    return Rejected(part, number, made, received, is_text)


def _line(row: Rejected) -> bytes:
    problems = [
        {"code": problem.code, "message": problem.message, "path": problem.path} for problem in row.problems
    ]
    text = {TEXT: row.received} if row.is_text else {}
    line = _fields(row) | {PART: row.part, ROW: row.number, PROBLEMS: problems} | text
    return to_payload(line).encode() + b"\n"


def _fields(row: Rejected) -> dict[str, Any]:
    fields: dict[str, Any] = {} if row.is_text else from_payload(row.received)
    return fields


def _cell(value: Any, null_value: str | None) -> str:
    if value is None:
        return null_value or ""
    return value if isinstance(value, str) else to_payload(value)


def _told(problems: Iterable[Problem]) -> str:
    return "; ".join(map(_sentence, problems))


def _sentence(problem: Problem) -> str:
    place = ".".join(map(str, problem.path))
    # In canonical form a message about a value names its field already.
    is_named = not place or problem.message.startswith(f"{place}: ")
    return problem.message if is_named else f"{place}: {problem.message}"


def _text(row: Rejected) -> str:
    return row.received if row.is_text else ""


def _taken(text: io.StringIO) -> bytes:
    found = text.getvalue().encode("utf-8", "replace")
    text.seek(0)
    text.truncate()
    return found
