"""The population as columns: one row for each record that is matched, normalised as matching sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from graph_model.identity.candidates import IDENTIFIER, Mark
from graph_model.identity.components import Member
from graph_model.identity.logins import logins_of
from graph_model.identity.matching.features import Features, Party, unpack
from graph_model.identity.matching.prepared import prepare
from graph_model.identity.rulesets.active import Loaded
from graph_model.identity.subjects import caps, findable, matching_features, takes_part

_TEXTS = pa.list_(pa.string())
_NAME = pa.struct([(part, pa.string()) for part in ("first", "middle", "last", "suffix")])
_ADDRESS = pa.struct(
    [
        (part, pa.string())
        for part in ("house", "street", "locality", "city", "postal_code", "state", "country", "unit")
    ]
)
SCHEMA = pa.schema(
    [
        ("unique_id", pa.string()),
        ("party", pa.string()),
        ("names", pa.list_(_NAME)),
        ("organizations", _TEXTS),
        ("birth_dates", _TEXTS),
        ("birth_place", pa.string()),
        ("gender", pa.string()),
        ("emails", _TEXTS),
        ("phones", _TEXTS),
        ("addresses", pa.list_(_ADDRESS)),
        ("official", _TEXTS),
        ("accounts", _TEXTS),
        ("keys", _TEXTS),
    ]
)
"""The columns of the export. What a record does not say is null; `official` and `accounts` are its numbers
that prove something or belong to an account, `keys` are the blocking keys and identifiers that count."""


@dataclass(frozen=True, slots=True)
class Matched:
    """A record that takes part in matching: what of it counts, and what it is found by."""

    features: Features
    keys: tuple[str, ...]


def matched(loaded: Loaded, members: Mapping[str, Member]) -> dict[str, Matched]:
    """The records of a whole population that take part in matching, by key. How many records hold a key or
    an identifier, which decides whether it counts, is counted among them."""
    said = {key: unpack(member.features) for key, member in members.items()}
    found = {
        key: findable(member.source, said[key], member.identifiers, loaded) for key, member in members.items()
    }
    holders = Counter(mark for each in found.values() for mark in each.holds)
    # A login that was seen on devices is theirs to be found by, but they count for no cap.
    seen = {
        key: {(IDENTIFIER, login) for login in logins_of(features)}
        for key, features in said.items()
        if features.party is Party.DEVICE
    }
    signed_in = {mark for marks in seen.values() for mark in marks}
    allowed = caps(loaded)
    counting = {
        mark
        for mark, count in holders.items()
        if count + (mark in signed_in) > 1 and count <= allowed.of(mark)
    }
    generic = {
        mark[1] for mark, count in holders.items() if mark[0] == IDENTIFIER and count > allowed.of(mark)
    }
    return {
        key: Matched(
            matching_features(said[key], loaded, [name for name in member.identifiers if name in generic]),
            tuple(sorted(_text(mark) for mark in (found[key].sought | seen.get(key, set())) & counting)),
        )
        for key, member in members.items()
        if takes_part(member.source, said[key], loaded)
    }


def _text(mark: Mark) -> str:
    return f"{mark[0]}:{mark[1]}"


def columns(each: Matched) -> dict[str, Any]:
    """The row of a record."""
    features = each.features
    prepared = prepare(features)
    is_person = features.party is Party.PERSON
    official = [f"{kind}|{value}" for kind, values in prepared.official.items() for value in values]
    return {
        "unique_id": features.key,
        "party": features.party.value,
        "names": [asdict(name) for name in features.names] if is_person else None,
        "organizations": features.organizations,
        "birth_dates": features.birth_dates if is_person else None,
        "birth_place": features.birth_place if is_person else None,
        "gender": features.gender if is_person else None,
        "emails": features.emails,
        "phones": features.phones,
        "addresses": [asdict(address) for address in features.addresses],
        "official": official,
        "accounts": sorted(prepared.accounts),
        "keys": each.keys,
    }


def table(records: Sequence[Matched]) -> pa.Table:
    """The records as a table of `SCHEMA`."""
    rows = [{name: value or None for name, value in columns(each).items()} for each in records]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def write(records: Sequence[Matched], path: Path) -> None:
    """Write the table as a Parquet file."""
    pq.write_table(table(records), path, compression="zstd")
