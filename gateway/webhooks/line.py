"""What is to be delivered to one webhook, in which order: rules on plain data, without a clock or a graph.

Events that are about the same, by `Event.lanes`, go one after the other; others do not wait for them. One
is *fresh* until its fate is known; what fails, and what waits beside that, is *held*: it is kept in the graph
as a `Delivery`, so that the webhook's position can go on. Both are bounded, and so is memory: where too many
are held, nothing more is read.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush

from gateway.webhooks.breaker import Breaker
from gateway.webhooks.schedule import Schedule
from gateway.webhooks.sender import Outcome
from graph_model import times
from graph_model.events.model import Event
from graph_model.webhooks.model import Attempt, Delivery, DeliveryState, Progress, Webhook, WebhookState

RECENT = 50
"""Attempts that are remembered of each webhook."""
AHEAD = 1_000
"""Most events that are settled before one that was read earlier."""


@dataclass(slots=True, eq=False)
class Item:
    """An event on its way. `event` is at hand unless it was loaded as a delivery; a `queued` one is first in
    all its lanes, and begins when it is due and there is room, or as a `probe` before that."""

    delivery: Delivery
    event: Event | None = None
    held: bool = False
    under_way: bool = False
    queued: bool = False
    probe: bool = False

    @property
    def sequence(self) -> int:
        """The event's number."""
        return self.delivery.sequence


