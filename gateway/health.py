"""What operators and integrators fetch besides GraphQL: liveness, readiness, the schema."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.graphql.connections import Connections
from graph_model.graph import Graph
from resolvers.schema import print_schema


def health_routes(graph: Graph, connections: Connections) -> list[BaseRoute]:
    """/healthz: the process answers. /readyz: it can work, that is the graph answers and it is not shutting
    down (503 otherwise). /schema.graphql: the schema in the schema definition language."""
    schema = print_schema()

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        if connections.draining.is_set():
            return JSONResponse({"status": "shutting down"}, status_code=503)
        if not await graph.is_ready():
            return JSONResponse({"status": "graph unavailable"}, status_code=503)
        return JSONResponse({"status": "ready"})

    async def sdl(_: Request) -> Response:
        return PlainTextResponse(schema, media_type="application/graphql")

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/schema.graphql", sdl)]
