"""Adding objects and fields to the canonical model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

import strawberry

from graph_model.errors import BadInput
from graph_model.metadata.additions import Additions, Refused
from graph_model.metadata.fields import Classification, FieldType, ObjectType
from resolvers.context import Info
from resolvers.fields import mutation, shown
from resolvers.metadata.inputs import (
    RegisterCustomFieldsInput,
    RegisterCustomObjectInput,
    RemoveCustomFieldInput,
    RemoveCustomObjectInput,
    UpdateCustomFieldInput,
)
from resolvers.metadata.types import ObjectMetadata
from resolvers.principal import Scope
from resolvers.types.payloads import UserError

_MANAGE = Scope.SOURCE_MANAGE


@strawberry.type(description="An object of the canonical model as it is from now on.")
class CustomObjectPayload:
    object: ObjectMetadata | None = shown(_MANAGE, "The object; null if the input is wrong.")
    user_errors: list[UserError] = shown(_MANAGE, "What is wrong in the input; nothing was changed then.")


@strawberry.type(description="The removed object.")
class RemoveCustomObjectPayload:
    removed_name: str | None = shown(_MANAGE, "Its name; null if the input is wrong.")
    user_errors: list[UserError] = shown(_MANAGE, "What is wrong in the input; nothing was changed then.")


@strawberry.type
class MetadataMutation:
    """What integrators may change of the canonical model."""

    @mutation(
        _MANAGE,
        "Add an object to the canonical model, with its fields. Its records can be sent at once.",
    )
    async def register_custom_object(
        self,
        info: Info,
        input: Annotated[RegisterCustomObjectInput, strawberry.argument(description="The object.")],
    ) -> CustomObjectPayload:
        return await _customized(info, lambda additions: additions.register_object(*input.read()))

    @mutation(_MANAGE, "Add fields to an object of the canonical model. They can be sent at once.")
    async def register_custom_fields(
        self,
        info: Info,
        input: Annotated[RegisterCustomFieldsInput, strawberry.argument(description="The fields.")],
    ) -> CustomObjectPayload:
        fields = [field.read(input.object) for field in input.fields]
        return await _customized(info, lambda additions: additions.register_fields(input.object, fields))

    @mutation(_MANAGE, "Change a custom field, as far as what is stored of it allows.")
    async def update_custom_field(
        self,
        info: Info,
        input: Annotated[UpdateCustomFieldInput, strawberry.argument(description="The change.")],
    ) -> CustomObjectPayload:
        return await _customized(
            info,
            lambda additions: additions.update_field(
                input.object,
                input.name,
                type_=FieldType(input.type.value) if input.type else None,
                description=input.description,
                classification=Classification(input.classification.value) if input.classification else None,
                more_values=input.add_values,
                deprecated=input.deprecation_reason,
            ),
        )

    @mutation(_MANAGE, "Remove a custom field that no record has a value of, and no mapping names.")
    async def remove_custom_field(
        self,
        info: Info,
        input: Annotated[RemoveCustomFieldInput, strawberry.argument(description="The field.")],
    ) -> CustomObjectPayload:
        return await _customized(info, lambda additions: additions.remove_field(input.object, input.name))

    @mutation(_MANAGE, "Remove a custom object that there are no records of, and no mapping leads to.")
    async def remove_custom_object(
        self,
        info: Info,
        input: Annotated[RemoveCustomObjectInput, strawberry.argument(description="The object.")],
    ) -> RemoveCustomObjectPayload:
        info.context.require(_MANAGE)
        try:
            await _additions(info).remove_object(input.name)
        except Refused as refused:
            errors = [UserError.of(problem) for problem in refused.problems]
            return RemoveCustomObjectPayload(removed_name=None, user_errors=errors)
        except BadInput as error:
            return RemoveCustomObjectPayload(
                removed_name=None, user_errors=[UserError.of_input(error, "name")]
            )
        return RemoveCustomObjectPayload(removed_name=input.name, user_errors=[])


async def _customized(
    info: Info, change: Callable[[Additions], Awaitable[ObjectType]]
) -> CustomObjectPayload:
    info.context.require(_MANAGE)
    try:
        changed = await change(_additions(info))
    except Refused as refused:
        errors = [UserError.of(problem) for problem in refused.problems]
        return CustomObjectPayload(object=None, user_errors=errors)
    except BadInput as error:
        return CustomObjectPayload(object=None, user_errors=[UserError.of_input(error)])
    return CustomObjectPayload(object=ObjectMetadata.of(changed), user_errors=[])


def _additions(info: Info) -> Additions:
    services = info.context.services
    return Additions(services.catalogues, actor=info.context.principal.id, now=services.clock())
