"""`node(id:)` and `nodes(ids:)`: things of several types, each with a plan of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from graphql import GraphQLObjectType, SelectionSetNode

from graph_model.errors import BadInput
from graph_model.events import store as events
from graph_model.identity.reviews import store as reviews
from graph_model.identity.rulesets import store as rulesets
from graph_model.jobs import store as jobs
from graph_model.reading.nodes import NodeShapes, by_node_ids, is_node_id
from graph_model.reading.statement import Statement
from graph_model.webhooks import store as webhooks
from resolvers.context import Context
from resolvers.jobs.types import Job
from resolvers.planning.encode import Encoder, compile_encoder, missing
from resolvers.planning.objects import build_object
from resolvers.planning.plan import ObjectPlan, plan_object
from resolvers.planning.roots import MAX_PAGE, Root
from resolvers.planning.selection import Selections
from resolvers.principal import Scope
from resolvers.rulesets.types import Ruleset
from resolvers.stewardship.reviews import ReviewItem
from resolvers.types.event import InsightEvent
from resolvers.webhooks.types import Webhook

ELSEWHERE = frozenset(type_.__name__ for type_ in (InsightEvent, Job, ReviewItem, Ruleset, Webhook))
"""Types of nodes that are not read by a plan: the stock executor answers where one of them is met."""


class NodesRoot(Root):
    """`node` and `nodes`. Its row: for each id the name of what it leads to and the row of it, or None; of
    a thing that no plan reads, the object itself."""

    def __init__(self, plans: Mapping[str, ObjectPlan], *, many: bool) -> None:
        self._plans = plans
        self._shapes = NodeShapes.of({name: plan.shape for name, plan in plans.items()})
        self._many = many

    def encoder(self) -> Encoder:
        """Things that no plan reads are unfit for it."""
        encoders: dict[str, Encoder] = {name: compile_encoder(plan) for name, plan in self._plans.items()}

        def encode(node: Sequence[Any], now: datetime) -> Any:
            name, row = node
            return encoders[name](row, now) if name in encoders else missing()

        if self._many:
            return lambda nodes, now: [None if node is None else encode(node, now) for node in nodes]
        return encode

    def build(self, row: Sequence[Any], now: datetime) -> Any:
        if self._many:
            return [None if node is None else self._build(node, now) for node in row]
        return self._build(row, now)

    async def read(self, context: Context, arguments: Mapping[str, Any]) -> Sequence[Any] | None:
        ids = arguments["ids"] if self._many else [arguments["id"]]
        if len(ids) > MAX_PAGE:
            raise BadInput(f"`ids` takes at most {MAX_PAGE}.")
        lane = context.services.together.node_lane(self._shapes)
        found: list[Any] = await lane.by_ids(ids) if any(map(is_node_id, ids)) else [None] * len(ids)
        for place, id_ in enumerate(ids):
            if found[place] is None and not is_node_id(id_):
                found[place] = await _elsewhere(context, id_)
        return found if self._many else found[0]

    def statements(self, arguments: Mapping[str, Any], now: datetime) -> dict[str, Statement]:
        return {"by id": by_node_ids(self._shapes)}

    def _build(self, node: Sequence[Any], now: datetime) -> Any:
        name, row = node
        return row if name in ELSEWHERE else build_object(self._plans[name], row, now)


def plan_nodes(
    types: Sequence[GraphQLObjectType],
    selection_sets: Sequence[SelectionSetNode],
    selections: Selections,
    *,
    many: bool,
) -> NodesRoot:
    """The root for nodes of these types. Raises NotPlannable."""
    return NodesRoot(
        {
            type_.name: plan_object(type_, selection_sets, selections)
            for type_ in types
            if type_.name not in ELSEWHERE
        },
        many=many,
    )


async def _elsewhere(context: Context, id_: str) -> tuple[str, Any] | None:
    """The event, job, review, ruleset or webhook with this id."""
    graph = context.services.graph
    if id_.startswith("evt_"):
        event = await events.find(graph, id_)
        return (InsightEvent.__name__, InsightEvent.of(event)) if event else None
    if id_.startswith("rvw_"):
        context.require(Scope.STEWARD)
        reviewed = (await reviews.read(graph, [id_])).get(id_)
        return (ReviewItem.__name__, ReviewItem.of(reviewed)) if reviewed else None
    if id_.startswith("whk_"):
        context.require(Scope.ACTION_MANAGE)
        webhook = await webhooks.find(graph, id_)
        return (Webhook.__name__, Webhook.of(webhook)) if webhook else None
    if id_.startswith("job_"):
        context.require(Scope.METADATA_READ)
        job = await jobs.find(graph, id_)
        return (Job.__name__, Job.of(job, context.services.clock())) if job else None
    if id_.startswith("rul_"):
        context.require(Scope.STEWARD)
        version = await rulesets.version_of(graph, id_)
        ruleset = None if version is None else await rulesets.find(graph, version)
        return (Ruleset.__name__, Ruleset.of(ruleset)) if ruleset else None
    return None
