"""A statement that reads, with the parameters that belong to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graph_model.graph import Graph


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement and the parameters that belong to its shape."""

    text: str
    parameters: dict[str, Any]

    async def read(self, graph: Graph, **parameters: Any) -> Any:
        """The statement's one value."""
        return await graph.read(self.text, **parameters, **self.parameters)
