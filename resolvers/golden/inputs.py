"""Reconciliation rules as a client writes them."""

from __future__ import annotations

import strawberry

from graph_model.errors import BadInput
from graph_model.identity.rulesets import model as rulesets
from resolvers.enums import ReconciliationMethod


@strawberry.input(description="How one of several values is chosen.")
class ReconciliationRuleInput:
    rule: ReconciliationMethod = strawberry.field(description="The rule.")
    sources: list[str] = strawberry.field(
        default_factory=list, description="For SOURCE_PRIORITY: the sources, the best first."
    )
    ignore_empty: bool = strawberry.field(
        default=True,
        description="Whether a record that does not name the field takes no part. If not, it counts as one "
        "that says there is no value.",
    )

    def read(self) -> rulesets.ReconciliationRule:
        """As a ruleset has it."""
        return rulesets.ReconciliationRule(
            rule=rulesets.Reconcile(self.rule.value),
            sources=tuple(self.sources),
            ignore_empty=self.ignore_empty,
        )


@strawberry.input(description="How the values of one field are chosen.")
class FieldReconciliationInput:
    field: str = strawberry.field(
        description="The field, such as lastName; `address` for an address as a whole; `emails`, `phones`, "
        "which are all kept, but ranked by the rule."
    )
    rule: ReconciliationRuleInput = strawberry.field(description="The rule for it.")


@strawberry.input(description="Reconciliation rules: a default, and those of single fields.")
class ReconciliationInput:
    default: ReconciliationRuleInput | None = strawberry.field(
        default=None, description="The rule of every field without one of its own; else LAST_UPDATED."
    )
    fields: list[FieldReconciliationInput] = strawberry.field(
        default_factory=list, description="Rules of single fields, each once."
    )

    def read(self) -> rulesets.Reconciliation:
        """As a ruleset has it. Raises BadInput for a field that is named twice."""
        fields = {item.field: item.rule.read() for item in self.fields}
        if len(fields) < len(self.fields):
            raise BadInput("Name each field once.", code="DUPLICATE_FIELD")
        default = self.default.read() if self.default else rulesets.ReconciliationRule()
        return rulesets.Reconciliation(default=default, fields=fields)
