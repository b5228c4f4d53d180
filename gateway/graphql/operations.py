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

import strawberry
from graphql import ExecutionResult, GraphQLError, OperationType
from graphql.execution import (
    Executor,
    create_source_event_stream,
    execute_root_selection_set,
    map_source_to_response_event,
)
from strawberry.execution import optimized_is_awaitable

from gateway.graphql.documents import Document, Documents, Rejected
from gateway.graphql.errors import Code, coded, error, present
from gateway.graphql.requests import OperationRequest, Transport
from gateway.telemetry.watching import Operation, Telemetry
from resolvers.principal import Principal

# graphql-core wants a type guard, which Strawberry's faster function is in all but name.
_is_awaitable = cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable)


@dataclass(frozen=True, slots=True)
class Result:
    """One response of an operation; `began` is false when nothing was executed, and then has no data."""

    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    began: bool = True

    @property
    def code(self) -> str | None:
        """The code of the first error."""
        return self.errors[0]["extensions"]["code"] if self.errors else None

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait before sending the operation again, if one of the errors asks for it."""
        waits = [wait for entry in self.errors if (wait := entry["extensions"].get("retryAfter")) is not None]
        return max(waits, default=None)

    def payload(self) -> dict[str, Any]:
        """The response map of the specification: `errors` if there are any, `data` if it began."""
        payload: dict[str, Any] = {"errors": self.errors} if self.errors else {}
        if self.began:
            payload["data"] = self.data
        return payload


class Operations:
    """Parses, validates and executes operations on a schema.

    `context` makes what the resolvers get as `info.context`, from the principal and the request's id,
    anew for each operation. Documents are cached by their text; at most `max_tokens` tokens (and as many
    comments) are read of one, and at most `max_errors` of its mistakes are reported. `telemetry` is told
    of each operation.

    Raises `ValueError` for a schema with extensions or custom operation directives: those only run in
    `strawberry.Schema.execute`.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        context: Callable[[Principal, str], Any],
        *,
        max_tokens: int = 5_000,
        max_errors: int = 20,
        cached_documents: int = 1_000,
        cached_bytes: int = 4 * 1024 * 1024,
        telemetry: Telemetry | None = None,
    ) -> None:
        if schema.get_extensions():
            raise ValueError("schema extensions and operation directives are not run by Operations")
        self._schema = schema._schema
        self._executor: type[Executor[Any]] = schema.execution_context_class
        self._context = context
        self._telemetry = telemetry
        self._documents = Documents(
            self._schema,
            max_tokens=max_tokens,
            max_errors=max_errors,
            max_count=cached_documents,
            max_bytes=cached_bytes,
        )

    async def execute(
        self,
        request: OperationRequest,
        principal: Principal,
        request_id: str,
        *,
        allow_mutation: bool = True,
        transport: Transport = Transport.HTTP,
    ) -> Result:
        """Executes a query, or a mutation if that is allowed; a subscription is refused."""
        if self._telemetry is None:
            return await self._answer(request, principal, request_id, allow_mutation, None)
        with self._telemetry.operation(request_id, transport) as seen:
            result = await self._answer(request, principal, request_id, allow_mutation, seen)
            seen.answered(result.code, _cost(result))
            return result

    def stream(
        self,
        request: OperationRequest,
        principal: Principal,
        request_id: str,
        *,
        allow_mutation: bool = True,
        transport: Transport = Transport.EVENTS,
    ) -> AsyncGenerator[Result]:
        """The results of any operation, one for a query or mutation.

        A result that did not begin is the last one. The resolver's generator is closed with this one,
        so use it within `contextlib.aclosing`.
        """
        if self._telemetry is None:
            return self._results(request, principal, request_id, allow_mutation, None)
        return self._watched_results(
            self._telemetry, request, principal, request_id, allow_mutation, transport
        )

    def refused(self, code: str) -> None:
        """To be told of a request that never became an operation, and why."""
        if self._telemetry is not None:
            self._telemetry.refused(code)

    async def _watched_results(
        self,
        telemetry: Telemetry,
        request: OperationRequest,
        principal: Principal,
        request_id: str,
        allow_mutation: bool,
        transport: Transport,
    ) -> AsyncGenerator[Result]:
        with telemetry.operation(request_id, transport) as seen:
            async with aclosing(
                self._results(request, principal, request_id, allow_mutation, seen)
            ) as results:
                async for result in results:
                    seen.answered(result.code, _cost(result))
                    yield result

    async def _answer(
        self,
        request: OperationRequest,
        principal: Principal,
        request_id: str,
        allow_mutation: bool,
        seen: Operation | None,
    ) -> Result:
        try:
            document, kind = self._resolve(request, seen, allow_mutation=allow_mutation)
        except Rejected as rejected:
            return Result(errors=rejected.errors, began=False)
        if kind is OperationType.SUBSCRIPTION:
            return Result(
                errors=[
                    error(
                        "Subscriptions need a stream: send 'Accept: text/event-stream' or use a websocket.",
                        Code.BAD_REQUEST,
                    )
                ],
                began=False,
            )
        return await self._execute(document, request, principal, request_id)

    async def _results(
        self,
        request: OperationRequest,
        principal: Principal,
        request_id: str,
        allow_mutation: bool,
        seen: Operation | None,
    ) -> AsyncGenerator[Result]:
        try:
            document, kind = self._resolve(request, seen, allow_mutation=allow_mutation)
        except Rejected as rejected:
            yield Result(errors=rejected.errors, began=False)
            return
        if kind is not OperationType.SUBSCRIPTION:
            yield await self._execute(document, request, principal, request_id)
            return
        executor = self._build(document, request, principal, request_id)
        if isinstance(executor, Result):
            yield executor
            return
        try:
            source = create_source_event_stream(executor)
            if executor.is_awaitable(source):
                source = await source
            if isinstance(source, ExecutionResult):
                yield Result(errors=_present_all(source.errors, request_id), began=False)
                return
            async with aclosing(map_source_to_response_event(executor, cast(Any, source))) as events:
                async for event in events:
                    yield Result(event.data, _present_all(event.errors, request_id))
                    # A source that has always more to give must not keep others from their turn, nor the
                    # transport from noticing that the client has gone.
                    await asyncio.sleep(0)
        except Exception as exception:
            yield Result(errors=[present(exception, request_id)], began=False)

    def _resolve(
        self, request: OperationRequest, seen: Operation | None, *, allow_mutation: bool
    ) -> tuple[Document, OperationType]:
        document = self._documents.get(request.query)
        kind = document.kind(request.operation_name)
        if seen is not None:
            seen.resolved(document.name(request.operation_name), kind.value)
        if kind is OperationType.MUTATION and not allow_mutation:
            raise Rejected(error("Mutations are only accepted by POST.", Code.METHOD_NOT_ALLOWED))
        return document, kind

    async def _execute(
        self, document: Document, request: OperationRequest, principal: Principal, request_id: str
    ) -> Result:
        executor = self._build(document, request, principal, request_id)
        if isinstance(executor, Result):
            return executor
        executed = execute_root_selection_set(executor)
        result = cast(ExecutionResult, await executed if executor.is_awaitable(executed) else executed)
        return Result(result.data, _present_all(result.errors, request_id))

    def _build(
        self, document: Document, request: OperationRequest, principal: Principal, request_id: str
    ) -> Executor[Any] | Result:
        executor = self._executor.build(
            self._schema,
            document.ast,
            context_value=self._context(principal, request_id),
            raw_variable_values=request.variables,
            operation_name=request.operation_name,
            is_awaitable=_is_awaitable,
            operation_extensions=request.extensions,
        )
        if isinstance(executor, list):
            return Result(errors=[coded(failure, Code.BAD_USER_INPUT) for failure in executor], began=False)
        return executor


def _cost(result: Result) -> Any:
    """What the operation was found to cost, if that was counted."""
    return (getattr(result, "extensions", None) or {}).get("cost")


def _present_all(failures: list[GraphQLError] | None, request_id: str) -> list[dict[str, Any]]:
    return [present(failure, request_id) for failure in failures or ()]
