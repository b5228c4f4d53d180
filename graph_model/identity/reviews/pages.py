"""The review queue page by page, in the order in which its items came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

from graph_model.graph import Graph
from graph_model.identity.reviews.model import ReviewItem, ReviewState
from graph_model.identity.reviews.store import ITEM, item_of

_FROM_ALL: LiteralString = "MATCH (i:ReviewItem)"
_FROM_INDIVIDUAL: LiteralString = """
MATCH (a:Individual {id: $individual})
OPTIONAL MATCH (a)-[:MERGED_INTO]->(w:Individual)
WITH coalesce(w, a) AS p
MATCH (p)<-[:UNIFIED]-(:SourceRecord)<-[:CONCERNS]-(i:ReviewItem)
WITH DISTINCT i"""
_STATE: LiteralString = " AND i.state = $state"
_KIND: LiteralString = " AND i.kind = $kind"
_ASSIGNEE: LiteralString = " AND i.assignee = $assignee"
_UNASSIGNED: LiteralString = " AND i.assignee IS NULL"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items: those for which everything holds that is given. `unassigned` asks for nobody's."""

    state: ReviewState | None = None
    kind: str | None = None
    assignee: str | None = None
    unassigned: bool = False
    individual: str | None = None

    def _clauses(self) -> LiteralString:
        clauses: LiteralString = _FROM_INDIVIDUAL if self.individual is not None else _FROM_ALL
        clauses += " WHERE i.id > $after"
        for given, clause in (
            (self.state is not None, _STATE),
            (self.kind is not None, _KIND),
            (self.assignee is not None, _ASSIGNEE),
            (self.unassigned, _UNASSIGNED),
        ):
            if given:
                clauses += clause
        return clauses

    def _parameters(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "kind": self.kind,
            "assignee": self.assignee,
            "individual": self.individual,
        }

    async def page(self, graph: Graph, *, after: str, limit: int) -> list[ReviewItem]:
        """Up to `limit` of them behind the one with the id `after`, by id."""
        statement = self._clauses() + " WITH i ORDER BY i.id LIMIT $limit RETURN collect(" + ITEM + ")"
        rows = await graph.read(statement, after=after, limit=limit, **self._parameters())
        return sorted(map(item_of, rows), key=lambda item: item.id)

    async def count(self, graph: Graph) -> int:
        """How many they are."""
        return int(await graph.read(self._clauses() + " RETURN count(i)", after="", **self._parameters()))
