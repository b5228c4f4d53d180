"""What integrators add to the canonical model, as a client writes it."""

from __future__ import annotations

import strawberry

from graph_model.metadata import fields as canonical
from graph_model.metadata.custom import CustomField, custom_object
from graph_model.metadata.identifier_types import IdentifierType as Identifying
from resolvers.enums import IdentifierType
from resolvers.metadata.enums import CanonicalType, Classification, ObjectCategory


@strawberry.input(description="A field that is added to an object.")
class CustomFieldInput:
    name: str = strawberry.field(
        description="Its name: letters and digits, beginning with a small one and ending in `__c`: `tier__c`."
    )
    type: CanonicalType = strawberry.field(description="What it holds; anything but OBJECT.")
    description: str = strawberry.field(description="What it means.")
    classification: Classification = strawberry.field(description="How much care its values need.")
    many: bool = strawberry.field(
        default=False, description="Whether it takes a list of at most 100 values as well as one."
    )
    values: list[str] = strawberry.field(
        default_factory=list, description="The values that it may hold, of a field of type ENUM."
    )
    required: bool = strawberry.field(
        default=False, description="Whether a record needs it; only of a field that comes with its object."
    )
    identifier: IdentifierType | None = strawberry.field(
        default=None,
        description="As which identifier it leads to a person: EMAIL and PHONE of fields of that type, of a "
        "TEXT CUSTOMER_NUMBER, LOYALTY_NUMBER, LOGIN, DEVICE or COOKIE.",
    )
    currency_field: str | None = strawberry.field(
        default=None, description="Of an amount (MONEY) the field of type CURRENCY that holds its currency."
    )
    relates_to: str | None = strawberry.field(
        default=None, description="Of a TEXT that holds the id of another record of the source: its object."
    )
    owning: bool = strawberry.field(
        default=False,
        description="Of such a field: whether a record belongs to whomever that other one belongs to.",
    )

    def read(self, object_name: str) -> CustomField:
        """The field as the model has it."""
        type_ = canonical.FieldType(self.type.value)
        identifier = None if self.identifier is None else Identifying(self.identifier.value)
        keyed = identifier is not None or self.relates_to is not None
        field = canonical.Field(
            self.name,
            type_,
            self.description,
            canonical.Classification(self.classification.value),
            many=self.many,
            identifier=identifier,
            values=tuple(self.values),
            meanings=tuple(self.values),
            max_length=canonical.MAX_KEY if keyed else canonical.MAX_TEXT,
            required=self.required,
            currency=self.currency_field,
            custom=True,
        )
        return CustomField(object_name, field, self.relates_to, self.owning)


@strawberry.input(description="An object that is added to the canonical model.")
class RegisterCustomObjectInput:
    name: str = strawberry.field(
        description="Its name: letters and digits, beginning with a capital and ending in `__c`: `Visit__c`."
    )
    category: ObjectCategory = strawberry.field(
        description="ENGAGEMENT for what happens at a moment, else OTHER; never PROFILE."
    )
    description: str = strawberry.field(description="What it is.")
    time_field: str | None = strawberry.field(
        default=None,
        description="Its field that says when it happened; an ENGAGEMENT needs one, which never changes.",
    )
    fields: list[CustomFieldInput] = strawberry.field(description="Its fields.")

    def read(self) -> tuple[canonical.ObjectType, list[CustomField]]:
        """The object, and its fields."""
        item = custom_object(
            self.name, canonical.Category(self.category.value), self.description, self.time_field
        )
        return item, [field.read(self.name) for field in self.fields]


@strawberry.input(description="Fields that are added to an object.")
class RegisterCustomFieldsInput:
    object: str = strawberry.field(description="The object: one of the gateway's own, or a custom one.")
    fields: list[CustomFieldInput] = strawberry.field(description="The fields, at least one.")


@strawberry.input(description="What is to change of a custom field; what is left out stays.")
class UpdateCustomFieldInput:
    object: str = strawberry.field(description="The object.")
    name: str = strawberry.field(description="The field.")
    type: CanonicalType | None = strawberry.field(
        default=None, description="Another type: only while no record has a value of it."
    )
    description: str | None = strawberry.field(default=None, description="What it means.")
    classification: Classification | None = strawberry.field(
        default=None, description="How much care its values need."
    )
    add_values: list[str] = strawberry.field(
        default_factory=list, description="Further values that a field of type ENUM may hold."
    )
    deprecation_reason: str | None = strawberry.field(
        default=None,
        description="Why it should not be used any longer; it is taken all the same. Empty: it may be used.",
    )


@strawberry.input(description="A custom field to remove.")
class RemoveCustomFieldInput:
    object: str = strawberry.field(description="The object.")
    name: str = strawberry.field(description="The field.")


@strawberry.input(description="A custom object to remove.")
class RemoveCustomObjectInput:
    name: str = strawberry.field(description="The object.")
