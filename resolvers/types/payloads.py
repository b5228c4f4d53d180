"""What every mutation's payload shares."""

from __future__ import annotations

from typing import Self

import strawberry

from graph_model.errors import BadInput
from graph_model.records.model import Problem
from resolvers.fields import shown
from resolvers.principal import Scope
from resolvers.scalars import JSON


@strawberry.type(description="Something in the input that the client can correct.")
class UserError:
    code: str = shown(Scope.METADATA_READ, "What is wrong, for programs, such as INVALID_EMAIL.")
    message: str = shown(Scope.METADATA_READ, "What is wrong, for people.")
    path: list[JSON] = shown(
        Scope.METADATA_READ,
        'Where it is: names and list places from the input on, such as ["records", 1, "email"].',
    )

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """The problem as it is shown."""
        return cls(code=problem.code, message=problem.message, path=[JSON(step) for step in problem.path])

    @classmethod
    def of_input(cls, error: BadInput, *path: str) -> Self:
        """A mistake in the input as a whole, or in the field that `path` names."""
        return cls(code=error.code, message=error.message, path=[JSON(step) for step in path])
