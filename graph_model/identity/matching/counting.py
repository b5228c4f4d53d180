"""How often values occur among people: frequency tables, counted and blended with those that are shipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from graph_model.identity.matching.features import Features
from graph_model.identity.rulesets.model import FrequencyTable

FEW: Final = 100
LEAST: Final = 3
"""A value that fewer people have is not listed: it counts as seen once."""
UNSEEN: Final[dict[str, int]] = {
    "first_name": 500,
    "last_name": 500,
    "birth_date": 10_000,
    "birth_place": 100,
    "email": 20_000,
    "email_domain": 1_000,
    "phone": 20_000,
    "street": 20_000,
    "postal_code": 1_000,
    "city": 100,
    "organization": 2_000,
}
"""People that are added to those counted, for the values that the sample does not show: what was seen once
among a hundred is not carried by every hundredth. Where a table is shipped they have its names."""


def values(features: Features) -> Iterable[tuple[str, str]]:
    """Each value of a record that a table counts, with the table's name."""
    for name in features.names:
        yield "first_name", name.first
        yield "last_name", name.last
    for date in features.birth_dates:
        yield "birth_date", date
    yield "birth_place", features.birth_place
    for email in features.emails:
        yield "email", email
        yield "email_domain", email.rpartition("@")[2]
    for phone in features.phones:
        yield "phone", phone
    for address in features.addresses:
        if address.street:
            yield "street", f"{address.house} {address.street}".strip()
        yield "postal_code", address.postal_code
        yield "city", address.city
    for organization in features.organizations:
        yield "organization", organization


def count(
    people: Iterable[Sequence[Features]], shipped: Mapping[str, FrequencyTable]
) -> dict[str, FrequencyTable]:
    """Tables over people, each given by their records: what one person repeats counts once."""
    counts: dict[str, Counter[str]] = {table: Counter() for table in UNSEEN}
    totals: Counter[str] = Counter()
    for records in people:
        for table, value in {pair for record in records for pair in values(record) if pair[1]}:
            counts[table][value] += 1
            totals[table] += 1
    return {
        table: _blend(counts[table], totals[table], UNSEEN[table], shipped.get(table))
        for table in UNSEEN
        if totals[table]
    }


def _blend(counted: Counter[str], total: int, unseen: int, shipped: FrequencyTable | None) -> FrequencyTable:
    """The table of those counted and those added. A value that stands out in a small sample has the share
    that it has there, as far as more than two people carry it: so many might be chance."""
    size = total + unseen
    if shipped is None:
        sample = total + min(unseen, FEW)
        counts = {value: (number - 2) * size / sample + 2 for value, number in counted.items()}
    else:
        counts = {value: unseen * number / shipped.total for value, number in shipped.counts.items()}
        for value, number in counted.items():
            counts[value] = counts.get(value, 0.0) + number
    listed = {value: round(number) for value, number in sorted(counts.items()) if number >= LEAST - 0.5}
    return FrequencyTable(total=size, counts=listed)
