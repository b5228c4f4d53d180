"""`identity-gateway ingest`, run as a user runs it, and what it leaves in the graph."""

from __future__ import annotations

import base64
import gzip
import io
import json
from pathlib import Path
from typing import Any

import aiohttp
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from gateway.sending.client import Client
from gateway.sending.command import Sending, send
from gateway.sending.pieces import format_of, opened
from graph_model.ingestion.formats.model import Format
from tests.acceptance.test_commands import run
from tests.servers.engine import Engine
from tests.servers.gateway import GatewayProcess

NAME = """
query ($email: String!) {
  individual(by: {identifier: {type: EMAIL, value: $email}}) { firstName lastName }
}
"""


CRASHING = base64.b64decode(
    "UEFSMRUEFRQVFEwVBBUAEgAAAQAAAGEBAAAAYhUAFSAVICwVBhUQFQYVBhw2AigBYhgBYRERAAAAAgAAAAMCAwAAAAMPAAED"
    "AhUEGUw1ABgGc2NoZW1hFQIANAIYAWwVAhUGTDwAAAA1BBgEbGlzdBUCABUMJQIYB2VsZW1lbnQlAEwcAAAAFgQZHBkcJgAc"
    "FQwZNQAGEBk4AWwEbGlzdAdlbGVtZW50FQAWBhaKARaKASY4JggcNgIoAWIYAWEREQAZLBUEFQAVAgAVABUQFQIAPBYEGSYE"
    "AhlGAgAABAAAABaKARYEJggWigEAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRkcHAAAAMwAAABQQVIx"
)
"""A damaged Parquet file at which PyArrow 26 aborts its process."""


@pytest.fixture(scope="session")
def engine(embedded_engine: Engine) -> Engine:
    """How a job stores files is tried on both engines: here it is the command, which knows neither."""
    return embedded_engine


async def ingest(
    gateway: GatewayProcess, directory: Path, *arguments: str, input_: bytes = b""
) -> tuple[int, str, str]:
    """The exit status, the output and the errors of the command."""
    url = f"{gateway.url}/graphql"
    return await run("ingest", *arguments, "--url", url, cwd=directory, input_=input_)


async def sent(gateway: GatewayProcess, path: Path, source: str, **how: Any) -> tuple[bool, str, str]:
    """Whether all of a file was stored, and what the command says, without a process of its own."""
    out, err = io.StringIO(), io.StringIO()
    format_ = format_of(path) or Format.CSV
    sending = Sending(
        path,
        name=path.name,
        format=format_,
        delimiter=",",
        job={"source": source, "object": "Individual", "format": format_},
        url=f"{gateway.url}/graphql",
        **how,
    )
    stored = await send(sending, Console(file=out, width=200), Console(file=err, width=200))
    return stored, out.getvalue(), err.getvalue()


async def person(gateway: GatewayProcess, email: str) -> Any:
    return (await gateway.query(NAME, email=email))["individual"]


async def test_a_csv_file_is_ingested_and_its_wrong_records_are_named(
    gateway: GatewayProcess, tmp_path: Path
) -> None:
    (tmp_path / "contacts.csv").write_text(
        "id,firstName,birthDate,email\nX-1,Eva,,eva.brandt@example.com\nX-2,Bad,nonsense,\nX-3,Max,,rubbish\n"
    )

    status, output, errors = await ingest(gateway, tmp_path, "contacts.csv", "--source", "csv")

    assert status == 1
    assert output.strip() == "2 created, 1 rejected"
    assert "contacts.csv, record 2: INVALID_DATE: birthDate" in errors
    assert "contacts.csv: 1 kept with a value that is not what its field holds" in errors
    assert "nonsense" not in errors
    assert "rubbish" not in errors
    assert (await person(gateway, "eva.brandt@example.com"))["firstName"] == "Eva"


async def test_a_file_of_json_lines_is_ingested_and_again_changes_nothing(
    gateway: GatewayProcess, tmp_path: Path
) -> None:
    lines = [
        f'{{"id": "N-{n}", "email": "n{n}@example.com", "modifiedAt": "2026-01-01T00:00:00Z"}}'
        for n in range(450)
    ]
    (tmp_path / "people.ndjson").write_text("\n".join(lines) + "\n")
    command = ("people.ndjson", "--source", "json")

    first = await ingest(gateway, tmp_path, *command)
    again = await ingest(gateway, tmp_path, *command)

    assert (first[0], first[1].strip()) == (0, "450 created")
    assert (again[0], again[1].strip()) == (0, "450 unchanged")


