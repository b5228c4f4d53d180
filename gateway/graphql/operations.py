"""Running GraphQL operations: the one way from a request to its results, whatever carries them.

graphql-core's executor is called directly, with Strawberry's graphql-core schema and executor class.
`strawberry.Schema.execute` does the same behind a runner for schema extensions, which this gateway has
none of, and would parse and validate every document anew; permissions, custom scalars and input types
live in the resolvers and types of the schema itself, so they work unchanged.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, TypeGuard, cast

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError, OperationType
from graphql.execution import (
    Executor,
    create_source_event_stream,
    execute_root_selection_set,
    map_source_to_response_event,
)
from strawberry.execution import optimized_is_awaitable

from gateway.graphql.deadline import Deadline
from gateway.graphql.documents import Document, Documents, Operation, Rejected
from gateway.graphql.errors import Code, coded, error, present
from gateway.graphql.limits import Limits
from gateway.graphql.lookup import Lookup
from gateway.graphql.metering import Charge, Meter
from gateway.graphql.plans import Compile
from gateway.graphql.requests import OperationRequest, Transport
from gateway.telemetry.watching import Operation as Seen
from gateway.telemetry.watching import Telemetry
from graph_model import times
from graph_model.errors import OperationTimeout
from resolvers.planning.encode import Unfit
from resolvers.principal import Principal, Scope

# graphql-core wants a type guard, which Strawberry's faster function is in all but name.
_is_awaitable = cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable)


@dataclass(slots=True)
class Result:
    """One response of an operation; `began` is false when nothing was executed, and then has no data."""

    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    began: bool = True
    encoded: orjson.Fragment | None = None
    """The data as it is written, where that is known already."""
    charge: Charge | None = None
    plan: dict[str, Any] | None = None
    """The statements that answered, for who may ask for them."""

    @property
    def code(self) -> str | None:
        """The code of the first error."""
        return self.errors[0]["extensions"]["code"] if self.errors else None

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait before sending the operation again, if one of the errors asks for it."""
        waits = [wait for entry in self.errors if (wait := entry["extensions"].get("retryAfter")) is not None]
        return max(waits, default=None)

    @property
    def cost(self) -> int | None:
        """What the operation was charged."""
        return self.charge.requested if self.charge else None

    def payload(self) -> dict[str, Any]:
        """The response map of the specification: `errors` if there are any, `data` if it began, the cost."""
        payload: dict[str, Any] = {"errors": self.errors} if self.errors else {}
        if self.began:
            payload["data"] = self.data if self.encoded is None else self.encoded
        extensions: dict[str, Any] = {"cost": self.charge.extension()} if self.charge else {}
        if self.plan is not None:
            extensions["plan"] = self.plan
        if extensions:
            payload["extensions"] = extensions
        return payload


@dataclass(slots=True)
class _Caller:
    """Who sent an operation, and what its transport says of it."""

    principal: Principal
    request_id: str
    address: str | None
    allow_mutation: bool


