"""The commands that open the gateway or its graph: serving, bringing up to date, resolving all at once."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gateway import sample
from gateway.errors import CommandError
from gateway.logs import log_loop_error
from gateway.running import Gateway, open_gateway, open_graph
from gateway.sample.queries import QUERIES
from gateway.server import GatewayServer, bind, url_of
from gateway.settings import Settings
from graph_model import times
from graph_model.migrations import MIGRATIONS


async def serve_gateway(settings: Settings, out: Console, err: Console, *, with_sample: bool = False) -> None:
    """Serve until the process is told to end; `with_sample` loads the sample data first."""
    asyncio.get_running_loop().set_exception_handler(log_loop_error)
    try:
        taken = bind(settings)
    except OSError as error:
        message = f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}."
        raise CommandError(message) from error
    url = url_of(taken)

    def started() -> None:
        if with_sample:
            _print_queries(url, out)
        page = "" if settings.trusted_only else f"{url} (GraphiQL) and "
        err.print(f"Serving on {page}{url}/graphql", highlight=False, soft_wrap=True)

    err.print("Starting the graph …" if settings.neo4j_uri is None else "Connecting to the graph …")
    async with open_gateway(settings) as gateway:
        if with_sample:
            await _load_sample(gateway, err)
        await GatewayServer(gateway, settings, on_started=started).serve(sockets=[taken])


async def _load_sample(gateway: Gateway, err: Console) -> None:
    files = sample.files()
    now = times.utc_now()
    with _progress(err) as progress:
        bar = progress.add_task("Loading the sample", total=sum(file.count for file in files))
        for file in files:
            records = list(file.records(now))
            for start in range(0, len(records), 250):
                chunk = records[start : start + 250]
                await gateway.services.ingestion.ingest(file.source, file.object, chunk, actor="demo")
                progress.advance(bar, len(chunk))


def _print_queries(url: str, out: Console) -> None:
    out.print("\nFive operations worth trying:\n")
    for number, (title, document, variables) in enumerate(QUERIES, start=1):
        out.print(f"{number}. {title}", style="bold", highlight=False)
        out.print(document.rstrip(), markup=False, highlight=False, soft_wrap=True)
        if variables:
            out.print(
                f"variables: {orjson.dumps(variables).decode()}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
        out.print()
    _, document, variables = QUERIES[0]
    body = orjson.dumps({"query": " ".join(document.split()), "variables": variables}).decode()
    out.print(
        f"From a shell:\ncurl {url}/graphql -H 'content-type: application/json' -d {shlex.quote(body)}\n",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


async def migrate_graph(settings: Settings, out: Console) -> None:
    """Bring the schema of the graph up to date."""
    async with open_graph(settings):
        out.print(f"The graph is at migration {MIGRATIONS[-1].number}.")


async def resolve_population(
    settings: Settings, directory: Path, out: Console, err: Console, *, export_only: bool
) -> None:
    """Resolve all records at once, or only write what that takes into the directory."""
    try:
        from graph_model.identity.splink import resolving
    except ModuleNotFoundError as error:
        message = f"This needs the extra `splink`: pip install 'identity-gateway[splink]' ({error.name})."
        raise CommandError(message) from error
    async with open_gateway(settings) as gateway:
        if export_only:
            _, _, records = await resolving.export(gateway.services.graph, directory)
            out.print(f"{len(records):,} records written to {directory}.", highlight=False)
            return
        with _progress(err) as progress:
            bar = progress.add_task("Resolving", total=None)

            async def report(done: int, total: int) -> None:
                progress.update(bar, completed=done, total=total)

            found = await resolving.resolve(
                gateway.services.graph, gateway.services.ingestion, directory, report
            )
    out.print(
        f"{found.records:,} records, {found.pairs:,} pairs compared, {found.evidence:,} kept as evidence.",
        highlight=False,
    )


def _progress(err: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
    )
