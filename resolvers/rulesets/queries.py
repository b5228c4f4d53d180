"""The queries for rulesets."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph_model.identity.rulesets import store, stored
from resolvers.context import Info
from resolvers.fields import resolved
from resolvers.principal import Scope
from resolvers.rulesets.types import Ruleset
from resolvers.scalars import JSON


@strawberry.type
class RulesetQuery:
    """What can be asked of rulesets."""

    @resolved(Scope.STEWARD, "A version of the ruleset, or null; without a number the one that counts.")
    async def ruleset(
        self,
        info: Info,
        version: Annotated[
            int | None, strawberry.argument(description="Its number. Left out: the active version.")
        ] = None,
    ) -> Ruleset | None:
        info.context.require(Scope.STEWARD)
        found = await store.find(info.context.services.graph, version)
        return Ruleset.of(found) if found is not None else None

    @resolved(Scope.STEWARD, "Every version of the ruleset, the newest first.")
    async def rulesets(self, info: Info) -> list[Ruleset]:
        info.context.require(Scope.STEWARD)
        return [Ruleset.of(item) for item in await store.all_rulesets(info.context.services.graph)]

    @resolved(
        Scope.ADMIN,
        "A version whole, frequencies included, as importRuleset takes it, or null. Its frequencies hold "
        "values of people: keep it as you keep those.",
    )
    async def export_ruleset(
        self,
        info: Info,
        version: Annotated[
            int | None, strawberry.argument(description="Its number. Left out: the active version.")
        ] = None,
    ) -> JSON | None:
        info.context.require(Scope.ADMIN)
        found = await store.find(info.context.services.graph, version)
        return JSON(stored.exported(found)) if found is not None else None
