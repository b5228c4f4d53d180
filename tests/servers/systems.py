"""The systems around a gateway, each a small real client and, where it is told of events, a real server."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any, Self

import httpx
from aiohttp import web

from tests.servers.gateway import GatewayProcess

Row = dict[str, Any]

REGISTER = """
mutation ($input: RegisterWebhookInput!) {
  registerWebhook(input: $input) { webhook { id } secret userErrors { code path } }
}
"""
PERSON = """
query ($id: ID!) {
  individual(by: {id: $id}) { id firstName lastName displayName emails mergedIds }
}
"""
PROPERTY = """
query ($id: ID!) {
  individual(by: {id: $id}) {
    id displayName accounts { recordId name industry } opportunities { recordId name stage }
  }
}
"""


def now() -> str:
    return datetime.now(UTC).isoformat()


class System:
    """Whoever sends records to the gateway, over plain HTTP, and asks it over GraphQL."""

    def __init__(self, gateway: GatewayProcess, source: str) -> None:
        self.gateway = gateway
        self.source = source
        self._requests = count(1)

    async def send(self, object_name: str, *rows: Row) -> list[Row]:
        """Send rows, each of which must be taken; a line of the answer for each."""
        body = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        headers = {
            "content-type": "application/x-ndjson",
            "idempotency-key": f"{self.source}-{id(self)}-{next(self._requests)}",
        }
        path = f"/ingest/{self.source}/{object_name}"
        response = await self.gateway.client.post(path, content=body, headers=headers)
        assert response.status_code == 200, response.text
        *lines, last = [json.loads(line) for line in response.text.splitlines()]
        assert last["summary"]["complete"], last
        assert [line["errors"] for line in lines] == [[]] * len(rows), lines
        return lines

    async def ask(self, document: str, **variables: Any) -> Any:
        """The data of a query."""
        return await self.gateway.query(document, **variables)


class Listening(System):
    """A system that is told of events. It takes each event once, by its `webhook-id`, and answers when it has
    done what follows from it; `stumbles` is how many of its next answers are lost after that."""

    def __init__(self, gateway: GatewayProcess, source: str) -> None:
        super().__init__(gateway, source)
        self.events: list[Row] = []
        self.repeated: Counter[str] = Counter()
        self.stumbles = 0
        self._secret = ""
        self._done: dict[str, asyncio.Task[None]] = {}

    async def listen(self, *kinds: str) -> None:
        """Ask for events of these kinds, but for those that only this system's own records caused."""
        given = {"url": self._url, "kinds": kinds, "exceptSource": self.source}
        payload = (await self.ask(REGISTER, input=given))["registerWebhook"]
        assert payload["userErrors"] == []
        self._secret = payload["secret"]

    async def react(self, event: Row) -> None:
        """Do what follows from an event that came for the first time."""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/events", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0]
        self._url = f"http://{host}:{port}/events"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self._is_genuine(request, body):
            return web.Response(status=401)
        id_ = request.headers["webhook-id"]
        if id_ in self._done:
            self.repeated[id_] += 1
        else:
            self._done[id_] = asyncio.create_task(self._react(json.loads(body)))
        try:
            await asyncio.shield(self._done[id_])
        except httpx.HTTPError:
            # The gateway was away: it sends the event again.
            del self._done[id_]
            return web.Response(status=503)
        if self.stumbles:
            self.stumbles -= 1
            return web.Response(status=500)
        return web.Response(status=204)

    async def _react(self, event: Row) -> None:
        await self.react(event)
        self.events.append(event)

    def _is_genuine(self, request: web.Request, body: bytes) -> bool:
        """Whether the gateway signed it, as Standard Webhooks says."""
        id_, moment = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        key = base64.b64decode(self._secret.removeprefix("whsec_"))
        signed = b".".join((id_.encode(), moment.encode(), body))
        expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        return f"v1,{expected}" in request.headers["webhook-signature"].split()

    def told_of(self, individual: str) -> list[tuple[str, set[str]]]:
        """The events about an individual that came: what happened, and whose records caused it."""
        return [
            (event["type"], {record["source"] for record in event["data"].get("records", ())})
            for event in self.events
            if event.get("subject") == individual
        ]