class Line:
    """The line before one webhook.

    `held` are its open deliveries, the first in order; `more` says that there are others behind these.
    `at_once` bounds the attempts under way, `most_held` what is held.
    """

    def __init__(
        self,
        webhook: Webhook,
        held: Iterable[Delivery],
        *,
        more: bool,
        schedule: Schedule,
        at_once: int,
        most_held: int,
    ) -> None:
        resting = webhook.resting_until
        self._webhook = webhook
        self._more = more
        self._schedule = schedule
        self._at_once = at_once
        self._most_held = most_held
        self._breaker = Breaker(webhook.failures, times.from_text(resting) if resting else None)
        self._read = webhook.position
        self._done = set(webhook.done)
        self._attempts = deque(webhook.attempts, maxlen=RECENT)
        self._items: dict[int, Item] = {}
        self._fresh: dict[int, Item] = {}
        self._lanes: defaultdict[str, deque[Item]] = defaultdict(deque)
        self._startable: list[int] = []
        self._due: list[tuple[datetime, int]] = []
        self._under_way = 0
        self._created: dict[int, Item] = {}
        self._changed: dict[int, Item] = {}
        self._ended: dict[int, Item] = {}
        self.is_dirty = False
        """Whether there is progress to be saved at once, and not only with the next renewal of the lease."""
        for delivery in held:
            self._add(Item(delivery, held=True))

    @property
    def has_room(self) -> bool:
        """Whether another event may be offered."""
        held = len(self._items) - len(self._fresh)
        crowded = len(self._fresh) >= 4 * self._at_once or held >= self._most_held or len(self._done) >= AHEAD
        return not (self._more or crowded)

    @property
    def is_short(self) -> bool:
        """Whether deliveries that did not fit in are to be loaded now."""
        return self._more and len(self._items) <= self._most_held // 2

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._under_way

    def offer(self, event: Event) -> None:
        """Take the next event of the outbox into the line, or pass over it."""
        self._read = event.sequence
        if event.sequence in self._done or not self._webhook.wants(event):
            return
        item = Item(Delivery.of(event, self._webhook.id), event)
        self._fresh[item.sequence] = item
        is_behind_held = any(self._lanes[lane][-1].held for lane in event.lanes & self._lanes.keys())
        self._add(item)
        if is_behind_held:
            self._hold(item)

    def start(self, now: datetime) -> Iterator[Item]:
        """The events to attempt now, the first in order first; each is under way from then on."""
        while self._due and self._due[0][0] <= now:
            heappush(self._startable, heappop(self._due)[1])
        room = self._breaker.room(now, self._under_way, self._at_once)
        if room > 0 and self._breaker.is_open and not self._startable and self._due:
            # Whether the endpoint is up again need not wait for the schedule of a single event.
            number = heappop(self._due)[1]
            self._items[number].probe = True
            heappush(self._startable, number)
        while self._startable and room > 0 and self._webhook.state is WebhookState.ACTIVE:
            item = self._items[heappop(self._startable)]
            item.queued, item.under_way = False, True
            self._under_way += 1
            room -= 1
            yield item

    def next_start(self, now: datetime) -> datetime | None:
        """When `start` may give something more although nothing else happens until then."""
        resting = self._breaker.resting_until
        if self._startable:
            return resting if resting and resting > now else None
        alone = resting is not None and self._under_way
        if not self._due or alone or self._webhook.state is not WebhookState.ACTIVE:
            return None
        return resting or self._due[0][0]

    def put_back(self, item: Item) -> None:
        """The attempt was not made after all."""
        self._attempted(item)
        self._queue(item)

    def settle(self, item: Item, outcome: Outcome, began: datetime, ended: datetime) -> Delivery:
        """Note how an attempt ended, and answer with what becomes of the delivery."""
        self._attempted(item)
        self.is_dirty = True
        probe, item.probe = item.probe, False
        number = item.delivery.attempts + (not probe)
        self._note(item.delivery, number, outcome, began, ended)
        if outcome.error is None:
            item.delivery = replace(item.delivery, attempts=number)
            self._ended[item.sequence] = item
            if self._breaker.succeeded():
                self._hasten()
            return item.delivery
        about = item.delivery.individual_id or min(item.delivery.lanes)
        self._breaker.failed(about, ended, outcome.retry_after)
        if probe and not outcome.final:
            item.delivery = replace(item.delivery, last_error=outcome.error)
            self._hold(item)
            self._queue(item)
            return item.delivery
        delay = self._schedule.delay(number, at_least=outcome.retry_after)
        if outcome.final:
            # It is the endpoint that is gone, not the event: that is kept, with all behind it.
            self._webhook = replace(self._webhook, state=WebhookState.DISABLED)
            delay = delay or 0.0
        item.delivery = replace(
            item.delivery,
            state=DeliveryState.DEAD if delay is None else DeliveryState.RETRYING,
            attempts=number,
            next_attempt_at=None if delay is None else times.to_text(ended + timedelta(seconds=delay)),
            last_error=outcome.error,
            last_attempt_at=times.to_text(began),
        )
        self._hold(item)
        if delay is None:
            self._ended[item.sequence] = item
        else:
            self._queue(item)
        return item.delivery

    def progress(self) -> Progress:
        """What is to be saved now. What waits for something that ended goes on when `saved` is told of it: so
        of two events about the same the later one is never sent before it is certain that the earlier one
        is not sent again."""
        self.is_dirty = False
        ended, self._ended = self._ended, {}
        created, self._created = self._created, {}
        changed, self._changed = self._changed, {}
        for number in ended.keys() & self._fresh.keys():
            del self._fresh[number]
            self._done.add(number)
        position = next(iter(self._fresh), self._read + 1) - 1
        self._done = {number for number in self._done if number > position}
        taken = {number for number, item in ended.items() if item.delivery.state is not DeliveryState.DEAD}
        resting = self._breaker.resting_until
        upcoming = resting or (self._due[0][0] if self._due else None)
        self._webhook = replace(
            self._webhook,
            position=position,
            done=tuple(sorted(self._done)),
            failures=self._breaker.failures,
            resting_until=times.to_text(resting) if resting else None,
            next_attempt_at=times.to_text(upcoming) if upcoming else None,
            attempts=tuple(self._attempts),
        )
        return Progress(
            self._webhook,
            created=tuple(item.delivery for number, item in created.items() if number not in taken),
            changed=tuple(item.delivery for number, item in changed.items() if number not in taken),
            taken=tuple(ended[number].delivery.id for number in taken - created.keys() if ended[number].held),
            ended=tuple(ended),
        )

    def saved(self, progress: Progress) -> None:
        """Let go on what waited for what is saved now."""
        for number in progress.ended:
            item = self._items.pop(number)
            for lane in item.delivery.lanes:
                self._lanes[lane].popleft()
                if not self._lanes[lane]:
                    del self._lanes[lane]
            for lane in item.delivery.lanes & self._lanes.keys():
                self._queue(self._lanes[lane][0])

    def _add(self, item: Item) -> None:
        self._items[item.sequence] = item
        for lane in item.delivery.lanes:
            self._lanes[lane].append(item)
        self._queue(item)

    def _queue(self, item: Item) -> None:
        """Let an item begin when it is due, if it is first in all its lanes."""
        if item.under_way or item.queued or item.sequence in self._ended:
            return
        if all(self._lanes[lane][0] is item for lane in item.delivery.lanes):
            item.queued = True
            if (due := item.delivery.next_attempt_at) is None:
                heappush(self._startable, item.sequence)
            else:
                heappush(self._due, (times.from_text(due), item.sequence))

    def _hold(self, item: Item) -> None:
        """Keep an item in the graph, with all that shares a lane with it, so that a lane is held or not."""
        if item.held:
            self._changed[item.sequence] = item
            return
        holding = [item]
        while holding:
            item = holding.pop()
            if not item.held and item.sequence not in self._ended:
                item.held = True
                self.is_dirty = True
                self._created[item.sequence] = item
                del self._fresh[item.sequence]
                self._done.add(item.sequence)
                holding += (other for lane in item.delivery.lanes for other in self._lanes[lane])

    def _hasten(self) -> None:
        """The endpoint is up again: what failed while it was down need not wait any longer."""
        for _, number in self._due:
            item = self._items[number]
            item.delivery = replace(item.delivery, next_attempt_at=None)
            self._changed[number] = item
            heappush(self._startable, number)
        self._due.clear()

    def _attempted(self, item: Item) -> None:
        item.under_way = False
        self._under_way -= 1

    def _note(
        self, delivery: Delivery, number: int, outcome: Outcome, began: datetime, ended: datetime
    ) -> None:
        milliseconds = round((ended - began) / timedelta(milliseconds=1))
        self._attempts.append(
            Attempt(
                time=times.to_text(began),
                event_id=delivery.event_id,
                sequence=delivery.sequence,
                individual_id=delivery.individual_id,
                number=number,
                milliseconds=milliseconds,
                error=outcome.error,
            )
        )
        self._webhook = replace(self._webhook, last_error=outcome.error)
