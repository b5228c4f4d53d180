"""Recomputing the insight values of individuals, in the transaction that changed what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from graph_model import times
from graph_model.events.model import EventKind, NewEvent
from graph_model.graph import Graph, Transaction
from graph_model.insights import rules
from graph_model.insights.model import ORDERS, InsightValue, OrderTotals, Threshold
from graph_model.insights.orders import in_sum

_BASIS: LiteralString = """
UNWIND $ids AS id
MATCH (i:Individual {id: id})
RETURN collect([i.id, COLLECT {
  MATCH (i)<-[:BELONGS_TO]-(:Identifier)<-[:LEADS_TO]-(t:Trace {objectType: $orders})
  WHERE t.orders IS NOT NULL
  RETURN t.orders
}, i.thresholds, i.dueAt, COLLECT {
  MATCH (i)<-[:OF]-(v:InsightValue)
  RETURN [v.name, v.unit, v.amount, v.since]
}])
"""

_CREATE_VALUES: LiteralString = """
UNWIND $rows AS row
MATCH (i:Individual {id: row[0]})
CREATE (v:InsightValue {key: row[1], name: row[2], unit: row[3], amount: row[4], since: row[5],
                        computedAt: $time})-[:OF]->(i)
RETURN count(v)
"""

_CHANGE_VALUES: LiteralString = """
UNWIND $rows AS row
MATCH (v:InsightValue {key: row[0]})
SET v.amount = row[1], v.since = row[2], v.computedAt = $time
RETURN count(v)
"""

_DROP_VALUES: LiteralString = """
UNWIND $keys AS key
MATCH (v:InsightValue {key: key})
DETACH DELETE v
"""

_SAVE_STATE: LiteralString = """
UNWIND $rows AS row
MATCH (i:Individual {id: row.individual})
SET i.thresholds = row.thresholds, i.dueAt = row.dueAt
"""

_DUE: LiteralString = """
MATCH (i:Individual) WHERE i.dueAt <= $now
WITH i LIMIT $limit
RETURN collect(i.id)
"""


@dataclass(frozen=True, slots=True)
class _Basis:
    individual_id: str
    totals: OrderTotals
    thresholds: list[str]
    due_at: str | None
    values: set[InsightValue]


async def refresh(
    transaction: Transaction,
    individuals: Iterable[str],
    threshold: Threshold,
    *,
    now: datetime,
    absorbed: Mapping[str, bool] | None = None,
) -> list[NewEvent]:
    """Recompute the individuals' insight values, save what changed, and return the crossings.

    A threshold is crossed on the edge from false to true. `absorbed` says of an individual whether the
    threshold held for one that was merged into it: such a person is no news.
    """
    ids = sorted(individuals)
    if not ids:
        return []
    moment = times.to_text(now)
    events: list[NewEvent] = []
    created: list[list[Any]] = []
    changed: list[list[Any]] = []
    dropped: list[str] = []
    states: list[dict[str, Any]] = []
    for basis in map(_basis, await transaction.run(_BASIS, ids=ids, orders=ORDERS)):
        values = set(rules.insight_values(basis.totals))
        there = {(value.name, value.unit) for value in basis.values}
        dropped += [
            _key(basis.individual_id, name, unit)
            for name, unit in there - {(value.name, value.unit) for value in values}
        ]
        for value in values - basis.values:
            key = _key(basis.individual_id, value.name, value.unit)
            if (value.name, value.unit) in there:
                changed.append([key, value.amount, value.since])
            else:
                created.append([basis.individual_id, key, value.name, value.unit, value.amount, value.since])
        crosses_at = rules.crosses_at(basis.totals, threshold)
        holds = crosses_at is not None and crosses_at <= now
        thresholds = [threshold.name] if holds else []
        due_at = times.to_text(crosses_at) if crosses_at is not None and not holds else None
        if thresholds != basis.thresholds or due_at != basis.due_at:
            states.append({"individual": basis.individual_id, "thresholds": thresholds, "dueAt": due_at})
        held = threshold.name in basis.thresholds or (absorbed or {}).get(basis.individual_id, False)
        if holds and not held:
            events.append(_crossing(basis.individual_id, threshold, values, now))
    if dropped:
        await transaction.run(_DROP_VALUES, keys=dropped)
    if created:
        await transaction.run(_CREATE_VALUES, rows=created, time=moment)
    if changed:
        await transaction.run(_CHANGE_VALUES, rows=changed, time=moment)
    if states:
        await transaction.run(_SAVE_STATE, rows=states)
    return events


async def due_individuals(graph: Graph, *, now: datetime, limit: int) -> list[str]:
    """Individuals for whom the clock alone has crossed a threshold since they were last looked at."""
    return list(await graph.read(_DUE, now=times.to_text(now), limit=limit))


def _basis(row: list[Any]) -> _Basis:
    individual_id, orders, thresholds, due_at, values = row
    return _Basis(
        individual_id, in_sum(orders), thresholds or [], due_at, {InsightValue(*value) for value in values}
    )


def _key(individual_id: str, name: str, unit: str) -> str:
    return f"{individual_id}|{name}|{unit}"


def _crossing(individual_id: str, threshold: Threshold, values: set[InsightValue], now: datetime) -> NewEvent:
    insights = [
        {"name": value.name, "value": rules.current_value(value, now), "unit": value.unit}
        for value in sorted(values, key=lambda item: (item.name, item.unit))
    ]
    return NewEvent(
        EventKind.THRESHOLD_CROSSED, individual_id, {"threshold": threshold.name, "insights": insights}
    )
