"""Downloading the rows that a job rejected, to mend them and send them again."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from gateway.graphql.errors import Code
from gateway.graphql.http import Refused
from gateway.graphql.messages import Incoming
from gateway.plain import Door, PlainEndpoint, only
from graph_model.errors import BadInput
from graph_model.graph import Graph
from graph_model.ingestion.bulk.model import Assignment
from graph_model.ingestion.bulk.rejected import as_csv, as_ndjson
from graph_model.jobs import store
from graph_model.jobs.model import JobKind
from resolvers.principal import Principal, Scope

_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


def rejected_routes(door: Door, graph: Graph) -> list[BaseRoute]:
    """GET /jobs/{id}/rejected: NDJSON, or CSV if `format=csv` or `Accept` says so."""

    async def rejected(request: Incoming, _: Principal) -> ASGIApp:
        if request.method not in ("GET", "HEAD"):
            raise only("GET, HEAD")
        job = await store.find(graph, request.path_params["job"])
        if job is None or job.kind is not JobKind.INGEST:
            raise Refused(404, Code.NOT_FOUND, "There is no ingest job with that id.")
        format_ = _format(request)
        content: AsyncIterator[bytes] = (
            as_csv(graph, job.id, Assignment.of(job.input)) if format_ == "csv" else as_ndjson(graph, job.id)
        )
        name = f'attachment; filename="{job.id}-rejected.{format_}"'
        return StreamingResponse(content, media_type=_TYPES[format_], headers={"content-disposition": name})

    return [Route("/jobs/{job}/rejected", PlainEndpoint(door, Scope.INGEST, rejected))]


def _format(request: Incoming) -> str:
    asked: str | None = request.query_params.get("format")
    if asked is None:
        return "csv" if "text/csv" in request.fields.get("accept", "") else "ndjson"
    if asked not in _TYPES:
        raise BadInput("`format` is ndjson or csv.", code="INVALID_FORMAT")
    return asked
