"""What the people of the sample bought: orders of regulars, of the silent, of newcomers and of guests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from gateway.sample.clock import REFERENCE, Clock, timestamp
from gateway.sample.contacts import Contact
from gateway.sample.countries import Country
from gateway.sample.wares import WARES

Record = dict[str, Any]

SILENT_CUSTOMERS = 16
REGULAR_SHARE = 0.42
NEWCOMER_SHARE = 0.12
VALUABLE_CENTS = 50_000
"""From this lifetime value on a customer is called valuable, in cents."""


@dataclass(slots=True)
class Orders:
    """Draws orders one at a time; each is a record still without its id."""

    rng: Random
    clock: Clock

    def of_customer(self, contacts: Sequence[Contact], *, silent: bool) -> list[Record]:
        """All orders of one shop customer, who may have registered twice."""
        kind = self.rng.random()
        if silent:
            return self._valuable_and_silent(contacts)
        if kind < REGULAR_SHARE:
            return self._regular(contacts)
        if kind < REGULAR_SHARE + NEWCOMER_SHARE:
            return [self._order(self._whose(contacts), contacts[0], self.clock.between(1, 30))]
        return self._small_and_lapsed(contacts)

    def of_guest(self, email: str, country: Country) -> Record:
        """One small order for which nothing but an e-mail address was given."""
        return self._record({"email": email}, country, self.clock.between(1, 700), most_cents=20_000)

    def _valuable_and_silent(self, contacts: Sequence[Contact]) -> list[Record]:
        orders: list[Record] = []
        total = 0
        while total < VALUABLE_CENTS * 11 // 10:
            ordered = self.clock.between(200, 900)
            order = self._order(self._whose(contacts), contacts[0], ordered, status="DELIVERED")
            total += int(order["total"].replace(".", ""))
            orders.append(order)
        return orders

    def _regular(self, contacts: Sequence[Contact]) -> list[Record]:
        latest = self._order(
            self._whose(contacts), contacts[0], self.clock.between(10, 150), status="DELIVERED"
        )
        earlier = [
            self._order(self._whose(contacts), contacts[0], self.clock.between(20, 1200))
            for _ in range(self.rng.randint(3, 12))
        ]
        return [*earlier, latest]

    def _small_and_lapsed(self, contacts: Sequence[Contact]) -> list[Record]:
        return [
            self._order(self._whose(contacts), contacts[0], self.clock.between(200, 1300), most_cents=20_000)
            for _ in range(self.rng.choice((0, 1, 1, 2)))
        ]

    def _whose(self, contacts: Sequence[Contact]) -> Record:
        contact = self.rng.choice(contacts)
        if contact.emails and self.rng.random() < 0.06:
            return {"email": contact.emails[0]}
        whose: Record = {"customerNumber": contact.customer_number}
        if contact.devices and self.rng.random() < 0.4:
            whose["deviceId"] = contact.devices[0]
        return whose

    def _order(
        self,
        whose: Record,
        contact: Contact,
        ordered: datetime,
        *,
        status: str | None = None,
        most_cents: int = 100_000,
    ) -> Record:
        return self._record(whose, contact.person.country, ordered, status=status, most_cents=most_cents)

    def _record(
        self,
        whose: Record,
        country: Country,
        ordered: datetime,
        *,
        status: str | None = None,
        most_cents: int,
    ) -> Record:
        basket = list(self._basket(most_cents))
        total = sum(basket)
        return {
            "modifiedAt": timestamp(self.clock.after(ordered, 12)),
            **whose,
            "orderedAt": timestamp(ordered),
            "total": f"{total // 100}.{total % 100:02d}",
            "currency": country.currency,
            "status": status or self._status(ordered),
            "itemCount": len(basket),
        }

    def _basket(self, most_cents: int) -> Iterator[int]:
        wanted = self.rng.choices((1, 2, 3, 4), (55, 25, 12, 8))[0]
        affordable = [ware.cents for ware in WARES if ware.cents <= most_cents // wanted]
        yield from self.rng.choices(affordable, k=wanted)

    def _status(self, ordered: datetime) -> str:
        age = REFERENCE - ordered
        if age < timedelta(days=2):
            return "PLACED"
        if age < timedelta(days=6):
            return "SHIPPED"
        return self.rng.choices(("DELIVERED", "RETURNED", "CANCELLED"), (90, 6, 4))[0]
