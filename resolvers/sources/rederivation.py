"""What came of a job that derives records anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import strawberry

from resolvers.fields import shown
from resolvers.principal import Scope
from resolvers.scalars import JSON

_MANAGE = Scope.SOURCE_MANAGE


@strawberry.type(description="What is wrong with a kept row by the mapping of now.")
class RefusedRow:
    object: str = shown(_MANAGE, "The source's object.")
    record_id: str = shown(_MANAGE, "The row's id.")
    code: str = shown(_MANAGE, "What is wrong, for programs.")
    message: str = shown(_MANAGE, "What is wrong, for people.")
    path: list[JSON] = shown(_MANAGE, "Where it is in the row.")


@strawberry.type(description="What came of deriving records anew.")
class Rederivation:
    rows: int = shown(_MANAGE, "How many rows were derived anew.")
    refused: int = shown(
        _MANAGE, "How many stay as they are, because the mapping of now cannot read what was kept of them."
    )
    problems: list[RefusedRow] = shown(
        _MANAGE, "What is wrong with those, a hundred problems at most.", size=10
    )

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """The result of the job as it is shown."""
        return cls(
            rows=found["rows"],
            refused=found["refused"],
            problems=[
                RefusedRow(
                    object=item["object"],
                    record_id=item["recordId"],
                    code=item["code"],
                    message=item["message"],
                    path=[JSON(step) for step in item["path"]],
                )
                for item in found["problems"]
            ],
        )
