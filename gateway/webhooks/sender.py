"""One attempt to send an event to a webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import aiohttp

from gateway.webhooks.envelope import CONTENT_TYPE, envelope
from gateway.webhooks.schedule import retry_after
from gateway.webhooks.signing import signed_headers
from graph_model import times
from graph_model.events.model import Event
from graph_model.webhooks.model import Webhook

USER_AGENT = "identity-gateway"

_GONE = 410
_MAY_NAME_A_TIME = frozenset({429, 503})
_ANSWER_LIMIT = 4_096


@dataclass(frozen=True, slots=True)
class Outcome:
    """`error` is None for an event that was taken, else a few words that hold nothing personal. A `final`
    failure is not tried again, another one not before `retry_after` seconds."""

    error: str | None = None
    final: bool = False
    retry_after: float = 0.0

    @property
    def kind(self) -> str:
        """`taken`, or the error as one of a few: statuses by their first digit."""
        if self.error is None:
            return "taken"
        return f"{self.error[:6]}xx" if self.error.startswith("HTTP ") else self.error


def client_session(*, timeout: float, connections: int) -> aiohttp.ClientSession:
    """What webhooks are sent through: an attempt may take `timeout` seconds, one receiver's cookies are
    neither kept nor sent, and nothing that a receiver compressed is unpacked."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections),
        timeout=aiohttp.ClientTimeout(total=timeout),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT},
        auto_decompress=False,
    )


async def send(
    http: aiohttp.ClientSession,
    webhook: Webhook,
    event: Event,
    *,
    source: str,
    now: datetime,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Outcome:
    """Send the event once, with these further headers. Only a status from 200 to 299 is a success; redirects
    are not followed."""
    body = envelope(event, source=source)
    signed = signed_headers(
        *webhook.secrets(times.to_text(now)), message_id=event.id, timestamp=int(now.timestamp()), body=body
    )
    headers = {**headers, **signed, "Content-Type": CONTENT_TYPE}
    try:
        async with http.post(webhook.url, data=body, headers=headers, allow_redirects=False) as response:
            # A short answer is read to its end, so that the connection can serve the next event. What it
            # says, or whether it ever ends, changes nothing.
            with suppress(asyncio.IncompleteReadError, aiohttp.ClientError, TimeoutError):
                await response.content.readexactly(_ANSWER_LIMIT)
            return _judge(response, now)
    # A host name that cannot be encoded is a ValueError.
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Outcome(_in_words(error))


def _judge(response: aiohttp.ClientResponse, now: datetime) -> Outcome:
    if 200 <= response.status < 300:
        return Outcome()
    wait = 0.0
    if response.status in _MAY_NAME_A_TIME:
        wait = retry_after(response.headers.get("Retry-After", ""), now)
    return Outcome(f"HTTP {response.status}", final=response.status == _GONE, retry_after=wait)


def _in_words(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "timeout"
        case aiohttp.ClientConnectorDNSError():
            return "host not found"
        case aiohttp.ClientConnectorCertificateError():
            return "certificate not valid"
        case aiohttp.ClientSSLError():
            return "TLS failed"
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            return "connection refused"
        case aiohttp.ClientConnectorError():
            return "connection failed"
        case aiohttp.ClientConnectionError() | OSError():
            return "connection lost"
        case aiohttp.ClientResponseError():
            return "not an HTTP response"
        case _:
            return "address not usable"
