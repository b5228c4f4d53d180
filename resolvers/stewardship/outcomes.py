"""What a steward's action answers with: the constraints that it left, and the individuals that came of it."""

from __future__ import annotations

from typing import Any, Self

import strawberry

from graph_model.errors import BadInput
from graph_model.identity.stewardship.model import Outcome, Resulting
from graph_model.reading.constraints import constraints_by_ids
from resolvers.context import Info
from resolvers.enums import IndividualKind
from resolvers.fields import resolved, shown
from resolvers.planning.answer import plan_here
from resolvers.planning.objects import build_object
from resolvers.principal import Scope
from resolvers.stewardship.constraint import Constraint
from resolvers.types.individual import Individual
from resolvers.types.payloads import UserError


@strawberry.type(description="A source record of an individual that came of an action.")
class ResultingRecord:
    id: strawberry.ID = shown(Scope.STEWARD, "The gateway's id of the record.")
    source: str = shown(Scope.STEWARD, "The source that sent it.")
    object: str = shown(Scope.STEWARD, "The object that it is.")
    record_id: str = shown(Scope.STEWARD, "Its id in the source.")


@strawberry.type(description="An individual that came of an action, or that would come of it.")
class ResultingIndividual:
    id: strawberry.ID | None = shown(
        Scope.STEWARD, "Its id; null in a dry run if it is one that would be made."
    )
    is_new: bool = shown(Scope.STEWARD, "Whether it came about by the action.")
    kind: IndividualKind = shown(Scope.STEWARD, "Whether it is known who this is.")
    records: list[ResultingRecord] = shown(Scope.STEWARD, "Its source records.")
    of: strawberry.Private[Resulting]

    @resolved(Scope.PROFILE_PII, "A name to show: full name, else e-mail address.")
    async def display_name(self, info: Info) -> str:
        info.context.require(Scope.PROFILE_PII)
        return self.of.display_name

    @resolved(Scope.PROFILE_READ, "The individual as it is now; null in a dry run if it would be made.")
    async def individual(self, info: Info) -> Individual | None:
        info.context.require(Scope.PROFILE_READ)
        services = info.context.services
        plan = plan_here(info)
        row = await services.together.lane(plan.shape).by_id(self.of.id) if self.id is not None else None
        found: Individual | None = build_object(plan, row, services.clock()) if row else None
        return found

    @classmethod
    def of_outcome(cls, item: Resulting, *, dry_run: bool) -> Self:
        """The individual as it is shown."""
        return cls(
            id=None if dry_run and item.is_new else strawberry.ID(item.id),
            is_new=item.is_new,
            kind=IndividualKind(item.kind),
            records=[
                ResultingRecord(
                    id=strawberry.ID(record.id),
                    source=record.source,
                    object=record.object,
                    record_id=record.record_id,
                )
                for record in item.records
            ],
            of=item,
        )


@strawberry.type(description="What a steward's action did, or would do if it was a dry run.")
class StewardshipPayload:
    dry_run: bool = shown(Scope.STEWARD, "Whether nothing was changed.")
    individuals: list[ResultingIndividual] = shown(
        Scope.STEWARD, "The individuals that hold the records which the action was about, as it left them."
    )
    user_errors: list[UserError] = shown(
        Scope.STEWARD, "What is wrong in the input; if there is anything, nothing was changed."
    )
    constraint_ids: strawberry.Private[list[str]]

    @resolved(Scope.STEWARD, "The constraints that it set or took back; empty in a dry run.")
    async def constraints(self, info: Info) -> list[Constraint]:
        info.context.require(Scope.STEWARD)
        services = info.context.services
        plan = plan_here(info)
        rows = await constraints_by_ids(services.graph, plan.shape, self.constraint_ids)
        return [build_object(plan, row, services.clock()) for row in rows]

    @classmethod
    def of_outcome(cls, outcome: Outcome, *, dry_run: bool) -> Self:
        """The payload of an action that succeeded."""
        return cls(
            dry_run=dry_run,
            individuals=[
                ResultingIndividual.of_outcome(item, dry_run=dry_run) for item in outcome.individuals
            ],
            user_errors=[],
            constraint_ids=[]
            if dry_run
            else [constraint.id for constraint in (*outcome.decided, *outcome.ended)],
        )

    @classmethod
    def of_error(cls, error: BadInput, *, dry_run: bool, path: tuple[Any, ...] = ()) -> Self:
        """The payload of an action that the input forbids."""
        errors = [UserError.of_input(error, *path)]
        return cls(dry_run=dry_run, individuals=[], user_errors=errors, constraint_ids=[])
