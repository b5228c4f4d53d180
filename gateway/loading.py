"""Reading a file of records, and sending them to a running gateway."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp
import orjson

BATCH = 200

_INGEST = """
mutation Ingest($input: IngestRecordsInput!) {
  ingestRecords(input: $input) {
    results { outcome warnings { code message path } }
    userErrors { code message path }
  }
}
"""


class LoadError(Exception):
    """The file cannot be read, or the gateway does not take it; the message is for the terminal."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong with a record: its place in the file, counted from 1, and what. Unless it is no more
    than a warning the record was rejected."""

    place: int
    code: str
    message: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of some records: how many there were, outcomes by name, and what is wrong, in order."""

    size: int
    outcomes: dict[str, int]
    complaints: list[Complaint]


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of an NDJSON file (`.ndjson`, `.jsonl`) or of a CSV file with a header (`.csv`), one by
    one. An empty CSV cell is no value. Raises LoadError for anything else."""
    try:
        match path.suffix.lower():
            case ".ndjson" | ".jsonl":
                yield from _read_ndjson(path)
            case ".csv":
                with path.open(newline="", encoding="utf-8-sig") as lines:
                    for row in csv.DictReader(lines, strict=True):
                        if None in row:
                            raise LoadError(f"{path}: a row has more cells than the header.")
                        yield {name: value for name, value in row.items() if value}
            case suffix:
                raise LoadError(
                    f"{path}: {suffix or 'a file without suffix'} is not .ndjson, .jsonl or .csv."
                )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LoadError(f"{path}: {error}") from error


async def send_records(
    url: str, source: str, object_name: str, records: Iterable[dict[str, Any]]
) -> AsyncIterator[Batch]:
    """Send records to the gateway whose GraphQL endpoint is at `url`, batch by batch. Raises LoadError if it
    cannot be reached or refuses a batch as a whole."""
    remaining = iter(records)
    start = 0
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300)) as session:
        while batch := list(islice(remaining, BATCH)):
            variables = {"input": {"source": source, "object": object_name, "records": batch}}
            payload = await _post(session, url, {"query": _INGEST, "variables": variables})
            errors = payload["userErrors"]
            if not payload["results"]:
                raise LoadError("; ".join(error["message"] for error in errors))
            outcomes: dict[str, int] = {}
            for result in payload["results"]:
                outcomes[result["outcome"]] = outcomes.get(result["outcome"], 0) + 1
            warnings = [warning for result in payload["results"] for warning in result["warnings"]]
            complaints = [
                Complaint(start + item["path"][1] + 1, item["code"], item["message"], kind is warnings)
                for kind in (errors, warnings)
                for item in kind
            ]
            yield Batch(len(batch), outcomes, sorted(complaints, key=lambda complaint: complaint.place))
            start += len(batch)


async def _post(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/json", "accept": "application/json"}
    try:
        async with session.post(url, data=orjson.dumps(body), headers=headers) as response:
            answer = orjson.loads(await response.read())
    except (aiohttp.ClientError, TimeoutError, orjson.JSONDecodeError) as error:
        raise LoadError(f"The gateway at {url} did not answer: {type(error).__name__}") from error
    if answer.get("errors"):
        raise LoadError(f"The gateway refused: {answer['errors'][0]['message']}")
    payload: dict[str, Any] = answer["data"]["ingestRecords"]
    return payload


def _read_ndjson(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise LoadError(f"{path}, line {number}: not valid JSON ({error.msg}).") from error
