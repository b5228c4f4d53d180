"""Registering webhooks, and keeping their place in the outbox.

One process at a time delivers to a webhook: it holds a lease, which it renews with every step, so that
events reach an endpoint in order however many gateways there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString
from urllib.parse import urlsplit

from graph_model import times
from graph_model.errors import BadInput
from graph_model.events.model import EventKind
from graph_model.graph import Graph, Transaction
from graph_model.ids import new_id
from graph_model.webhooks.model import Webhook, WebhookState

MAX_URL = 2_048
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_ROW: LiteralString = """
[w.id, w.url, w.secret, w.kinds, w.state, w.position, w.attempt, w.nextAttemptAt, w.lastError, w.createdAt]
"""

_REGISTER: LiteralString = (
    """
MATCH (c:Counter {name: 'events'})
MERGE (w:Webhook {id: $id})
ON CREATE SET w.url = $url, w.secret = $secret, w.kinds = $kinds, w.state = 'ACTIVE', w.position = c.value,
              w.attempt = 0, w.createdAt = $time, w.createdBy = $actor, w.leaseUntil = ''
RETURN """
    + _ROW
)

_ALL: LiteralString = (
    """
MATCH (w:Webhook)
WITH w ORDER BY w.id
RETURN collect("""
    + _ROW
    + ")"
)

_BY_ID: LiteralString = "MATCH (w:Webhook {id: $id}) RETURN " + _ROW

_LEASABLE: LiteralString = """
MATCH (w:Webhook)
WHERE w.state = 'ACTIVE' AND (w.leaseOwner = $owner OR w.leaseUntil <= $now)
WITH w ORDER BY w.id
RETURN collect(w.id)
"""

# Writing first takes the node's lock (on the embedded engine: makes a conflict), so that of two processes
# that ask at once the second one sees what the first one got.
_LEASE: LiteralString = (
    """
MATCH (w:Webhook {id: $id})
SET w.leaseAskedAt = $now
WITH w
WHERE w.state = 'ACTIVE' AND (w.leaseOwner = $owner OR w.leaseUntil <= $now)
SET w.leaseOwner = $owner, w.leaseUntil = $until
RETURN """
    + _ROW
)

_ADVANCE: LiteralString = """
MATCH (w:Webhook {id: $id, leaseOwner: $owner})
SET w.position = $position, w.attempt = 0, w.nextAttemptAt = null, w.lastError = null
RETURN w.position
"""

_POSTPONE: LiteralString = """
MATCH (w:Webhook {id: $id, leaseOwner: $owner})
SET w.attempt = $attempt, w.nextAttemptAt = $at, w.lastError = $error, w.state = $state
RETURN w.attempt
"""

_RELEASE: LiteralString = """
MATCH (w:Webhook {leaseOwner: $owner})
SET w.leaseUntil = ''
"""

_ENABLE: LiteralString = (
    """
MATCH (w:Webhook {id: $id})
SET w.state = 'ACTIVE', w.attempt = 0, w.nextAttemptAt = null, w.lastError = null
RETURN """
    + _ROW
)

_DELETE: LiteralString = """
MATCH (w:Webhook {id: $id})
WITH w, w.id AS id
DETACH DELETE w
RETURN id
"""


def check_url(url: str) -> str:
    """The URL, if events may be sent there: https, or http to this machine. Raises BadInput otherwise."""
    try:
        parts = urlsplit(url)
        host, port_is_valid = parts.hostname, parts.port != 0
    except ValueError:
        host, port_is_valid, parts = None, False, urlsplit("")
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not host or not port_is_valid or not secure or parts.username or parts.fragment or len(url) > MAX_URL:
        raise BadInput(
            "A webhook's address is an https URL, without user and fragment (http only on this machine).",
            code="INVALID_URL",
        )
    return url


async def register(
    graph: Graph, *, url: str, kinds: Sequence[EventKind], secret: str, actor: str, now: datetime
) -> Webhook:
    """A new webhook for the events of these kinds that are committed from now on."""
    id_ = new_id("whk")
    parameters = {
        "url": check_url(url),
        "secret": secret,
        "kinds": [str(kind) for kind in kinds],
        "actor": actor,
    }

    async def work(transaction: Transaction) -> Any:
        return await transaction.run(_REGISTER, id=id_, time=times.to_text(now), **parameters)

    return _webhook(await graph.write(work))


async def all_webhooks(graph: Graph) -> list[Webhook]:
    """Every webhook, oldest first."""
    return [_webhook(row) for row in await graph.read(_ALL)]


async def find(graph: Graph, id_: str) -> Webhook | None:
    """The webhook with this id."""
    row = await graph.read(_BY_ID, id=id_)
    return _webhook(row) if row else None


async def leasable(graph: Graph, *, owner: str, now: datetime) -> list[str]:
    """The ids of the active webhooks that no other owner holds a lease of, oldest first."""
    return list(await graph.read(_LEASABLE, owner=owner, now=times.to_text(now)))


async def lease(graph: Graph, id_: str, *, owner: str, now: datetime, seconds: float) -> Webhook | None:
    """The webhook, if it is active and `owner` may deliver to it for the next seconds."""
    until = times.to_text(now + timedelta(seconds=seconds))
    row = await _write(graph, _LEASE, id=id_, owner=owner, now=times.to_text(now), until=until)
    return None if row is None else _webhook(row)


async def advance(graph: Graph, id_: str, *, owner: str, position: int) -> bool:
    """Note that all events up to `position` are done; False if the lease was lost meanwhile."""
    return await _write(graph, _ADVANCE, id=id_, owner=owner, position=position) is not None


async def postpone(
    graph: Graph, id_: str, *, owner: str, attempt: int, at: datetime | None, error: str
) -> None:
    """Note a failed attempt. Without a next time (`at`) the webhook is disabled and keeps its place."""
    await _write(
        graph,
        _POSTPONE,
        id=id_,
        owner=owner,
        attempt=attempt,
        at=times.to_text(at) if at else None,
        error=error,
        state=WebhookState.ACTIVE if at else WebhookState.DISABLED,
    )


async def release(graph: Graph, *, owner: str) -> None:
    """Give up all leases of `owner`, so that another process need not wait for their end."""
    await _write(graph, _RELEASE, owner=owner)


async def enable(graph: Graph, id_: str) -> Webhook | None:
    """Try the next event again now, from the place that was kept; None if there is no such webhook."""
    row = await _write(graph, _ENABLE, id=id_)
    return None if row is None else _webhook(row)


async def delete(graph: Graph, id_: str) -> bool:
    """Remove a webhook; False if there is none with that id."""
    return await _write(graph, _DELETE, id=id_) is not None


async def _write(graph: Graph, statement: LiteralString, **parameters: Any) -> Any:
    async def work(transaction: Transaction) -> Any:
        return await transaction.run(statement, **parameters)

    return await graph.write(work)


def _webhook(row: Sequence[Any]) -> Webhook:
    id_, url, secret, kinds, state, position, attempt, next_attempt_at, last_error, created_at = row
    return Webhook(
        id_,
        url,
        secret,
        tuple(EventKind(kind) for kind in kinds),
        WebhookState(state),
        position,
        attempt,
        next_attempt_at,
        last_error,
        created_at,
    )
