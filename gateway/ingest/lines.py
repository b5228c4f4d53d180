"""The answer to a body: a line of JSON for each of its rows, and one for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from graph_model.ingestion.formats.model import BadRow
from graph_model.records.model import Outcome, Problem, RecordResult


class Tally:
    """Writes the lines, and counts what they say."""

    def __init__(self) -> None:
        self._outcomes: Counter[str] = Counter()
        self._last_line = 0
        self._new = 0

    @property
    def rows(self) -> int:
        """How many rows were told of."""
        return self._outcomes.total()

    def lines(self, told: Iterable[tuple[int, RecordResult | BadRow]]) -> bytes:
        """The lines about rows, by their numbers."""
        written, before = [], self._new
        for number, result in told:
            line = _bad(result) if isinstance(result, BadRow) else _told(result, before)
            self._new = max(self._new, line.get("newIndividual", 0))
            self._outcomes[line["outcome"]] += 1
            self._last_line = number
            written.append(orjson.dumps({"line": number, **line}, option=orjson.OPT_APPEND_NEWLINE))
        return b"".join(written)

    def summary(self, error: dict[str, Any] | None) -> bytes:
        """The last line. `error` is why there is no answer to what follows the last row told of."""
        said: dict[str, Any] = {
            "rows": self.rows,
            "outcomes": dict(self._outcomes),
            "complete": error is None,
        }
        if error is not None:
            said["error"] = {
                "code": error["extensions"]["code"],
                "message": error["message"],
                "afterLine": self._last_line,
            }
        return orjson.dumps({"summary": said}, option=orjson.OPT_APPEND_NEWLINE)


def _bad(row: BadRow) -> dict[str, Any]:
    return {
        "recordId": None,
        "outcome": Outcome.REJECTED.value,
        "individualId": None,
        "errors": [{"code": row.code, "message": row.message, "path": []}],
    }


def _told(result: RecordResult, new_before: int) -> dict[str, Any]:
    line: dict[str, Any] = {
        "recordId": result.record_id,
        "outcome": result.outcome.value,
        "individualId": result.individual_id,
        "errors": _shown(result.problems),
    }
    if result.warnings:
        line["warnings"] = _shown(result.warnings)
    if result.new_individual is not None:
        line["newIndividual"] = new_before + result.new_individual
    return line


def _shown(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    # Their paths begin at the list of records, which is no part of a body.
    return [
        {"code": problem.code, "message": problem.message, "path": problem.path[2:]} for problem in problems
    ]
