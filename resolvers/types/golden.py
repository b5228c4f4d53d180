"""Golden values one by one, each with the record that it is from and the rule that chose it."""

from __future__ import annotations

import strawberry

from graph_model.identity.golden.model import COLUMNS
from graph_model.reading.shape import Value
from resolvers.enums import GoldenRule
from resolvers.fields import embedded, stored
from resolvers.principal import Scope
from resolvers.scalars import JSON, DateTime

GOLDEN_COLUMNS = tuple(Value(name, "n" if name in ("field", "value", "rule") else "r") for name in COLUMNS)


@strawberry.type(description="The source record that a golden value is from, as it was when it was chosen.")
class GoldenOrigin:
    source: str = stored(Scope.PROFILE_PII, "The source that sent it; `steward` for a correction.")
    object: str = stored(Scope.PROFILE_PII, "The object that it is, such as Individual.")
    record_id: str = stored(Scope.PROFILE_PII, "Its id in the source.")
    modified_at: DateTime = stored(Scope.PROFILE_PII, "When the source last changed it.")


@strawberry.type(
    description="A golden value, and where it is from. A list has one for each of its values, in its order."
)
class GoldenValue:
    field: str = stored(
        Scope.PROFILE_PII, "The field, such as firstName; `address` for the address as a whole, `emails`."
    )
    value: JSON | None = stored(
        Scope.PROFILE_PII,
        "The value; of an address its parts. Null where the record that was chosen says that there is none.",
    )
    rule: GoldenRule = stored(Scope.PROFILE_PII, "The rule that chose it, or that ranked it in its list.")
    record: GoldenOrigin = embedded(Scope.PROFILE_PII, "The record that says so.", of="r")


@strawberry.type(description="A steward's correction that stands: what it names goes before every rule.")
class Correction:
    id: strawberry.ID = stored(
        Scope.PROFILE_PII, "The correction's id, by which it is withdrawn.", property="recordId"
    )
    fields: JSON = stored(Scope.PROFILE_PII, "What was corrected; null where there is to be no value.")
    reason: str = stored(Scope.PROFILE_PII, "Why.")
    actor: str = stored(Scope.PROFILE_PII, "The principal who corrected.")
    corrected_at: DateTime = stored(Scope.PROFILE_PII, "When.", property="modifiedAt")
