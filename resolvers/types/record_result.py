"""What became of one record, as the mutations that write records answer."""

from __future__ import annotations

from typing import Self

import strawberry

from graph_model.records import model as records
from resolvers.context import Info
from resolvers.enums import RecordOutcome
from resolvers.fields import resolved, shown
from resolvers.planning.answer import plan_here
from resolvers.planning.objects import build_object
from resolvers.principal import Scope
from resolvers.types.individual import Individual
from resolvers.types.payloads import UserError


@strawberry.type(description="What became of one record, in the order of the input.")
class RecordResult:
    record_id: str | None = shown(Scope.INGEST, "The record's id in the source; null if it had none.")
    outcome: RecordOutcome = shown(Scope.INGEST, "What became of it.")
    warnings: list[UserError] = shown(
        Scope.INGEST,
        "What is wrong with values of a record that was not rejected: malformed e-mail addresses and phone "
        "numbers are kept, but identify nobody.",
    )
    individual_id: strawberry.ID | None = shown(
        Scope.INGEST,
        "The individual that it belongs to; null if it was rejected or deleted, or leads to nobody yet.",
    )
    new_individual: int | None = shown(
        Scope.INGEST,
        "In a dry run, where an individual would come about, a number instead of its id: the same for all "
        "records that would belong to that one.",
    )

    @resolved(Scope.PROFILE_READ, "The individual that the record belongs to, as it is now.")
    async def individual(self, info: Info) -> Individual | None:
        info.context.require(Scope.PROFILE_READ)
        if self.individual_id is None:
            return None
        services = info.context.services
        plan = plan_here(info)
        row = await services.together.lane(plan.shape).by_id(self.individual_id)
        found: Individual | None = build_object(plan, row, services.clock()) if row else None
        return found

    @classmethod
    def of(cls, result: records.RecordResult) -> Self:
        """The result as it is shown."""
        return cls(
            record_id=result.record_id,
            outcome=RecordOutcome(result.outcome.value),
            warnings=[UserError.of(warning) for warning in result.warnings],
            individual_id=strawberry.ID(result.individual_id) if result.individual_id else None,
            new_individual=result.new_individual,
        )