class Portal(System):
    """The customer portal: customers open cases there."""

    def __init__(self, gateway: GatewayProcess) -> None:
        super().__init__(gateway, "portal")

    async def open_case(self, number: str, email: str, subject: str) -> Row:
        (line,) = await self.send(
            "Case",
            {
                "id": number,
                "email": email,
                "subject": subject,
                "status": "NEW",
                "channel": "PORTAL",
                "openedAt": now(),
            },
        )
        return line


class ServiceCenter(System):
    """The service center: it reads the profile of who calls."""

    def __init__(self, gateway: GatewayProcess) -> None:
        super().__init__(gateway, "service")

    async def profile(self, email: str) -> Row:
        document = """
        query ($email: String!) {
          individual(by: {identifier: {type: EMAIL, value: $email}}) {
            id displayName cases { recordId subject status channel }
          }
        }
        """
        found: Row = (await self.ask(document, email=email))["individual"]
        return found


class App(Listening):
    """The mobile app: people register there, and it keeps under which universal id they are known."""

    def __init__(self, gateway: GatewayProcess) -> None:
        super().__init__(gateway, "app")

    async def register(self, user: str, **person: str) -> Row:
        (line,) = await self.send("Individual", {"id": user, "modifiedAt": now(), **person})
        return line


class Crm(Listening):
    """The CRM: it keeps a contact of every person, with the universal id in a field of its own, and sends
    back whatever it wrote, as any change of a contact."""

    MAPPING: Sequence[Row] = [
        {"field": "firstName", "from": ["FirstName"]},
        {"field": "lastName", "from": ["LastName"]},
        {"field": "email", "from": ["Email"]},
        {"field": "customerNumber", "from": ["Id"]},
        {
            "field": "partyIdentifications",
            "parts": [
                {"field": "type", "constant": "UNIVERSAL_ID"},
                {"field": "number", "from": ["UniversalId__c"]},
            ],
        },
    ]

    def __init__(self, gateway: GatewayProcess) -> None:
        super().__init__(gateway, "crm")
        self.contacts: dict[str, Row] = {}
        self.inserted: Counter[str] = Counter()
        self._numbers = count(1)

    async def introduce(self) -> None:
        """Register the CRM as a source: Salesforce's objects, and contacts with the universal id."""
        contact = {
            "name": "Contact",
            "primaryKey": "Id",
            "modifiedField": ["SystemModstamp"],
            "targets": [{"object": "Individual", "fields": self.MAPPING}],
        }
        document = """
        mutation ($input: RegisterSourceInput!) {
          registerSource(input: $input) { source { name version } userErrors { code message path } }
        }
        """
        given = {
            "name": self.source,
            "template": "SALESFORCE_CRM",
            "defaultCurrency": "EUR",
            "objects": [contact],
        }
        payload = (await self.ask(document, input=given))["registerSource"]
        assert payload["userErrors"] == [], payload

    async def react(self, event: Row) -> None:
        person = (await self.ask(PERSON, id=event["subject"]))["individual"]
        if person is None or not person["emails"]:
            return
        for merged in person["mergedIds"]:
            self.contacts.pop(merged, None)
        before = self.contacts.get(person["id"])
        contact = {
            "Id": before["Id"] if before else f"003{next(self._numbers):015}",
            "FirstName": person["firstName"],
            "LastName": person["lastName"],
            "Email": person["emails"][0],
            "UniversalId__c": person["id"],
        }
        self.inserted[person["id"]] += before is None
        self.contacts[person["id"]] = contact
        await self.send("Contact", contact | {"SystemModstamp": now()})


class MasterData(Listening):
    """The master-data system: one entry for each person and organisation, with what they own."""

    def __init__(self, gateway: GatewayProcess) -> None:
        super().__init__(gateway, "mdm")
        self.entries: dict[str, Row] = {}
        self.inserted: Counter[str] = Counter()

    async def react(self, event: Row) -> None:
        if (individual := event.get("subject")) is None:
            return
        entry = (await self.ask(PROPERTY, id=individual))["individual"]
        if entry is None:
            return
        if entry["id"] not in self.entries:
            self.inserted[entry["id"]] += 1
        self.entries[entry["id"]] = entry
