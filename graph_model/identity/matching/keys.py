"""Blocking keys: two records are compared if they share one that few records carry.

A kind of key is a function from a record to its values of that kind. Names are taken by how they sound, and
the two parts of a name in an order of their own, so that a swap of first and last name changes nothing. Many
narrow kinds find more than a few broad ones: a key that too many records carry finds nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from itertools import zip_longest

from graph_model.identity.matching.comparisons import phonetic
from graph_model.identity.matching.features import Features
from graph_model.identity.matching.prepared import DEVICE_TYPES

MOST_KINDS = 16
"""Kinds of keys that a ruleset may choose: each is a property and an index of the graph."""
MOST_SETS = 24
"""Sets of keys of one record: what has more values than this of one kind is found by the first of them."""
_COMMON_WORDS = frozenset({"inc", "ltd", "llc", "gmbh", "corp", "company", "the", "and", "of"})

_Parts = list[tuple[str, str]]


def key_sets(features: Features, kinds: Sequence[str]) -> list[tuple[int | None, ...]]:
    """The record's keys as hashes, one slot for each kind, in as many sets as its most manifold kind has
    values. A hash is not negative and has 63 bits. Raises KeyError for an unknown kind."""
    parts = _name_parts(features)
    columns = [
        [_hash(kind, value) for value in dict.fromkeys(KEY_KINDS[kind](features, parts)) if value]
        for kind in kinds
    ]
    return list(zip_longest(*columns))[:MOST_SETS]


def key_values(features: Features, kind: str) -> frozenset[str]:
    """The record's keys of one kind in clear. Raises KeyError for an unknown kind."""
    return frozenset(value for value in KEY_KINDS[kind](features, _name_parts(features)) if value)


def exact_keys(features: Features) -> tuple[str, ...]:
    """What a record can be found by as it stands, as keys of identifiers (`type|issuer|value`)."""
    return (
        *(f"EMAIL||{value}" for value in features.emails),
        *(f"PHONE||{value}" for value in features.phones),
        *features.identifiers,
    )


def _hash(kind: str, value: str) -> int:
    digest = blake2b(f"{kind}\0{value}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _name_parts(features: Features) -> _Parts:
    """How each name sounds: its two parts, the lesser first; one known part stands for both."""
    found: _Parts = []
    for name in features.names:
        sounds = sorted(phonetic(part) for part in (name.first, name.last) if part)
        if sounds:
            found.append((sounds[0], sounds[-1]))
    for organization in features.organizations if not features.names else ():
        words = [word for word in organization.split() if word not in _COMMON_WORDS] or organization.split()
        sounds = sorted(phonetic(word) for word in words)
        found += zip(sounds, sounds[1:] or sounds, strict=False)
    return found


def _each(side: int, parts: _Parts, others: Iterable[str]) -> list[str]:
    values = [other for other in others if other]
    return [f"{pair[side]} {value}" for pair in parts for value in values]


def _names(_: Features, parts: _Parts) -> list[str]:
    return [f"{one} {other}" for one, other in parts if one != other]


def _initials(features: Features, _: _Parts) -> list[str]:
    return [
        " ".join(sorted((name.first[:3], name.last[:3])))
        for name in features.names
        if name.first and name.last
    ]


def _email(features: Features, _: _Parts) -> list[str]:
    return [local for local in (value.partition("@")[0] for value in features.emails) if len(local) > 2]


def _email_start(features: Features, _: _Parts) -> list[str]:
    return [f"{local[:5]}@{domain[:2]}" for local, _, domain in (x.partition("@") for x in features.emails)]


def _numbers(features: Features) -> list[tuple[str, str]]:
    parts = [key.split("|", 2) for key in features.identifiers]
    return [(kind, value) for kind, _, value in parts if kind not in DEVICE_TYPES and len(value) >= 5]


def _number_start(features: Features, _: _Parts) -> list[str]:
    return [f"{kind} {value[: (len(value) + 1) // 2]}" for kind, value in _numbers(features)]


def _number_end(features: Features, _: _Parts) -> list[str]:
    return [f"{kind} {value[len(value) // 2 :]}" for kind, value in _numbers(features)]


def _phone_end(features: Features, _: _Parts) -> list[str]:
    return [value[-7:] for value in features.phones]


def _years(features: Features) -> list[str]:
    return [date[:4] for date in features.birth_dates]


def _days(features: Features) -> list[str]:
    """Month and day in an order of their own, so that a swap changes nothing."""
    return [" ".join(sorted((date[5:7], date[8:10]))) for date in features.birth_dates]


def _streets(features: Features) -> list[str]:
    return [phonetic(address.street) for address in features.addresses if address.street]


def _house_streets(features: Features, _: _Parts) -> list[str]:
    return [
        f"{address.house} {phonetic(address.street)}"
        for address in features.addresses
        if address.house and address.street
    ]


def _places(features: Features) -> list[str]:
    return [address.postal_code or address.city for address in features.addresses]


def _dates(features: Features, _: _Parts) -> list[str]:
    return list(features.birth_dates)


def _with(side: int, others: Callable[[Features], list[str]]) -> Callable[[Features, _Parts], list[str]]:
    return lambda features, parts: _each(side, parts, others(features))


KEY_KINDS: dict[str, Callable[[Features, _Parts], list[str]]] = {
    "birth": _dates,
    "names": _names,
    "initials": _initials,
    "email": _email,
    "email_start": _email_start,
    "number_start": _number_start,
    "number_end": _number_end,
    "phone_end": _phone_end,
    "house_street": _house_streets,
    **{f"name{side + 1}_year": _with(side, _years) for side in (0, 1)},
    **{f"name{side + 1}_day": _with(side, _days) for side in (0, 1)},
    **{f"name{side + 1}_street": _with(side, _streets) for side in (0, 1)},
    **{f"name{side + 1}_place": _with(side, _places) for side in (0, 1)},
    **{f"name{side + 1}_birth_place": _with(side, lambda x: [x.birth_place]) for side in (0, 1)},
}
"""Every kind of key, by name."""
