"""What has an id of its own, and can be asked for by it."""

from __future__ import annotations

import strawberry

from resolvers.fields import shown
from resolvers.principal import Scope


@strawberry.interface(description="Something with an id of its own, by which it can be asked for again.")
class Node:
    id: strawberry.ID = shown(Scope.PROFILE_READ, "Its id, unique in the gateway.")
