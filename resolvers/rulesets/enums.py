"""The enums of rulesets."""

from __future__ import annotations

from enum import Enum

import strawberry

from graph_model.identity.rulesets import model, stored
from resolvers.enums import _value


@strawberry.enum(description="Whether a version of the ruleset counts.")
class RulesetState(Enum):
    DRAFT = _value(stored.RulesetState.DRAFT, "It can be changed, and counts nowhere.")
    ACTIVATING = _value(stored.RulesetState.ACTIVATING, "A job makes everything ready for it.")
    ACTIVE = _value(stored.RulesetState.ACTIVE, "It decides who is one person.")
    RETIRED = _value(stored.RulesetState.RETIRED, "It did so once, and can be activated again.")


@strawberry.enum(description="How a criterion of a match rule compares.")
class MatchMethod(Enum):
    EXACT = _value(model.Method.EXACT, "The same value, whatever its case.")
    NORMALIZED = _value(model.Method.NORMALIZED, "The same value after normalisation.")
    FUZZY = _value(model.Method.FUZZY, "At the level of the criterion or a better one.")


@strawberry.enum(
    description="What becomes of a device when somebody signs out, or several people sign in on it."
)
class DeviceStrategy(Enum):
    LINK = _value(model.DeviceStrategy.LINK, "Its one user's, past and future; nobody's once several use it.")
    ISOLATE = _value(model.DeviceStrategy.ISOLATE, "Never anybody's: it stays an anonymous individual.")
    CONVERT = _value(model.DeviceStrategy.CONVERT, "Its first user's, whoever signs in later.")
    BEST_MATCH = _value(
        model.DeviceStrategy.BEST_MATCH, "Of several users the one's that the evidence speaks for most."
    )
