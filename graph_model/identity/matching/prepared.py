"""What comparing a record needs again and again, worked out once."""

from __future__ import annotations

from dataclasses import dataclass

from graph_model.identity.matching.features import Features, Party

ACCOUNT_TYPES = frozenset({"CUSTOMER_NUMBER", "LOYALTY_NUMBER", "LOGIN"})
"""Numbers and names of accounts: two of one issuer may be one person's, so unequal ones say nothing."""
DEVICE_TYPES = frozenset({"DEVICE", "COOKIE"})
"""What names a browser or an app: several people may use it, so it links devices only."""


@dataclass(slots=True)
class Prepared:
    """`official` are the values of official numbers by type and issuer, `devices` and `accounts` whole keys
    of identifiers."""

    features: Features
    person: bool
    device: bool
    official: dict[str, tuple[str, ...]]
    accounts: frozenset[str]
    devices: frozenset[str]


def prepare(features: Features) -> Prepared:
    """Sorts the identifiers of a record by what they mean."""
    official: dict[str, tuple[str, ...]] = {}
    accounts: set[str] = set()
    devices: set[str] = set()
    for key in features.identifiers:
        kind, _, rest = key.partition("|")
        if kind in ACCOUNT_TYPES:
            accounts.add(key)
        elif kind in DEVICE_TYPES:
            devices.add(key)
        else:
            issuer, _, value = rest.partition("|")
            of_type = f"{kind}|{issuer}"
            official[of_type] = (*official.get(of_type, ()), value)
    return Prepared(
        features,
        features.party is Party.PERSON,
        features.party is Party.DEVICE,
        official,
        frozenset(accounts),
        frozenset(devices),
    )
