"""Registering webhooks, and keeping their place in the outbox.

One process at a time delivers to a webhook: it holds a lease, which it renews with every step, so that
events reach an endpoint in order however many gateways there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any, LiteralString
from urllib.parse import urlsplit

import orjson

from graph_model import times
from graph_model.errors import BadInput
from graph_model.events.model import EventKind
from graph_model.graph import Graph, Transaction
from graph_model.ids import new_id
from graph_model.webhooks import deliveries
from graph_model.webhooks.model import Attempt, Progress, Webhook, WebhookState

MAX_URL = 2_048
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_ROW: LiteralString = """
[w.id, w.url, w.secret, w.oldSecret, w.oldSecretUntil, w.kinds, w.exceptSource, w.state, w.position, w.done,
 w.failures, w.restingUntil, w.nextAttemptAt, w.lastError, w.attempts, w.revision, w.createdAt]
"""

_REGISTER: LiteralString = (
    """
MATCH (c:Counter {name: 'events'})
MERGE (w:Webhook {id: $id})
ON CREATE SET w.url = $url, w.secret = $secret, w.kinds = $kinds, w.exceptSource = $exceptSource,
              w.state = 'ACTIVE', w.position = c.value, w.done = [], w.failures = 0, w.revision = 0,
              w.createdAt = $time, w.createdBy = $actor, w.leaseUntil = ''
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

_SAVE: LiteralString = """
MATCH (w:Webhook {id: $id})
SET w.leaseAskedAt = $now
WITH w
WHERE w.state = 'ACTIVE' AND w.leaseOwner = $owner
SET w.leaseUntil = $until, w.state = $state, w.position = $position, w.done = $done, w.failures = $failures,
    w.restingUntil = $restingUntil, w.nextAttemptAt = $nextAttemptAt, w.lastError = $lastError,
    w.attempts = $attempts
RETURN w.revision
"""

_RELEASE: LiteralString = """
MATCH (w:Webhook {leaseOwner: $owner})
SET w.leaseUntil = ''
"""

_ENABLE: LiteralString = (
    """
MATCH (w:Webhook {id: $id})
SET w.state = 'ACTIVE', w.failures = 0, w.restingUntil = null, w.nextAttemptAt = null, w.lastError = null,
    w.revision = w.revision + 1
RETURN """
    + _ROW
)

_ROTATE: LiteralString = (
    """
MATCH (w:Webhook {id: $id})
SET w.oldSecret = w.secret, w.oldSecretUntil = $until, w.secret = $secret, w.revision = w.revision + 1
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
    graph: Graph,
    *,
    url: str,
    kinds: Sequence[EventKind],
    secret: str,
    except_source: str | None = None,
    actor: str,
    now: datetime,
) -> Webhook:
    """A new webhook for the events of these kinds that are committed from now on, but for those that only
    records of `except_source` caused."""
    id_ = new_id("whk")
    parameters = {
        "url": check_url(url),
        "secret": secret,
        "kinds": [str(kind) for kind in kinds],
        "exceptSource": except_source,
        "actor": actor,
    }
    return _webhook(await graph.execute(_REGISTER, id=id_, time=times.to_text(now), **parameters))


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
    row = await graph.execute(_LEASE, id=id_, owner=owner, now=times.to_text(now), until=until)
    return None if row is None else _webhook(row)


async def save(graph: Graph, progress: Progress, *, owner: str, now: datetime, seconds: float) -> int | None:
    """Save how far a webhook is and renew its lease. Its revision; None, and nothing is saved, if the lease
    was lost meanwhile."""
    webhook = progress.webhook
    parameters = {
        "id": webhook.id,
        "owner": owner,
        "now": times.to_text(now),
        "until": times.to_text(now + timedelta(seconds=seconds)),
        "state": webhook.state,
        "position": webhook.position,
        "done": list(webhook.done),
        "failures": webhook.failures,
        "restingUntil": webhook.resting_until,
        "nextAttemptAt": webhook.next_attempt_at,
        "lastError": webhook.last_error,
        "attempts": orjson.dumps([astuple(attempt) for attempt in webhook.attempts]).decode(),
    }

    async def work(transaction: Transaction) -> int | None:
        revision: int | None = await transaction.run(_SAVE, **parameters)
        if revision is not None:
            await deliveries.save(transaction, progress)
        return revision

    return await graph.write(work)


async def release(graph: Graph, *, owner: str) -> None:
    """Give up all leases of `owner`, so that another process need not wait for their end."""
    await graph.execute(_RELEASE, owner=owner)


async def enable(graph: Graph, id_: str) -> Webhook | None:
    """Send again now, from the place that was kept, and try anew what failed; None if there is no such
    webhook."""
    await deliveries.hasten(graph, id_)
    row = await graph.execute(_ENABLE, id=id_)
    return None if row is None else _webhook(row)


async def rotate_secret(graph: Graph, id_: str, *, secret: str, until: datetime) -> Webhook | None:
    """Sign with another secret, and with the one of now as well until that moment; None if there is no such
    webhook."""
    row = await graph.execute(_ROTATE, id=id_, secret=secret, until=times.to_text(until))
    return None if row is None else _webhook(row)


async def delete(graph: Graph, id_: str) -> bool:
    """Remove a webhook and its deliveries; False if there is none with that id."""
    deleted = await graph.execute(_DELETE, id=id_) is not None
    # Nobody adds to them now: who delivers has lost its lease with the webhook.
    await deliveries.delete_all(graph, id_)
    return deleted


def _webhook(row: Sequence[Any]) -> Webhook:
    id_, url, secret, old, old_until, kinds, except_source, state, position, done, *rest = row
    failures, resting_until, next_attempt_at, last_error, attempts, revision, created_at = rest
    return Webhook(
        id=id_,
        url=url,
        secret=secret,
        old_secret=old,
        old_secret_until=old_until,
        kinds=tuple(EventKind(kind) for kind in kinds),
        except_source=except_source,
        state=WebhookState(state),
        position=position,
        done=tuple(done),
        failures=failures,
        resting_until=resting_until,
        next_attempt_at=next_attempt_at,
        last_error=last_error,
        attempts=tuple(Attempt(*attempt) for attempt in orjson.loads(attempts or "[]")),
        revision=revision,
        created_at=created_at,
    )