class Operations:
    """Looks up, parses, validates and executes operations on a schema.

    `lookup` finds the text of the document that a request names. `context` makes what the resolvers get as
    `info.context`, from the principal and the request's id, anew for each operation. Documents are cached by
    their text; `limits` says what one may hold, and at most `max_errors` of its mistakes are reported.
    `meter` charges each operation, whose transport names the client's `address`; a query or mutation may
    take `timeout` seconds. Without `introspection` the schema is not told. `compile_operation` makes the
    plan of a query that can be planned; without it the stock executor answers everything. `telemetry` is
    told of each operation.

    Raises `ValueError` for a schema with extensions or custom operation directives: those only run in
    `strawberry.Schema.execute`.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        context: Callable[[Principal, str], Any],
        *,
        lookup: Lookup | None = None,
        limits: Limits = Limits(),  # noqa: B008 - it cannot change
        meter: Meter = Meter(),  # noqa: B008
        timeout: float = 40,
        introspection: bool = True,
        max_errors: int = 3,
        cached_documents: int = 1_000,
        cached_bytes: int = 4 * 1024 * 1024,
        compile_operation: Compile | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        if schema.get_extensions():
            raise ValueError("schema extensions and operation directives are not run by Operations")
        self._schema = schema._schema
        self._executor: type[Executor[Any]] = schema.execution_context_class
        self._context = context
        self._compile = compile_operation
        self._telemetry = telemetry
        self.lookup = lookup or Lookup()
        self.meter = meter
        self._deadline = Deadline(timeout)
        self._introspection = introspection
        self._documents = Documents(
            self._schema,
            limits=limits,
            introspection=introspection,
            max_errors=max_errors,
            max_count=cached_documents,
            max_bytes=cached_bytes,
        )

    async def drain(self) -> None:
        """Waits until the mutations have ended whose clients were answered before."""
        await self._deadline.drain()

    async def execute(
        self,
        request: OperationRequest,
        principal: Principal,
        request_id: str,
        *,
        allow_mutation: bool = True,
        address: str | None = None,
        transport: Transport = Transport.HTTP,
    ) -> Result:
        """Executes a query, or a mutation if that is allowed; a subscription is refused."""
        caller = _Caller(principal, request_id, address, allow_mutation)
        if self._telemetry is None:
            return await self._answer(request, caller, None)
        with self._telemetry.operation(request_id, transport) as seen:
            result = await self._answer(request, caller, seen)
            seen.answered(result.code, result.cost)
            return result

    def stream(
        self,
        request: OperationRequest,
        principal: Principal,
        request_id: str,
        *,
        allow_mutation: bool = True,
        address: str | None = None,
        transport: Transport = Transport.HTTP,
    ) -> AsyncGenerator[Result]:
        """The results of any operation, one for a query or mutation.

        A result that did not begin is the last one. The resolver's generator is closed with this one,
        so use it within `contextlib.aclosing`.
        """
        caller = _Caller(principal, request_id, address, allow_mutation)
        if self._telemetry is None:
            return self._results(request, caller, None)
        return self._watched_results(self._telemetry, request, caller, transport)

    def refused(self, code: str) -> None:
        """To be told of a request that never became an operation, and why."""
        if self._telemetry is not None:
            self._telemetry.refused(code)

    async def _watched_results(
        self, telemetry: Telemetry, request: OperationRequest, caller: _Caller, transport: Transport
    ) -> AsyncGenerator[Result]:
        with telemetry.operation(caller.request_id, transport) as seen:
            async with aclosing(self._results(request, caller, seen)) as results:
                async for result in results:
                    seen.answered(result.code, result.cost)
                    yield result

    async def _answer(self, request: OperationRequest, caller: _Caller, seen: Seen | None) -> Result:
        try:
            document, operation = self._resolve(request, caller, seen)
        except Rejected as rejected:
            return Result(errors=rejected.errors, began=False)
        if operation.kind is OperationType.SUBSCRIPTION:
            return Result(
                errors=[
                    error(
                        "Subscriptions need a stream: send 'Accept: text/event-stream' or use a websocket.",
                        Code.BAD_REQUEST,
                    )
                ],
                began=False,
            )
        charge = self._charge(operation, request, caller)
        if refusal := charge.refusal():
            return Result(errors=[refusal], began=False, charge=charge)
        result = await self._timed(document, operation, request, caller)
        result.charge = charge
        return result

    async def _results(
        self, request: OperationRequest, caller: _Caller, seen: Seen | None
    ) -> AsyncGenerator[Result]:
        try:
            document, operation = self._resolve(request, caller, seen)
        except Rejected as rejected:
            yield Result(errors=rejected.errors, began=False)
            return
        charge = self._charge(operation, request, caller)
        if refusal := charge.refusal():
            yield Result(errors=[refusal], began=False, charge=charge)
            return
        if operation.kind is not OperationType.SUBSCRIPTION:
            result = await self._timed(document, operation, request, caller)
            result.charge = charge
            yield result
            return
        executor = self._build(document, request, caller)
        if isinstance(executor, Result):
            yield executor
            return
        try:
            source = create_source_event_stream(executor)
            if executor.is_awaitable(source):
                source = await source
            if isinstance(source, ExecutionResult):
                yield Result(errors=_present_all(source.errors, caller.request_id), began=False)
                return
            async with aclosing(map_source_to_response_event(executor, cast(Any, source))) as events:
                async for event in events:
                    yield Result(event.data, _present_all(event.errors, caller.request_id))
                    # A source that has always more to give must not keep others from their turn, nor the
                    # transport from noticing that the client has gone.
                    await asyncio.sleep(0)
        except Exception as exception:
            yield Result(errors=[present(exception, caller.request_id)], began=False)

    def _resolve(
        self, request: OperationRequest, caller: _Caller, seen: Seen | None
    ) -> tuple[Document, Operation]:
        document = self._documents.get(self.lookup.text(request))
        self.lookup.keep(request)
        operation = document.operation(request.operation_name)
        if seen is not None:
            seen.resolved(operation.name, operation.kind.value)
        if operation.kind is OperationType.MUTATION and not caller.allow_mutation:
            raise Rejected(error("Mutations are only accepted by POST.", Code.METHOD_NOT_ALLOWED))
        return document, operation

    def _charge(self, operation: Operation, request: OperationRequest, caller: _Caller) -> Charge:
        cost = operation.cost.points(request.variables)
        return self.meter.charge(cost, caller.principal, caller.address)

    async def _timed(
        self, document: Document, operation: Operation, request: OperationRequest, caller: _Caller
    ) -> Result:
        """The result of a query or a mutation, or an error when its time is over."""
        run = self._deadline.mutation if operation.kind is OperationType.MUTATION else self._deadline.query
        try:
            return await run(self._execute(document, operation, request, caller))
        except OperationTimeout as timeout:
            return Result(errors=[present(timeout, caller.request_id)])

    async def _execute(
        self, document: Document, operation: Operation, request: OperationRequest, caller: _Caller
    ) -> Result:
        if (planned := await self._execute_plan(document, operation, request, caller)) is not None:
            return planned
        executor = self._build(document, request, caller)
        if isinstance(executor, Result):
            return executor
        executed = execute_root_selection_set(executor)
        result = cast(ExecutionResult, await executed if executor.is_awaitable(executed) else executed)
        return Result(result.data, _present_all(result.errors, caller.request_id))

    async def _execute_plan(
        self, document: Document, operation: Operation, request: OperationRequest, caller: _Caller
    ) -> Result | None:
        """The result of a planned operation; None where the stock executor has to answer."""
        if self._compile is None:
            return None
        found = document.plans.plan(self._schema, operation.node, request.variables or {}, self._compile)
        if found is None:
            return None
        plan, variables = found
        try:
            data, errors = await plan.run(self._context(caller.principal, caller.request_id), variables)
            # Written here, so that what orjson refuses still has the stock executor to go to.
            encoded = orjson.Fragment(orjson.dumps(data))
            shown = plan.describe(variables, times.utc_now()) if _asks_for_plan(request, caller) else None
            return Result(data, _present_all(errors, caller.request_id), encoded=encoded, plan=shown)
        except (Unfit, orjson.JSONEncodeError):
            return None

    def _build(
        self, document: Document, request: OperationRequest, caller: _Caller
    ) -> Executor[Any] | Result:
        executor = self._executor.build(
            self._schema,
            document.ast,
            context_value=self._context(caller.principal, caller.request_id),
            raw_variable_values=request.variables,
            operation_name=request.operation_name,
            is_awaitable=_is_awaitable,
            operation_extensions=request.extensions,
            hide_suggestions=not self._introspection,
        )
        if isinstance(executor, list):
            return Result(errors=[coded(failure, Code.BAD_USER_INPUT) for failure in executor], began=False)
        return executor


def _asks_for_plan(request: OperationRequest, caller: _Caller) -> bool:
    return bool((request.extensions or {}).get("plan")) and Scope.ADMIN in caller.principal.scopes


def _present_all(failures: list[GraphQLError] | None, request_id: str) -> list[dict[str, Any]]:
    return [present(failure, request_id) for failure in failures or ()]
