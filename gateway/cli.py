"""The command line: `identity-gateway`."""

from __future__ import annotations

import asyncio
import io
import shlex
import sys
from collections.abc import Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer
from graphql import GraphQLError, parse, validate
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gateway import sample
from gateway.embedded.server import EmbeddedServerError
from gateway.graphql.manifest import ManifestError
from gateway.logs import configure_logs, log_loop_error
from gateway.running import Gateway, open_gateway, open_graph
from gateway.sample.queries import QUERIES
from gateway.sending.client import SendError
from gateway.sending.command import Sending, send
from gateway.sending.pieces import delimiter_of, format_of
from gateway.server import GatewayServer, bind, run, url_of
from gateway.settings import Settings
from graph_model import times
from graph_model.errors import GatewayError
from graph_model.ingestion.formats.model import BadFile, Format
from graph_model.migrations import MIGRATIONS
from graph_model.records.model import Mode
from resolvers.planning.explain import explain
from resolvers.schema import print_schema
from resolvers.schema import schema as graphql_schema

main = typer.Typer(
    name="identity-gateway",
    help="A GraphQL gateway in front of an identity graph.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_out = Console()
_err = Console(stderr=True)

Host = Annotated[str | None, typer.Option(help="Address to listen on; GATEWAY_HOST.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one; GATEWAY_PORT.")]


@main.command()
def serve(host: Host = None, port: Port = None) -> None:
    """Serve the gateway until it is interrupted."""
    settings = _settings(host=host, port=port)
    _run(_serve(settings))


@main.command()
def demo(host: Host = None, port: Port = None) -> None:
    """Serve the gateway on its embedded graph, with the sample data in it."""
    settings = _settings(host=host, port=port, neo4j_uri=None)
    _run(_serve(settings, with_sample=True))


@main.command()
def ingest(
    file: Annotated[Path, typer.Argument(help="A file of records, or - for standard input.")],
    source: Annotated[str, typer.Option(help="Name of the source that the records are from.")],
    object_name: Annotated[str, typer.Option("--object", help="What the records are.")] = "Individual",
    mode: Annotated[
        Mode, typer.Option(help="Whether they are whole, single fields, or deleted.", case_sensitive=False)
    ] = Mode.UPSERT,
    file_format: Annotated[
        Format | None,
        typer.Option("--format", help="What the file is. Left out: by its name.", case_sensitive=False),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="What parts the cells of CSV. Left out: a comma, a tab in .tsv.")
    ] = None,
    null_value: Annotated[
        str | None, typer.Option(help="The text of a cell that means null. Left out: none does.")
    ] = None,
    rejected: Annotated[
        Path | None, typer.Option(help="Write rejected records to this file: .csv, else NDJSON.")
    ] = None,
    resume: Annotated[str | None, typer.Option(help="Go on with this job, which broke off.")] = None,
    url: Annotated[
        str, typer.Option(help="GraphQL endpoint of the gateway.")
    ] = "http://127.0.0.1:8000/graphql",
) -> None:
    """Send a file of records to a running gateway as a job, and wait until it is stored. Exits with 1 if any
    record was rejected."""
    is_stream = str(file) == "-"
    if (format_ := file_format or format_of(file)) is None:
        name = "standard input" if is_stream else str(file)
        _fail(f"{name}: neither the name nor --format says whether it is CSV, NDJSON or Parquet.")
    delimiter = delimiter or delimiter_of(file)
    sending = Sending(
        source=io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False)) if is_stream else file,
        name=str(file),
        format=format_,
        delimiter=delimiter,
        job={
            "source": source,
            "object": object_name,
            "operation": mode,
            "format": format_,
            "delimiter": delimiter,
            "nullValue": null_value,
        },
        url=url,
        resumed=resume,
        rejected=rejected,
    )
    _run(_ingest(sending))


@main.command()
def migrate() -> None:
    """Bring the schema of the graph up to date."""
    settings = _settings()

    async def work() -> None:
        async with open_graph(settings):
            _out.print(f"The graph is at migration {MIGRATIONS[-1].number}.")

    _run(work())


class Engine(StrEnum):
    """Who compares records, when a whole population is resolved at once."""

    SPLINK = "splink"


@main.command("resolve")
def resolve_all(
    engine: Annotated[Engine, typer.Option(help="Who blocks and compares: Splink, here on DuckDB.")],
    directory: Annotated[
        Path, typer.Option(help="Where to write the export: Parquet, ruleset, settings for DuckDB and Spark.")
    ] = Path("splink-export"),
    export_only: Annotated[
        bool, typer.Option("--export-only", help="Write the export, and resolve nothing.")
    ] = False,
) -> None:
    """Resolve all records under the active ruleset at once, as their arrival one by one would have. Needs the
    extra `splink`. With the embedded graph no gateway may be running on it."""
    assert engine is Engine.SPLINK
    _run(_resolve(_settings(), directory, export_only=export_only))


