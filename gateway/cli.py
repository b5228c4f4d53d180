"""The command line: `identity-gateway`. What serves and resolves is in `commands.py`."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Coroutine
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console

from gateway.errors import CommandError
from graph_model.errors import GatewayError
from graph_model.ingestion.formats.model import BadFile, Format
from graph_model.records.model import Mode

if TYPE_CHECKING:
    from gateway.sending.command import Sending
    from gateway.settings import Settings

# What a command needs is imported when it runs: all of the gateway takes two seconds.

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
    from gateway.commands import serve_gateway

    _run(serve_gateway(settings, _out, _err))


@main.command()
def demo(host: Host = None, port: Port = None) -> None:
    """Serve the gateway on its embedded graph, with the sample data in it."""
    settings = _settings(host=host, port=port, neo4j_uri=None)
    from gateway.commands import serve_gateway

    _run(serve_gateway(settings, _out, _err, with_sample=True))


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
    from gateway.sending.command import Sending
    from gateway.sending.pieces import delimiter_of, format_of

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
    from gateway.commands import migrate_graph

    _run(migrate_graph(settings, _out))


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
    settings = _settings()
    from gateway.commands import resolve_population

    _run(resolve_population(settings, directory, _out, _err, export_only=export_only))


@main.command()
def schema() -> None:
    """Print the GraphQL schema, as it is kept in schema.graphql."""
    from resolvers.schema import print_schema

    typer.echo(print_schema(), nl=False)


@main.command("explain")
def explain_document(
    file: Annotated[Path, typer.Argument(help="A GraphQL document.", exists=True, dir_okay=False)],
) -> None:
    """Print what the queries of a document are planned as: Cypher and parameters. Needs no graph."""
    from graphql import GraphQLError, parse, validate

    from resolvers.planning.explain import explain
    from resolvers.schema import schema as graphql_schema

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
    from pydantic import ValidationError

    from gateway.logs import configure_logs
    from gateway.settings import Settings

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
    """Run a command to its end, on uvloop where there is one."""
    try:
        if sys.platform == "win32":
            asyncio.run(work)
        else:
            import uvloop

            uvloop.run(work)
    except (CommandError, GatewayError) as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    _err.print(message, markup=False, highlight=False)
    raise typer.Exit(1)


async def _ingest(sending: Sending) -> None:
    from gateway.sending.command import send

    try:
        stored = await send(sending, _out, _err)
    except BadFile as error:
        raise CommandError(f"{sending.name}: {error.code}: {error.message}") from error
    except OSError as error:
        raise CommandError(f"{error.filename or sending.name}: {error.strerror}") from error
    if not stored:
        raise typer.Exit(1)
