"""What other reconciliation rules would make of one individual; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString

from graph_model.graph import Graph
from graph_model.identity.golden.checking import check
from graph_model.identity.golden.model import SHOWN, GoldenSource, Provenance, unpack
from graph_model.identity.golden.survivorship import golden_values
from graph_model.identity.rulesets.model import Reconciliation

_INDIVIDUAL: LiteralString = """
MATCH (i:Individual {id: $id})
OPTIONAL MATCH (i)-[:MERGED_INTO]->(w:Individual)
WITH coalesce(w, i) AS n
RETURN [n.id, n.provenance, COLLECT {
  MATCH (n)<-[:UNIFIED]-(r:SourceRecord)
  RETURN [r.key, r.objectType, r.modifiedAt, r.fields, r.fieldTimes]
}]
"""


@dataclass(frozen=True, slots=True)
class FieldPreview:
    """A field's golden values as they are and as they would be; of a list there are several."""

    field: str
    present: tuple[Provenance, ...]
    proposed: tuple[Provenance, ...]

    @property
    def changes(self) -> bool:
        """Whether other values would be shown, or in another order."""
        return [item.value for item in self.present] != [item.value for item in self.proposed]


@dataclass(frozen=True, slots=True)
class Preview:
    """An individual's fields of which any record says something."""

    individual_id: str
    fields: tuple[FieldPreview, ...]


def compare(present: Sequence[Provenance], proposed: Sequence[Provenance]) -> tuple[FieldPreview, ...]:
    """The two side by side, field by field."""
    fields = (FieldPreview(name, _of(name, present), _of(name, proposed)) for name in SHOWN)
    return tuple(field for field in fields if field.present or field.proposed)


def _of(name: str, provenance: Iterable[Provenance]) -> tuple[Provenance, ...]:
    return tuple(item for item in provenance if item.field == name)


async def preview(graph: Graph, id_: str, reconciliation: Reconciliation) -> Preview | None:
    """The golden values of an individual as they are and as they would be; None if nobody has the id. Raises
    BadInput as `check` does."""
    check(reconciliation)
    row = await graph.read(_INDIVIDUAL, id=id_)
    if row is None:
        return None
    found, provenance, records = row
    sources = [GoldenSource.stored(*record) for record in records]
    proposed = golden_values(sources, reconciliation).provenance
    return Preview(found, compare(unpack(provenance), proposed))
