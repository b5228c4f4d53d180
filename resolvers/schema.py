"""The schema, built once for a process."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from resolvers.mutations import Mutation
from resolvers.queries import Query
from resolvers.scalars import SCALARS
from resolvers.subscriptions import Subscription
from resolvers.types.business_objects import TYPES

schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=list(TYPES.values()),
    config=StrawberryConfig(scalar_map=SCALARS),
)


def print_schema() -> str:
    """The schema in the schema definition language, as `schema.graphql` holds it."""
    return schema.as_str().strip() + "\n"
