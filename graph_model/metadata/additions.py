"""Adding to the canonical model, changing what was added, and taking away what nothing is stored of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import LiteralString

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Transaction
from graph_model.metadata import custom
from graph_model.metadata.catalogue import Catalogue, Catalogues
from graph_model.metadata.custom import CustomField
from graph_model.metadata.customizing import problems_of_change, problems_of_fields, problems_of_object
from graph_model.metadata.fields import Classification, Field, FieldType, ObjectType
from graph_model.records.model import Problem

# A text that holds the same letters holds them with other quotes: what stands in a JSON text is escaped.
_HAS_VALUES: LiteralString = """
RETURN EXISTS { MATCH (n:BusinessObject {objectType: $object}) WHERE n.fields CONTAINS $key }
  OR EXISTS { MATCH (n:SourceRecord {objectType: $object}) WHERE n.fields CONTAINS $key }
  OR EXISTS { MATCH (v:RecordVersion) WHERE v.payload CONTAINS $key }
"""
_HAS_RECORDS: LiteralString = """
RETURN EXISTS { MATCH (n:BusinessObject {objectType: $object}) WHERE n.deletedAt IS NULL }
"""


class Refused(Exception):
    """What is wrong with what was asked for; nothing was changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = problems


class Additions:
    """What a principal changes of the catalogue. All raise Refused."""

    def __init__(self, catalogues: Catalogues, *, actor: str, now: datetime) -> None:
        self._catalogues = catalogues
        self._actor = actor
        self._time = times.to_text(now)

    async def register_object(self, item: ObjectType, fields: Sequence[CustomField]) -> ObjectType:
        """Add an object with its fields."""

        async def work(transaction: Transaction, catalogue: Catalogue) -> None:
            _refuse(problems_of_object(catalogue.registry, item, fields))
            await custom.save_object(transaction, item, actor=self._actor, time=self._time)
            await self._save(transaction, fields, first=0)

        await self._catalogues.change(work)
        return await self._object(item.name)

    async def register_fields(self, object_name: str, fields: Sequence[CustomField]) -> ObjectType:
        """Add fields to an object, one of the gateway's own or a custom one."""

        async def work(transaction: Transaction, catalogue: Catalogue) -> None:
            object_type = _found(catalogue, object_name)
            _refuse(problems_of_fields(catalogue.registry, object_name, fields))
            await self._save(transaction, fields, first=len(object_type.fields))

        await self._catalogues.change(work)
        return await self._object(object_name)

    async def update_field(
        self,
        object_name: str,
        name: str,
        *,
        type_: FieldType | None = None,
        description: str | None = None,
        classification: Classification | None = None,
        more_values: Sequence[str] = (),
        deprecated: str | None = None,
    ) -> ObjectType:
        """Change a custom field, as far as what is stored allows; what is None stays. An empty reason for its
        being deprecated takes that back."""

        async def work(transaction: Transaction, catalogue: Catalogue) -> None:
            object_type = _found(catalogue, object_name)
            known = _custom_field(object_type, name)
            changed = replace(
                known,
                type=type_ or known.type,
                description=known.description if description is None else description,
                classification=classification or known.classification,
                values=(*known.values, *more_values),
                deprecated=known.deprecated if deprecated is None else deprecated or None,
            )
            relation = next((item for item in object_type.relations if item.field == name), None)
            item = CustomField(
                object_name,
                changed,
                relation.object if relation else None,
                relation.owning if relation else False,
            )
            _refuse(problems_of_change(catalogue.registry, object_type, item))
            if changed.type is not known.type:
                await _refuse_if_used(transaction, catalogue, object_type, name, ("type",))
            place = object_type.fields.index(known)
            await self._save(transaction, [item], first=place)

        await self._catalogues.change(work)
        return await self._object(object_name)

    async def remove_field(self, object_name: str, name: str) -> ObjectType:
        """Take a custom field away of which nothing is stored."""

        async def work(transaction: Transaction, catalogue: Catalogue) -> None:
            object_type = _found(catalogue, object_name)
            _custom_field(object_type, name)
            if name == object_type.time_field or any(name == currency for _, currency in object_type.amounts):
                message = "The object cannot do without this field."
                raise Refused([Problem("IN_USE", message, ("name",))])
            await _refuse_if_used(transaction, catalogue, object_type, name, ("name",))
            await custom.remove_fields(transaction, object_name, [name])

        await self._catalogues.change(work)
        return await self._object(object_name)

    async def remove_object(self, object_name: str) -> None:
        """Take a custom object away of which nothing is stored."""

        async def work(transaction: Transaction, catalogue: Catalogue) -> None:
            object_type = _found(catalogue, object_name)
            if not object_type.custom:
                raise Refused([Problem("NOT_CUSTOM", "It is one of the gateway's own.", ("name",))])
            registry = catalogue.registry
            related = any(
                relation.object == object_name
                for other in registry.objects.values()
                if other.name != object_name
                for relation in other.relations
            )
            if (
                related
                or _mapped(catalogue, object_type, None)
                or await transaction.run(_HAS_RECORDS, object=object_name)
            ):
                message = "Records, a source or a relation of another object are of it."
                raise Refused([Problem("IN_USE", message, ("name",))])
            await custom.remove_object(transaction, object_type)

        await self._catalogues.change(work)

    async def _save(self, transaction: Transaction, fields: Sequence[CustomField], *, first: int) -> None:
        await custom.save_fields(transaction, fields, first=first, actor=self._actor, time=self._time)

    async def _object(self, name: str) -> ObjectType:
        return (await self._catalogues.current()).registry.objects[name]


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise Refused(problems)


def _found(catalogue: Catalogue, object_name: str) -> ObjectType:
    object_type = catalogue.registry.objects.get(object_name)
    if object_type is None:
        raise BadInput("There is no object of that name.", code="UNKNOWN_OBJECT")
    return object_type


def _custom_field(object_type: ObjectType, name: str) -> Field:
    field = next((field for field in object_type.fields if field.name == name), None)
    if field is None:
        raise BadInput("The object has no field of that name.", code="UNKNOWN_FIELD")
    if not field.custom:
        raise Refused([Problem("NOT_CUSTOM", "It is one of the gateway's own.", ("name",))])
    return field


async def _refuse_if_used(
    transaction: Transaction,
    catalogue: Catalogue,
    object_type: ObjectType,
    name: str,
    path: tuple[str, ...],
) -> None:
    used = _mapped(catalogue, object_type, name) or await transaction.run(
        _HAS_VALUES, object=object_type.name, key=f'"{name}":'
    )
    if used:
        message = "Records have values of it, or a source's mapping names it."
        raise Refused([Problem("IN_USE", message, path)])


def _mapped(catalogue: Catalogue, object_type: ObjectType, field: str | None) -> bool:
    """Whether a source's mapping has the object as a target, or names that field of it."""
    return any(
        catalogue.registry.find(target.object) is object_type
        and (field is None or any(mapping.field == field for mapping in target.fields))
        for source in catalogue.sources.values()
        for item in source.objects.values()
        for target in item.targets
    )
