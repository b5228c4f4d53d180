"""What other reconciliation rules would make of one individual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Self

import strawberry

from graph_model.identity.golden import Provenance
from graph_model.identity.golden import preview as previews
from resolvers.context import Info
from resolvers.enums import GoldenRule
from resolvers.fields import resolved, shown
from resolvers.golden.inputs import ReconciliationInput
from resolvers.principal import Scope
from resolvers.scalars import JSON, DateTime
from resolvers.types.golden import GoldenOrigin, GoldenValue


def golden_value(item: Provenance) -> GoldenValue:
    """A golden value that no plan read."""
    source, object_name, record_id = item.record_key.split("/", 2)
    return GoldenValue(
        field=item.field,
        value=None if item.value is None else JSON(item.value),
        rule=GoldenRule(item.rule),
        record=GoldenOrigin(
            source=source, object=object_name, record_id=record_id, modified_at=DateTime(item.modified_at)
        ),
    )


@strawberry.type(description="A field's golden values under the present rules and under others.")
class FieldReconciliationPreview:
    field: str = shown(Scope.PROFILE_PII, "The field.")
    changes: bool = shown(Scope.PROFILE_PII, "Whether other values would be shown, or in another order.")
    present: list[GoldenValue] = shown(
        Scope.PROFILE_PII, "The values as they are; several of a list, none where nothing is said.", size=5
    )
    proposed: list[GoldenValue] = shown(Scope.PROFILE_PII, "The values as they would be.", size=5)

    @classmethod
    def of(cls, field: previews.FieldPreview) -> Self:
        """The preview as it is shown."""
        return cls(
            field=field.field,
            changes=field.changes,
            present=_values(field.present),
            proposed=_values(field.proposed),
        )


def _values(provenance: Sequence[Provenance]) -> list[GoldenValue]:
    return [golden_value(item) for item in provenance]


@strawberry.type(description="What other reconciliation rules would make of an individual.")
class ReconciliationPreview:
    individual_id: strawberry.ID = shown(Scope.PROFILE_PII, "The individual.")
    fields: list[FieldReconciliationPreview] = shown(
        Scope.PROFILE_PII, "Its fields of which any record says something.", size=20
    )


@strawberry.type
class GoldenQuery:
    """The queries about survivorship."""

    @resolved(
        Scope.PROFILE_PII,
        "The golden values of an individual as they are, beside those under other reconciliation rules. "
        "Nothing is stored. Null if nobody has that id.",
    )
    async def preview_reconciliation(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The individual's id.")],
        reconciliation: Annotated[ReconciliationInput, strawberry.argument(description="The other rules.")],
    ) -> ReconciliationPreview | None:
        info.context.require(Scope.PROFILE_PII)
        found = await previews.preview(info.context.services.graph, id, reconciliation.read())
        if found is None:
            return None
        return ReconciliationPreview(
            individual_id=strawberry.ID(found.individual_id),
            fields=[FieldReconciliationPreview.of(field) for field in found.fields],
        )
