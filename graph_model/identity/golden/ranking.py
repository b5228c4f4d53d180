"""The reconciliation rules: of all that records say of one field, which comes first.

Every rule ends the same way: of what is equal by it the record that was updated last, of those the value that
comes first in the alphabet. So the order in which records are looked at never matters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from graph_model.folding import fold
from graph_model.identity.golden.model import GoldenSource, GoldenValue
from graph_model.identity.rulesets.model import Reconcile, ReconciliationRule

CORRECTIONS = ReconciliationRule()
"""Of several corrections the newest counts."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one record says of a field: a value, or None, that there is none. `texts` are what the value is
    read by (one, or the parts of an address), and `form` is equal for values that count as the same. What
    `doubtful` is cannot be what its field says. `modified_at` is when its source last changed it."""

    value: GoldenValue | None
    texts: tuple[str, ...]
    form: tuple[str, ...]
    record: GoldenSource
    modified_at: str
    doubtful: bool = False


def says(record: GoldenSource, value: GoldenValue | None, *texts: str, at: str | None = None) -> Said:
    """What a record says, since `at`, else since the record was modified; values that differ in case alone
    are the same."""
    return Said(value, texts, tuple(map(fold, texts)), record, at or record.modified_at)


def ranked(said: Iterable[Said], rule: ReconciliationRule) -> list[Said]:
    """Everything said, the winner first."""
    order = list(said)
    if len(order) < 2:
        return order
    order.sort(key=_alphabetical)
    order.sort(key=_modified_at, reverse=True)
    if rule.rule is not Reconcile.LAST_UPDATED:
        order.sort(key=_merit(order, rule), reverse=True)
    return order


def _alphabetical(item: Said) -> tuple[bool, tuple[str, ...], tuple[str, ...], str]:
    """That there is no value comes behind all values."""
    return item.value is None, item.form, item.texts, item.record.key


def _modified_at(item: Said) -> str:
    return item.modified_at


def _merit(said: list[Said], rule: ReconciliationRule) -> Callable[[Said], int]:
    """How good something said is by the rule; the more the better."""
    match rule.rule:
        case Reconcile.MOST_FREQUENT:
            votes = Counter(item.form for item in said)
            return lambda item: votes[item.form]
        case Reconcile.SOURCE_PRIORITY:
            places = {source: place for place, source in enumerate(reversed(rule.sources), start=1)}
            return lambda item: places.get(item.record.source, 0)
        case Reconcile.LONGEST:
            return lambda item: sum(map(len, item.texts))
        case Reconcile.MOST_COMPLETE:
            return lambda item: sum(value is not None for value in item.record.fields.values())
    return lambda _: 0
