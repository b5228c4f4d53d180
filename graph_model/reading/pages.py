"""A page of individuals: those that a filter holds for, in an order, from a place on, either way.

The order always ends with the id, so that a place in it is the values of one individual: it survives
inserts and deletes (a *keyset*). Nulls come last in either direction.

By id, and by one value with an index, a page costs the same wherever it lies, because it is read from the
index in its order. Neo4j does that for one comparison at a time, so a page by one value consists of
segments: the rest of those that share the place's value, then those beyond it, then those without a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from graph_model.filters.cypher import condition
from graph_model.filters.model import EVERYTHING, Filter
from graph_model.reading.cypher import Rendering, Scope, items
from graph_model.reading.shape import Shape, Value
from graph_model.reading.statement import Statement

Place: TypeAlias = Sequence[Any]
"""The values of an individual that its place in an order consists of; the id is the last."""

ID = Value("id")


@dataclass(frozen=True, slots=True)
class Key:
    """A value that individuals are ordered by, whether there may be none, and whether it has an index, in
    which the id follows it."""

    value: Value
    descending: bool = False
    nullable: bool = False
    indexed: bool = False


@dataclass(frozen=True, slots=True)
class PageOf:
    """Which page: of those that the filter holds for at this moment, ordered by `keys`, the last of which is
    the id; at most `limit` after and before these places (exclusive), the first of them or, `backwards`, the
    last, nearest to the end first. `placed`: each row ends with its place. `counted`: how many there are in
    all is asked for, too."""

    now: datetime
    keys: tuple[Key, ...] = (Key(ID),)
    filter: Filter = EVERYTHING
    after: Place | None = None
    before: Place | None = None
    backwards: bool = False
    limit: int = 20
    placed: bool = True
    counted: bool = False


class Pages:
    """The statements for pages of one shape; what they have in common is rendered once."""

    def __init__(self, shape: Shape) -> None:
        self._rendering = Rendering()
        self._items = items(shape, "p", self._rendering)

    def statement(self, page: PageOf, *, scans_in_order: bool = False) -> Statement:
        """The statement that answers with [rows, total or null]. `scans_in_order` is for an engine that reads
        an index in its order, but never sorts by one."""
        rendering = Rendering(dict(self._rendering.parameters), self._rendering.names)
        text = _Writing(page, scans_in_order, self._items, rendering).statement()
        return Statement(text, rendering.parameters)


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of the page: what is in it, and what orders it."""

    conditions: tuple[str, ...]
    keys: tuple[Key, ...]
    is_valued: bool = False
    """None of the keys is null here."""


