"""How fast a client may spend points: a token bucket for each, in points of `gateway.graphql.cost`."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many points a second, and at most `burst` of them saved up."""

    points: float
    burst: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """The points that were in a bucket at a moment, in seconds of any clock."""

    level: float
    at: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a client may spend: whether this was `granted`, and how many points are `remaining`; seconds until
    it would be granted (`retry_after`) and until all points are back (`reset`); the `rate` of it all."""

    granted: bool
    remaining: int
    retry_after: float
    reset: float
    rate: Rate

    def headers(self) -> Mapping[str, str]:
        """`RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10), in points."""
        window = math.ceil(self.rate.burst / self.rate.points)
        return {
            "ratelimit": f'"points";r={self.remaining};t={math.ceil(self.reset)}',
            "ratelimit-policy": f'"points";q={self.rate.burst};w={window}',
        }


def spend(bucket: Bucket, points: int, now: float, rate: Rate) -> tuple[Bucket, Allowance]:
    """The bucket afterwards, and what came of it. What costs more than a full bucket takes all of it."""
    level = min(rate.burst, bucket.level + (now - bucket.at) * rate.points)
    wanted = min(points, rate.burst)
    granted = level >= wanted
    after = level - wanted if granted else level
    allowance = Allowance(
        granted=granted,
        remaining=math.floor(after),
        retry_after=0 if granted else (wanted - level) / rate.points,
        reset=(rate.burst - after) / rate.points,
        rate=rate,
    )
    return Bucket(after, now), allowance


class RateLimiter:
    """A bucket for each client; the least recently used ones are forgotten beyond `max_clients`."""

    def __init__(
        self, rate: Rate, *, max_clients: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._max_clients = max_clients
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def spend(self, client: str, points: int) -> Allowance:
        """Takes the points from the client's bucket, if there are as many in it."""
        now = self._clock()
        bucket = self._buckets.get(client) or Bucket(self._rate.burst, now)
        self._buckets[client], allowance = spend(bucket, points, now, self._rate)
        self._buckets.move_to_end(client)
        if len(self._buckets) > self._max_clients:
            self._buckets.popitem(last=False)
        return allowance
