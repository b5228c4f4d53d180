"""Which reconciliation rules make sense."""

from __future__ import annotations

from graph_model.errors import BadInput
from graph_model.identity.golden.model import RECONCILED
from graph_model.identity.rulesets.model import Reconcile, Reconciliation


def check(reconciliation: Reconciliation) -> None:
    """Raise BadInput for rules that can never count: of an unknown field, or by sources that none names."""
    for name in reconciliation.fields:
        if name not in RECONCILED:
            raise BadInput(
                f"There is no rule for {name[:64]!r}; there is one for {', '.join(RECONCILED)}.",
                code="UNKNOWN_FIELD",
            )
    for rule in (reconciliation.default, *reconciliation.fields.values()):
        if (rule.rule is Reconcile.SOURCE_PRIORITY) is not bool(rule.sources):
            raise BadInput("SOURCE_PRIORITY, and no other rule, needs sources.", code="INVALID_RULE")