@dataclass(slots=True)
class _Writing:
    page: PageOf
    scans_in_order: bool
    items: list[str]
    rendering: Rendering

    def statement(self) -> str:
        # With a filter it depends on the filter what index is best, if any.
        key, *others = self.page.keys
        in_segments = key.indexed and len(others) == 1 and self.page.filter == EVERYTHING
        segments = [*(self._one_value() if in_segments else self._whole())]
        limit = self.rendering.parameter(self.page.limit)
        found = self._single(segments[0], limit) if len(segments) == 1 else self._joined(segments, limit)
        place = [self._value(key) for key in self.page.keys] if self.page.placed else []
        # One list for each row: a list in it would cost as much again, here and wherever it is read.
        rows = f"collect([{', '.join([*self.items, *place])}])"
        if not self.page.counted:
            return f"{found}\nRETURN [{rows}, null]"
        return f"{found}\nWITH {rows} AS rows\nWITH rows, {self._total()} AS total\nRETURN [rows, total]"

    def _total(self) -> str:
        if self.page.filter != EVERYTHING:
            return f"COUNT {{ {self._match('q', ())} }}"
        # The engines know how many there are of a label; how many were merged or are gone an index tells.
        others = [
            f"COUNT {{ MATCH (q:Individual) WHERE q.status = '{status}' }}" for status in ("MERGED", "GONE")
        ]
        return " - ".join(("COUNT { MATCH (q:Individual) }", *others))

    def _match(self, node: str, conditions: Sequence[str]) -> str:
        return f"MATCH ({node}:Individual) WHERE {' AND '.join([*conditions, *self._conditions(node)])}"

    def _conditions(self, node: str) -> list[str]:
        """Who is on any page."""
        conditions = [f"{node}.status = 'ACTIVE'"]
        if self.page.filter != EVERYTHING:
            scope = Scope({"n": node})
            conditions.append(condition(self.page.filter, scope, self.rendering, self.page.now))
        return conditions

    def _single(self, segment: _Segment, limit: str) -> str:
        if not self.scans_in_order or self.page.keys != (Key(ID),) or self.page.backwards:
            found = self._match("p", segment.conditions)
            return f"{found}\nWITH p ORDER BY {self._order(segment)} LIMIT {limit}"
        # With any condition beside those on the id, the embedded engine does not go by the index.
        by_id, others = " AND ".join(segment.conditions), " AND ".join(self._conditions("p"))
        return f"MATCH (p:Individual) WHERE {by_id}\nWITH p WHERE {others}\nWITH p LIMIT {limit}"

    def _joined(self, segments: Sequence[_Segment], limit: str) -> str:
        """Later segments are read only if those before them do not fill the page."""
        clauses: list[str] = []
        names: list[str] = []
        for number, segment in enumerate(segments, start=1):
            found, order = self._match("p", segment.conditions), self._order(segment)
            subquery = f"COLLECT {{ {found} RETURN p ORDER BY {order} LIMIT {limit} }}"
            if names:
                size = " + ".join(f"size({name})" for name in names)
                subquery = f"CASE WHEN {size} < {limit} THEN {subquery} ELSE [] END"
            clauses.append(f"WITH {', '.join([*names, f'{subquery} AS s{number}'])}")
            names.append(f"s{number}")
        return "\n".join([*clauses, f"UNWIND ({' + '.join(names)})[0..{limit}] AS p"])

    def _whole(self) -> Iterator[_Segment]:
        """The page as one segment."""
        bounds = [*self._bounds(self.page.after, self._later), *self._bounds(self.page.before, self._earlier)]
        if len(self.page.keys) == 1 and self.page.after is None:
            # By it Neo4j sees that the index has the order.
            bounds.insert(0, "p.id > ''")
        yield _Segment(tuple(bounds), self.page.keys)

    def _one_value(self) -> Iterator[_Segment]:
        """The page by one value and the id, as segments in the order in which they are read."""
        key, id_ = self.page.keys
        value = self._value(key)
        start, end, step = self.page.after, self._bounds(self.page.before, self._earlier), self._later
        if self.page.backwards:
            start, end = self.page.before, self._bounds(self.page.after, self._later)
            step = self._earlier
        # That there is an id lets Neo4j go by the index of the two; were it compared, by the one of the id.
        valued = _Segment((f"{value} IS NOT NULL", "p.id IS NOT NULL", *end), self.page.keys, is_valued=True)
        without = _Segment((f"{value} IS NULL", "p.id > ''", *end), (id_,))
        nulls_ahead = [without] if key.nullable else []
        if start is None:
            yield from [*nulls_ahead, valued] if self.page.backwards else [valued, *nulls_ahead]
            return
        rest = (self._same(key, start[0]), *step(id_, start[1]), *end)
        if start[0] is None:
            yield _Segment(rest, (id_,))
            if self.page.backwards:
                yield valued
            return
        # Ordered by the value, too, although it is the same: by the id alone, Neo4j would sort.
        yield _Segment(rest, self.page.keys, is_valued=True)
        comparison = self._compared(key, start[0], later=not self.page.backwards)
        yield _Segment((comparison, "p.id IS NOT NULL", *end), self.page.keys, is_valued=True)
        if not self.page.backwards:
            yield from nulls_ahead

    def _bounds(self, place: Place | None, step: Callable[[Key, Any], list[str]]) -> list[str]:
        """That individuals lie beyond a place: by the first key, or by the second if the first is the same,
        and so on."""
        if place is None:
            return []
        ways: list[str] = []
        same: list[str] = []
        for key, value in zip(self.page.keys, place, strict=True):
            ways += [" AND ".join([*same, way]) for way in step(key, value)]
            same.append(self._same(key, value))
        return [ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})"]

    def _later(self, key: Key, value: Any) -> list[str]:
        """The ways to come after a value."""
        if value is None:
            return []
        null = [f"{self._value(key)} IS NULL"] if key.nullable else []
        return [self._compared(key, value, later=True), *null]

    def _earlier(self, key: Key, value: Any) -> list[str]:
        """The ways to come before a value."""
        if value is None:
            return [f"{self._value(key)} IS NOT NULL"]
        return [self._compared(key, value, later=False)]

    def _compared(self, key: Key, value: Any, *, later: bool) -> str:
        sign = ">" if later is not key.descending else "<"
        return f"{self._value(key)} {sign} {self.rendering.parameter(value)}"

    def _same(self, key: Key, value: Any) -> str:
        if value is None:
            return f"{self._value(key)} IS NULL"
        return f"{self._value(key)} = {self.rendering.parameter(value)}"

    def _order(self, segment: _Segment) -> str:
        """What a segment is ordered by."""
        terms = []
        for key in segment.keys:
            if key.nullable and not segment.is_valued:
                terms.append(f"{self._value(key)} IS NULL{' DESC' if self.page.backwards else ''}")
            descending = key.descending is not self.page.backwards
            terms.append(f"{self._value(key)}{' DESC' if descending else ''}")
        return ", ".join(terms)

    @staticmethod
    def _value(key: Key) -> str:
        return Scope({"n": "p"}).value(key.value)
