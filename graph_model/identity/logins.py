"""Logins on devices: who signs in on a device uses it, from then on and before.

A device's record keeps every login that was ever seen with it, and SIGNED_IN leads to each. It does not
carry them: a login is its owner's, however many devices they have, so devices count for no cap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import LiteralString

from graph_model.graph import Transaction
from graph_model.identity.candidates import Pair
from graph_model.identity.matching.features import Features, Party
from graph_model.metadata.objects import IdentifierType

_PREFIX = f"{IdentifierType.LOGIN}|"
MARK = f'"{_PREFIX}'
"""What packed features hold if there is a login among them."""

_SAVE: LiteralString = """
UNWIND $rows AS row
MATCH (d:SourceRecord {key: row[0]})
MERGE (x:Identifier {key: row[1]})
ON CREATE SET x.type = row[2], x.issuer = row[3], x.value = row[4]
MERGE (d)-[s:SIGNED_IN]->(x)
ON CREATE SET s.since = $time
RETURN count(s)
"""

_PARTNERS: LiteralString = """
RETURN [login IN $logins | [
  COLLECT { MATCH (:Identifier {key: login})<-[:CARRIES]-(r:SourceRecord) RETURN r.key LIMIT $most },
  COLLECT { MATCH (:Identifier {key: login})<-[:SIGNED_IN]-(d:SourceRecord) RETURN d.key }]]
"""


def logins_of(features: Features) -> frozenset[str]:
    """The logins of a record, as keys of identifiers: those it carries, or those seen with a device."""
    return frozenset(key for key in features.identifiers if key.startswith(_PREFIX))


def shared_by(one: Features, other: Features) -> bool:
    """Whether the one is a device, and the other carries a login that was seen with it."""
    if (one.party is Party.DEVICE) == (other.party is Party.DEVICE):
        return False
    return not logins_of(one).isdisjoint(logins_of(other))


async def save(transaction: Transaction, features: Mapping[str, Features], *, time: str) -> None:
    """Note the logins that were seen with devices, by the devices' keys."""
    rows = [
        [key, login, *login.split("|", 2)]
        for key, item in sorted(features.items())
        if item.party is Party.DEVICE
        for login in sorted(logins_of(item))
    ]
    if rows:
        await transaction.run(_SAVE, rows=rows, time=time)


async def partners(transaction: Transaction, logins: Iterable[str], cap: int) -> set[Pair]:
    """The pairs of a device and a record that carries a login seen with it. A login that more records carry
    than the cap is nobody's."""
    wanted = sorted(set(logins))
    if not wanted:
        return set()
    found = await transaction.run(_PARTNERS, logins=wanted, most=cap + 1)
    return {
        (record, device) if record < device else (device, record)
        for records, devices in found
        if len(records) <= cap
        for record in records
        for device in devices
    }
