"""The registry: every object that a source may send, by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from graph_model.metadata.fields import Field, ObjectType, Relation
from graph_model.metadata.objects import SHIPPED_OBJECTS


@dataclass(frozen=True, slots=True)
class Registry:
    """The objects by name. It never changes: what integrators add makes another one."""

    objects: Mapping[str, ObjectType]
    _by_cim: Mapping[str, ObjectType] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_cim = {item.cim: item for item in self.objects.values() if item.cim is not None}
        object.__setattr__(self, "_by_cim", by_cim)

    def __reduce__(self) -> tuple[object, ...]:
        # A view of a mapping cannot be sent to another process.
        return Registry.of, (tuple(self.objects.values()),)

    @classmethod
    def of(cls, objects: Iterable[ObjectType]) -> Registry:
        """The registry of these objects."""
        return cls(MappingProxyType({item.name: item for item in objects}))

    def find(self, name: str) -> ObjectType | None:
        """The object of that name, or of that name in the Cloud Information Model; None if there is none."""
        return self.objects.get(name) or self._by_cim.get(name)

    def extended(
        self,
        objects: Iterable[ObjectType],
        fields: Mapping[str, tuple[Field, ...]],
        relations: Mapping[str, tuple[Relation, ...]] = MappingProxyType({}),
    ) -> Registry:
        """This registry with more objects, and with more fields and relations of its objects by their
        names."""
        every = (*self.objects.values(), *objects)
        return Registry.of(
            item.extended(fields.get(item.name, ()), relations.get(item.name, ())) for item in every
        )


SHIPPED = Registry.of(SHIPPED_OBJECTS)
"""What the gateway comes with."""