@main.command()
def schema() -> None:
    """Print the GraphQL schema, as it is kept in schema.graphql."""
    typer.echo(print_schema(), nl=False)


@main.command("explain")
def explain_document(
    file: Annotated[Path, typer.Argument(help="A GraphQL document.", exists=True, dir_okay=False)],
) -> None:
    """Print what the queries of a document are planned as: Cypher and parameters. Needs no graph."""
    try:
        text = file.read_text(encoding="utf-8")
        problems = validate(graphql_schema._schema, parse(text))
    except (UnicodeDecodeError, GraphQLError) as error:
        _fail(f"{file}: {error}")
    if problems:
        _fail(f"{file}: " + "; ".join(problem.message for problem in problems))
    typer.echo(explain(graphql_schema._schema, text), nl=False)


def _settings(**overrides: Any) -> Settings:
    """The settings, with what the command line says over what the environment says."""
    given = {name: value for name, value in overrides.items() if value is not None or name == "neo4j_uri"}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(str(part) for part in problem["loc"]).upper()
            variable = f"{'' if name.startswith('NEO4J') else 'GATEWAY_'}{name}: " if name else ""
            _err.print(f"{variable}{problem['msg'].removeprefix('Value error, ')}", markup=False)
        raise typer.Exit(2) from None
    configure_logs(settings)
    return settings


def _run(work: Coroutine[Any, Any, None]) -> None:
    try:
        run(work)
    except (EmbeddedServerError, GatewayError, ManifestError, SendError) as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    _err.print(message, markup=False, highlight=False)
    raise typer.Exit(1)


async def _serve(settings: Settings, *, with_sample: bool = False) -> None:
    asyncio.get_running_loop().set_exception_handler(log_loop_error)
    try:
        taken = bind(settings)
    except OSError as error:
        _fail(f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}.")
    url = url_of(taken)

    def started() -> None:
        if with_sample:
            _print_queries(url)
        page = "" if settings.trusted_only else f"{url} (GraphiQL) and "
        _err.print(f"Serving on {page}{url}/graphql", highlight=False, soft_wrap=True)

    _err.print("Starting the graph …" if settings.neo4j_uri is None else "Connecting to the graph …")
    async with open_gateway(settings) as gateway:
        if with_sample:
            await _load_sample(gateway)
        await GatewayServer(gateway, settings, on_started=started).serve(sockets=[taken])


async def _load_sample(gateway: Gateway) -> None:
    files = sample.files()
    now = times.utc_now()
    with _progress() as progress:
        bar = progress.add_task("Loading the sample", total=sum(file.count for file in files))
        for file in files:
            records = list(file.records(now))
            for start in range(0, len(records), 250):
                chunk = records[start : start + 250]
                await gateway.services.ingestion.ingest(file.source, file.object, chunk, actor="demo")
                progress.advance(bar, len(chunk))


def _print_queries(url: str) -> None:
    _out.print("\nFive operations worth trying:\n")
    for number, (title, document, variables) in enumerate(QUERIES, start=1):
        _out.print(f"{number}. {title}", style="bold", highlight=False)
        _out.print(document.rstrip(), markup=False, highlight=False, soft_wrap=True)
        if variables:
            _out.print(
                f"variables: {orjson.dumps(variables).decode()}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
        _out.print()
    _, document, variables = QUERIES[0]
    body = orjson.dumps({"query": " ".join(document.split()), "variables": variables}).decode()
    _out.print(
        f"From a shell:\ncurl {url}/graphql -H 'content-type: application/json' -d {shlex.quote(body)}\n",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


async def _ingest(sending: Sending) -> None:
    try:
        stored = await send(sending, _out, _err)
    except BadFile as error:
        raise SendError(f"{sending.name}: {error.code}: {error.message}") from error
    except OSError as error:
        raise SendError(f"{error.filename or sending.name}: {error.strerror}") from error
    if not stored:
        raise typer.Exit(1)


async def _resolve(settings: Settings, directory: Path, *, export_only: bool) -> None:
    try:
        from graph_model.identity.splink import resolving
    except ModuleNotFoundError as error:
        _fail(f"This needs the extra `splink`: pip install 'identity-gateway[splink]' ({error.name}).")
    async with open_gateway(settings) as gateway:
        if export_only:
            _, _, records = await resolving.export(gateway.services.graph, directory)
            _out.print(f"{len(records):,} records written to {directory}.", highlight=False)
            return
        with _progress() as progress:
            bar = progress.add_task("Resolving", total=None)

            async def report(done: int, total: int) -> None:
                progress.update(bar, completed=done, total=total)

            found = await resolving.resolve(
                gateway.services.graph, gateway.services.ingestion, directory, report
            )
    _out.print(
        f"{found.records:,} records, {found.pairs:,} pairs compared, {found.evidence:,} kept as evidence.",
        highlight=False,
    )


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=_err,
    )
