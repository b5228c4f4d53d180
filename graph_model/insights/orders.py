"""What orders come to, kept up with each order: an individual with ten thousand costs what one with one does.

Amounts are whole millionths, so that sums do not depend on an order of adding up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

import orjson

from graph_model.insights.model import MILLION, ORDERS, OrderTotals

UNCOUNTED = ("CANCELLED", "RETURNED")
"""The states in which an order counts for nothing."""
_NO_CURRENCY = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """What an order adds: an amount in millionths, in a currency (empty: none), and its moment."""

    currency: str
    amount: int
    ordered_at: str | None


def counted(object_type: str, fields: Mapping[str, Any]) -> Counted | None:
    """What the fields of a business object of this type add to its individual's orders."""
    if object_type != ORDERS or fields.get("status") in UNCOUNTED:
        return None
    total = fields.get("total")
    amount = 0 if total is None else int(Decimal(str(total)) * MILLION)
    ordered_at = fields.get("orderedAt")
    return Counted(fields.get("currency") or _NO_CURRENCY, amount, ordered_at)


@dataclass(slots=True)
class Orders:
    """The orders of one trace: how many and how much by currency, and the moment of the last one."""

    sums: dict[str, list[int]] = field(default_factory=dict)
    last: str | None = None

    def add(self, order: Counted) -> None:
        """Count an order in."""
        found = self.sums.setdefault(order.currency, [0, 0])
        found[0] += 1
        found[1] += order.amount
        if order.ordered_at is not None and (self.last is None or order.ordered_at > self.last):
            self.last = order.ordered_at

    def take(self, order: Counted) -> bool:
        """Count an order out; whether it may have been the last one, which has to be looked for then."""
        found = self.sums[order.currency]
        found[0] -= 1
        found[1] -= order.amount
        if not found[0]:
            del self.sums[order.currency]
        return order.ordered_at == self.last

    def pack(self) -> str | None:
        """As it is stored; None for no orders."""
        return orjson.dumps([self.last, self.sums]).decode() if self.sums else None

    @classmethod
    def unpack(cls, packed: str | None) -> Self:
        """From how it is stored."""
        if packed is None:
            return cls()
        last, sums = orjson.loads(packed)
        return cls(sums, last)


def in_sum(packed: Iterable[str]) -> OrderTotals:
    """What the orders of several traces come to."""
    by_currency: dict[str, int] = {}
    moments: list[str] = []
    for orders in map(Orders.unpack, packed):
        for currency, (_, amount) in orders.sums.items():
            if currency != _NO_CURRENCY:
                by_currency[currency] = by_currency.get(currency, 0) + amount
        if orders.last is not None:
            moments.append(orders.last)
    return OrderTotals(by_currency, max(moments, default=None))