async def test_compressed_files_parquet_and_standard_input_are_taken(
    gateway: GatewayProcess, tmp_path: Path
) -> None:
    header, rows = b"id,firstName,email\n", b"G-1,Gzip,gzip@example.com\n"
    (tmp_path / "people.csv.gz").write_bytes(gzip.compress(header + rows))
    zstd = pa.compress(header + rows.replace(b"G-1,Gzip,gzip", b"G-2,Zstd,zstd"), "zstd", asbytes=True)
    (tmp_path / "people.csv.zst").write_bytes(zstd)
    table = {"id": ["G-3"], "firstName": ["Parquet"], "email": [["parquet@example.com"]]}
    pq.write_table(pa.table(table), tmp_path / "people.parquet")
    line = b'{"id": "G-4", "firstName": "Stream", "email": "stream@example.com"}\n'

    for name in ("people.csv.gz", "people.csv.zst", "people.parquet"):
        assert (await ingest(gateway, tmp_path, name, "--source", "packed"))[:2] == (0, "1 created\n")
    piped = await ingest(gateway, tmp_path, "-", "--source", "packed", "--format", "ndjson", input_=line)

    assert piped[:2] == (0, "1 created\n")
    for name in ("gzip", "zstd", "parquet", "stream"):
        assert (await person(gateway, f"{name}@example.com"))["firstName"] == name.capitalize()


async def test_what_is_rejected_is_mended_and_sent_again(gateway: GatewayProcess, tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text(
        "id;firstName;birthDate;email\nR-1;Ada;1984-05-17;ada.r@example.com\nR-2;Bea;17.5.;bea.r@example.com\n"
    )
    command = ("--source", "mended", "--delimiter", ";")

    first = await ingest(gateway, tmp_path, "some.csv", *command, "--rejected", "bad.csv")
    rejected = (tmp_path / "bad.csv").read_text()
    (tmp_path / "bad.csv").write_text(rejected.replace("17.5.", "1984-05-17"))
    again = await ingest(gateway, tmp_path, "bad.csv", *command)

    assert (first[0], first[1].strip()) == (1, "1 created, 1 rejected")
    assert "INVALID_DATE" in rejected
    assert "ada" not in rejected
    assert (again[0], again[1].strip()) == (0, "1 created")
    assert (await person(gateway, "bea.r@example.com"))["firstName"] == "Bea"


async def test_records_are_patched_and_deleted_by_files(gateway: GatewayProcess, tmp_path: Path) -> None:
    command = ("--source", "modes")
    (tmp_path / "whole.csv").write_text("id,firstName,lastName,email\nM-1,Ina,Lux,ina.lux@example.com\n")
    (tmp_path / "patch.csv").write_text("id,firstName,lastName\nM-1,,-\n")
    (tmp_path / "gone.csv").write_text("id\nM-1\n")

    await ingest(gateway, tmp_path, "whole.csv", *command)
    patched = await ingest(gateway, tmp_path, "patch.csv", *command, "--mode", "patch", "--null-value", "-")
    after_patch = await person(gateway, "ina.lux@example.com")
    deleted = await ingest(gateway, tmp_path, "gone.csv", *command, "--mode", "DELETE")

    assert patched[:2] == (0, "1 updated\n")
    assert after_patch == {"firstName": "Ina", "lastName": None}
    assert deleted[:2] == (0, "1 deleted\n")
    assert await person(gateway, "ina.lux@example.com") is None


@pytest.mark.parametrize(
    ("name", "content", "output", "message"),
    [
        ("broken.ndjson", b'{"id": "1"}\n{"id": \n', "1 created, 1 rejected", "record 2: INVALID_JSON"),
        ("ragged.csv", b"id,email\n2,a@b.example,surplus\n", "1 rejected", "record 1: RAGGED_ROW"),
        ("latin.csv", b"id,lastName\n3,M\xfcller\n", "1 rejected", "record 1: INVALID_ENCODING"),
        ("nul.csv", b"id,lastName\n4,M\0ller\n", "1 rejected", "record 1: INVALID_TEXT"),
        ("quote.csv", b'id,lastName\n5,"M\n6,Ok\n', "1 created, 1 rejected", "record 1: INVALID_QUOTES"),
        ("large.csv", b"id,lastName\n7," + b"x" * 10_000_000, "1 rejected", "record 1: ROW_TOO_LARGE"),
        ("twice.csv", b"id,id\n8,8\n", "No records.", "INVALID_HEADER: Part 1: Columns 1 and 2"),
        ("wide.csv", "id\n9\n".encode("utf-16"), "No records.", "INVALID_ENCODING"),
        ("cut.csv.gz", gzip.compress(b"id\n10\n")[:-3], None, "TRUNCATED_FILE"),
        ("bomb.csv.gz", gzip.compress(b"id\n" + b"\n" * 50_000_000), "No records.", "EXPANDS_TOO_MUCH"),
        ("crash.parquet", CRASHING, "No records.", "WORKER_LOST"),
        ("no.parquet", b"id\n11\n", "No records.", "CORRUPT_FILE"),
        ("table.csv", b"PK\x03\x04", "No records.", "WRONG_FORMAT"),
    ],
)
async def test_what_is_wrong_with_a_file_is_said_in_plain_words(
    gateway: GatewayProcess, tmp_path: Path, name: str, content: bytes, output: str | None, message: str
) -> None:
    (tmp_path / name).write_bytes(content)

    stored, said, errors = await sent(gateway, tmp_path / name, f"wrong-{name}")

    assert not stored
    assert output is None or said.strip() == output
    assert message in errors
    for value in ("surplus", "ller", "xxxx"):
        assert value not in errors


async def test_what_a_bad_file_says_before_its_bad_place_stays(
    gateway: GatewayProcess, tmp_path: Path
) -> None:
    rows = b"".join(b"C-%d,c%d.cut@example.com\n" % (n, n * 7_919) for n in range(3_000))
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"id,email\n" + rows)[:-2_000])

    stored, output, errors = await sent(gateway, tmp_path / "cut.csv.gz", "cut")

    created = int(output.split()[0])
    assert not stored
    assert 1_000 < created < 3_000
    assert f"TRUNCATED_FILE: Part 1: The compressed file ends too early. (after row {created})" in errors
    assert await person(gateway, f"c{(created - 1) * 7_919}.cut@example.com") is not None
    assert await person(gateway, f"c{created * 7_919}.cut@example.com") is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("table.xlsx", "neither the name nor --format says"),
        ("nowhere.csv", "nowhere.csv: No such file or directory"),
        ("folder.csv", "folder.csv: Is a directory"),
    ],
)
async def test_what_is_no_file_of_records_is_not_sent(
    gateway: GatewayProcess, tmp_path: Path, name: str, message: str
) -> None:
    (tmp_path / "table.xlsx").write_bytes(b"PK")
    (tmp_path / "folder.csv").mkdir()

    status, output, errors = await ingest(gateway, tmp_path, name, "--source", "crm")

    assert (status, output) == (1, "")
    assert message in errors
    assert "Traceback" not in errors


