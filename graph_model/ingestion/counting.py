"""How many records more, or less, a source has after a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from graph_model.records.model import STEWARD, Record


def record_counts(
    sent: Iterable[Record], written: Iterable[Record], there: Collection[str]
) -> Counter[tuple[str, str]]:
    """For each source and object of which records were `sent`, how many more there are once those `written`
    are; `there` are the keys of those that were, and were not deleted. Corrections are no source's."""
    more = Counter({(record.key.source, record.key.object): 0 for record in sent})
    for record in written:
        more[record.key.source, record.key.object] += (not record.deleted) - (str(record.key) in there)
    return Counter({key: number for key, number in more.items() if key[0] != STEWARD})
