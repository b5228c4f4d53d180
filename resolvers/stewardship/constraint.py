"""A constraint as a steward reads it: who decided what, why, and how it ended."""

from __future__ import annotations

import strawberry

from resolvers.fields import related, stored
from resolvers.principal import Scope
from resolvers.scalars import DateTime
from resolvers.stewardship.enums import ConstraintCause, ConstraintKind
from resolvers.stewardship.paths import BOUND
from resolvers.types.node import Node
from resolvers.types.source_record import SourceRecord


@strawberry.type(
    description="A steward's decision that source records are one individual, or that they never are. It is "
    "kept when it is taken back."
)
class Constraint(Node):
    id: strawberry.ID = stored(Scope.STEWARD, "The constraint's id: undoConstraint takes it back by it.")
    kind: ConstraintKind = stored(Scope.STEWARD, "What it says of the records.")
    cause: ConstraintCause = stored(Scope.STEWARD, "What the steward did.")
    reason: str = stored(Scope.STEWARD, "Why, in the steward's words.")
    actor: str = stored(Scope.STEWARD, "The principal who decided it.")
    since: DateTime = stored(Scope.STEWARD, "When it was decided.")
    until: DateTime | None = stored(Scope.STEWARD, "When it was taken back; null while it holds.")
    ended_by: str | None = stored(Scope.STEWARD, "The principal who took it back.")
    end_reason: str | None = stored(Scope.STEWARD, "Why it was taken back.")
    retired_ids: list[strawberry.ID] = stored(
        Scope.STEWARD,
        "The ids that a merge gave up, or whose merge was undone; empty for other causes.",
        property="retired",
    )
    records: list[SourceRecord] = related(
        Scope.STEWARD, "The records that it binds: a merge one of each individual.", BOUND
    )