async def test_a_job_that_the_gateway_refuses_is_told_of(gateway: GatewayProcess, tmp_path: Path) -> None:
    (tmp_path / "ships.csv").write_text("id\n1\n")

    status, _, errors = await ingest(
        gateway, tmp_path, "ships.csv", "--source", "crm", "--object", "Spaceship"
    )
    unknown = await ingest(gateway, tmp_path, "ships.csv", "--source", "crm", "--resume", "job_00")

    assert (status, unknown[0]) == (1, 1)
    assert "object" in errors
    assert "--resume" not in errors
    assert "no job job_00" in unknown[2]


async def test_what_broke_off_goes_on_with_what_is_missing(gateway: GatewayProcess, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("id,birthDate\n" + "".join(f"P-{n},{'bad' if n == 90 else ''}\n" for n in range(1, 101)))
    async with aiohttp.ClientSession() as session:
        client = Client(session, f"{gateway.url}/graphql")
        job = await client.create({"source": "parts", "object": "Individual", "format": "CSV"})
        with opened(path, Format.CSV, ",", size=100) as pieces:
            found = list(pieces)
        for piece in found[:3]:
            await client.send(job, piece)
        before = await client.parts(job)

    stored, output, errors = await sent(gateway, path, "parts", resumed=job, piece_size=100)

    assert len(before) == 3
    assert len(found) > 5
    assert not stored
    assert output.strip() == "99 created, 1 rejected"
    assert "many.csv, record 90: INVALID_DATE" in errors


async def test_parts_that_were_acknowledged_survive_a_kill(tmp_path: Path) -> None:
    gateway = await GatewayProcess.start(tmp_path)
    async with aiohttp.ClientSession() as session:
        client = Client(session, f"{gateway.url}/graphql")
        job = await client.create({"source": "kill", "object": "Individual", "format": "NDJSON"})
    content = json.dumps({"id": "K-1", "email": "kill@example.com"}).encode()
    sent = await gateway.client.put(f"/jobs/{job}/parts/1", content=content)
    await gateway.kill()

    again = await GatewayProcess.start(tmp_path)
    try:
        assert (await again.client.get(f"/jobs/{job}/parts")).json()["parts"] == [sent.json()]
        status, output, _ = await run(
            *("ingest", "-", "--source", "kill", "--format", "ndjson", "--resume", job),
            *("--url", f"{again.url}/graphql"),
            cwd=tmp_path,
            input_=content,
        )
        assert (status, output) == (0, "1 created\n")
    finally:
        await again.stop()


async def test_a_gateway_answers_to_its_own_names_only(gateway: GatewayProcess) -> None:
    refused = await gateway.client.put(
        "/jobs/job_00/parts/1", content=b"", headers={"host": "evil.example.com"}
    )

    assert refused.status_code == 400
