"""POST /ingest/{source}/{object}: records for machines that speak no GraphQL."""

from __future__ import annotations

import asyncio
import math
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from typing import Any

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from gateway.graphql.errors import Code
from gateway.graphql.http import Refused
from gateway.graphql.messages import Incoming
from gateway.graphql.metering import Meter
from gateway.ingest.chunks import Chunk, Chunks, Cut
from gateway.ingest.exchange import Exchange
from gateway.ingest.spool import Spool, SpooledAnswer
from gateway.ingest.target import Target
from gateway.plain import Door, PlainEndpoint, only
from graph_model.errors import RetryLater
from graph_model.ingestion.formats.model import Limits
from graph_model.ingestion.idempotency import Key
from graph_model.ingestion.ingestion import MAX_RECORDS, Ingestion
from graph_model.records.model import RecordResult
from resolvers.principal import Principal, Scope

PATH = "/ingest/{source}/{object}"

CHUNK_ROWS, CHUNK_BYTES = 200, 1_000_000
_WHEN_FULL = 5.0
POINTS = 5
"""What a row costs: what its result does in GraphQL."""


def ingest_routes(
    door: Door,
    ingestion: Ingestion,
    meter: Meter,
    spool: Spool,
    *,
    most: int,
    idle: float,
    limits: Limits,
) -> list[BaseRoute]:
    """/ingest/{source}/{object}. At most `most` bodies are read at the same time; one of which nothing comes,
    or whose answer is not read, for `idle` seconds is given up."""
    taker = _Taker(door, ingestion, meter, spool, most=most, idle=idle, limits=limits)
    return [Route(PATH, PlainEndpoint(door, Scope.INGEST, taker.take))]


class _Taker:
    def __init__(
        self,
        door: Door,
        ingestion: Ingestion,
        meter: Meter,
        spool: Spool,
        *,
        most: int,
        idle: float,
        limits: Limits,
    ) -> None:
        self._door = door
        self._ingestion = ingestion
        self._meter = meter
        self._spool = spool
        self._threads = ThreadPoolExecutor(most, "ingest")
        self._most = most
        self._idle = idle
        self._limits = limits
        self._open = 0

    async def take(self, request: Incoming, principal: Principal) -> ASGIApp:
        """Begin to store the body of a request; what is returned answers it."""
        if request.method != "POST":
            raise only("POST")
        target = Target.of(request.path_params, request.query_params, request.fields)
        if target.key is not None:
            Key.of(target.key, principal.id, "")
        if self._open >= self._most:
            raise RetryLater(f"{self._most} bodies are being read; try again later.", retry_after=_WHEN_FULL)
        charge = self._meter.charge(POINTS, principal, _address(request))
        if charge.allowance is not None and not charge.allowance.granted:
            wait = {"retry-after": str(max(1, math.ceil(charge.allowance.retry_after)))}
            raise Refused(429, Code.RATE_LIMITED, "Send it again later.", wait)
        # A graph that stalls does not even answer whether there is such an object.
        (await self._ingestion.room.take(1, 1)).release()
        await self._ingestion.check(target.source, target.object)
        return await self._begin(request, principal, target)

    async def _begin(self, request: Incoming, principal: Principal, target: Target) -> ASGIApp:
        self._open += 1
        answer = SpooledAnswer(self._spool)
        chunks = Chunks(
            target.reader(self._limits),
            _cut(target),
            request.receive,
            self._door.connections.draining,
            idle=self._idle,
            threads=self._threads,
        )
        exchange = Exchange(
            chunks,
            partial(self._store, target, principal, _address(request)),
            answer,
            request_id=request.scope["request_id"],
            idle=self._idle,
            ended=self._ended,
        )
        await exchange.begin()
        return exchange

    def _ended(self) -> None:
        self._open -= 1

    async def _store(
        self,
        target: Target,
        principal: Principal,
        address: str | None,
        number: int,
        chunk: Chunk,
        rows: list[Any],
    ) -> list[RecordResult]:
        await self._afford(len(rows) * POINTS, principal, address)
        key = None
        if target.key is not None and chunk.is_whole:
            # Of a body that comes again each piece is answered as before. One that broke off within a piece
            # will have other rows there.
            key = f"{sha256(target.key.encode()).hexdigest()}#{number}"
        return await self._ingestion.ingest(
            target.source,
            target.object,
            rows,
            mode=target.mode,
            actor=principal.id,
            idempotency_key=key,
            dry_run=target.dry_run,
            patient=True,
        )

    async def _afford(self, points: int, principal: Principal, address: str | None) -> None:
        """Wait until the client may spend so many points."""
        while True:
            allowance = self._meter.charge(points, principal, address).allowance
            if allowance is None or allowance.granted:
                return
            await asyncio.sleep(allowance.retry_after)


def _cut(target: Target) -> Cut:
    if target.dry_run:
        # As many as can be tried together.
        return Cut(MAX_RECORDS, CHUNK_BYTES, eager=False)
    return Cut(CHUNK_ROWS, CHUNK_BYTES, eager=target.key is None)


def _address(request: Incoming) -> str | None:
    return request.client.host if request.client else None
