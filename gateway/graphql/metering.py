"""Charging operations: whether one may cost what it costs, and whether its client may spend that now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.graphql.errors import Code, error
from gateway.graphql.rate import Allowance, RateLimiter
from resolvers.principal import DEVELOPMENT, Principal


@dataclass(slots=True)
class Charge:
    """The cost of an operation, in points; `allowance` is None where it was too high, or none are counted."""

    requested: int
    limit: int
    allowance: Allowance | None

    def extension(self) -> dict[str, int]:
        """The response's `extensions.cost`."""
        # What is left is in the RateLimit header: here it would change the entity tag of every answer.
        return {"requested": self.requested, "limit": self.limit}

    def refusal(self) -> dict[str, Any] | None:
        """The error for an operation that may not be executed; None for one that may."""
        if self.requested > self.limit:
            return error(
                f"The operation costs {self.requested} points; the limit is {self.limit}. "
                "Ask for shorter pages or fewer fields.",
                Code.QUERY_TOO_COMPLEX,
            )
        if self.allowance and not self.allowance.granted:
            return error(
                f"The operation costs {self.requested} points, of which {self.allowance.remaining} are left "
                "now; send it again later.",
                Code.RATE_LIMITED,
                retryAfter=round(self.allowance.retry_after, 3),
            )
        return None


@dataclass(frozen=True, slots=True)
class Meter:
    """Charges operations: each at most `limit` points, and no faster than the `limiter`, if any, allows.

    Clients are told apart by their principal; while that is everybody's, by their address.
    """

    limit: int = 500_000
    limiter: RateLimiter | None = None

    def charge(self, points: int, principal: Principal, address: str | None) -> Charge:
        """Takes the points from the client, unless the operation or the client is over its limit."""
        allowance = None
        if self.limiter and points <= self.limit:
            client = f"address {address}" if principal.id == DEVELOPMENT.id else f"principal {principal.id}"
            allowance = self.limiter.spend(client, points)
        return Charge(points, self.limit, allowance)
