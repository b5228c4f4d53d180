"""A place on the Earth."""

from __future__ import annotations

import strawberry

from resolvers.fields import stored
from resolvers.principal import Scope


@strawberry.type(description="A place on the Earth, WGS 84.")
class Coordinates:
    latitude: float = stored(Scope.PROFILE_PII, "Degrees north of the equator; south is negative.")
    longitude: float = stored(Scope.PROFILE_PII, "Degrees east of Greenwich; west is negative.")
