"""What a client writes a mapping in; `as_form` makes plain JSON of it, for `graph_model.sources.form`."""

from __future__ import annotations

import dataclasses
from enum import Enum
from typing import Any

import strawberry

from graph_model.sources.fitting import camel
from resolvers.sources.enums import DecimalSign, LetterCase, NamePart, SourceFieldType

_FORMAT = "Directives of strptime, such as `%d.%m.%Y`, or ISO, EPOCH_SECONDS, EPOCH_MILLIS, EPOCH_MICROS."
_NEW = strawberry.UNSET


@strawberry.input(description="How to read a date.")
class ParseDateInput:
    format: str = strawberry.field(description=_FORMAT)


@strawberry.input(description="How to read a moment.")
class ParseDatetimeInput:
    format: str = strawberry.field(description=_FORMAT)
    time_zone: str | None = strawberry.field(
        default=None,
        description="The IANA time zone of moments that name no offset, such as Europe/Berlin; UTC if left "
        "out.",
    )


@strawberry.input(description="How to read a country.")
class CountryInput:
    default: str | None = strawberry.field(
        default=None, description="The country where none is given, ISO 3166-1 alpha-2."
    )
    strict: bool | None = strawberry.field(
        default=None,
        description="False: what is no country counts as none; left out or true, it is a problem of its row.",
    )


@strawberry.input(description="A value and what it becomes.")
class ValueMappingInput:
    from_: str = strawberry.field(name="from", description="The value, whatever its case.")
    to: str = strawberry.field(description="What it becomes.")


@strawberry.input(description="Values and what they become.")
class MapInput:
    values: list[ValueMappingInput] = strawberry.field(description="The values.")
    otherwise: str | None = strawberry.field(
        default=None,
        description="What any other value becomes; left out, such a value is a problem of its row.",
    )


@strawberry.input(description="Which part of a text to take.")
class PartInput:
    separator: str = strawberry.field(description="What parts the text.")
    place: int = strawberry.field(description="Which part, from 0; -1 is the last.")


@strawberry.input(description="What to replace in a text.")
class ReplaceInput:
    find: str = strawberry.field(description="The text to find, letter by letter.")
    by: str | None = strawberry.field(default=None, description="What to put there; nothing if left out.")


@strawberry.input(description="Words for yes and no; left out: true, yes, y, t, on, 1 and their opposites.")
class BooleanInput:
    true: list[str] | None = strawberry.field(default=None, description="Words for yes.")
    false: list[str] | None = strawberry.field(default=None, description="Words for no.")


@strawberry.input(
    one_of=True, description="One step from a source's values to a canonical one: exactly one of the fields."
)
class TransformInput:
    trim: bool | None = strawberry.field(
        default=_NEW, description="Leaves out blanks at both ends, and makes one of several. Write true."
    )
    case: LetterCase | None = strawberry.field(default=_NEW, description="Writes letters in this case.")
    split_name: NamePart | None = strawberry.field(
        default=_NEW, description="Takes this part of a whole name."
    )
    parse_date: ParseDateInput | None = strawberry.field(default=_NEW, description="Reads a date.")
    parse_datetime: ParseDatetimeInput | None = strawberry.field(default=_NEW, description="Reads a moment.")
    country: CountryInput | None = strawberry.field(
        default=_NEW, description="Reads a country by its code or name, and puts a default where none is."
    )
    map: MapInput | None = strawberry.field(default=_NEW, description="Replaces values by others.")
    default: str | None = strawberry.field(default=_NEW, description="Puts this value where there is none.")
    concatenate: str | None = strawberry.field(
        default=_NEW, description="Joins the values that there are by this separator."
    )
    first: bool | None = strawberry.field(
        default=_NEW, description="Takes the first of the values that there is. Write true."
    )
    template: str | None = strawberry.field(
        default=_NEW,
        description="Writes the values into this text: {0} stands for the first, {1} for the second.",
    )
    split_list: str | None = strawberry.field(
        default=_NEW, description="Makes several values of one text, parted by this separator."
    )
    part: PartInput | None = strawberry.field(default=_NEW, description="Takes a part of a text.")
    replace: ReplaceInput | None = strawberry.field(
        default=_NEW, description="Replaces a text wherever it occurs."
    )
    number: DecimalSign | None = strawberry.field(
        default=_NEW, description="Reads a number with this sign before its decimals."
    )
    boolean: BooleanInput | None = strawberry.field(default=_NEW, description="Reads yes or no.")


@strawberry.input(description="How one part of a value gets its value.")
class PartMappingInput:
    field: str = strawberry.field(description="The part, such as `city` of `addresses`.")
    from_: list[str] | None = strawberry.field(
        name="from", default=None, description="Where its value stands, as in a field mapping."
    )
    constant: str | None = strawberry.field(default=None, description="What it always is.")
    transforms: list[TransformInput] | None = strawberry.field(
        default=None, description="What is done to the value, one after the other."
    )


@strawberry.input(description="What a row must be like.")
class ConditionInput:
    path: str = strawberry.field(description="The path of the value.")
    values: list[str] | None = strawberry.field(
        default=None,
        description="It is one of these, whatever its case; left out: there is a value at all.",
    )
    negated: bool | None = strawberry.field(default=None, description="True: the opposite.")


@strawberry.input(description="How one canonical field gets its value.")
class FieldMappingInput:
    field: str = strawberry.field(description="The canonical field. A list may be mapped several times.")
    from_: list[str] | None = strawberry.field(
        name="from",
        default=None,
        description="Where the values stand in a row: a field's name, or names and places parted by dots, "
        "such as Address.City or lines.0.sku; * stands for every item of a list. One path needs no list.",
    )
    constant: str | None = strawberry.field(default=None, description="What it always is, instead.")
    transforms: list[TransformInput] | None = strawberry.field(
        default=None, description="What is done to the values, one after the other."
    )
    parts: list[PartMappingInput] | None = strawberry.field(
        default=None, description="Of a field whose values have parts, such as addresses: these."
    )
    each: str | None = strawberry.field(
        default=None,
        description="The path of a list, of which each item becomes one value; the paths of the parts begin "
        "at the item.",
    )
    when: ConditionInput | None = strawberry.field(
        default=None, description="Only of rows for which this holds it gets a value by this mapping."
    )


@strawberry.input(description="A canonical record that each row becomes.")
class TargetInput:
    object: str = strawberry.field(description="Its canonical object, such as Individual.")
    name: str | None = strawberry.field(
        default=None,
        description="The object in its key, of all targets but the first, whose key has the source's object; "
        "left out: the canonical object's name. No other object and target of the source may have it.",
    )
    fields: list[FieldMappingInput] = strawberry.field(description="Its fields.")
    when: ConditionInput | None = strawberry.field(
        default=None,
        description="Only rows for which this holds become one; when it ceases to hold, the record is "
        "deleted.",
    )


@strawberry.input(description="A field that the source's rows have.")
class SourceFieldInput:
    name: str = strawberry.field(description="Its name, or the path of a nested one.")
    type: SourceFieldType | None = strawberry.field(default=None, description="What it holds.")
    description: str | None = strawberry.field(default=None, description="What it means.")


@strawberry.input(description="An object of a source, and how its rows become canonical records.")
class SourceObjectInput:
    name: str = strawberry.field(description="Its name in the source, such as Contact.")
    title: str | None = strawberry.field(default=None, description="Its name for people.")
    primary_key: str | None = strawberry.field(
        default=None, description="The path of what tells its rows apart; `id` if left out."
    )
    modified_field: list[str] | None = strawberry.field(
        default=None,
        description="The path of when a row was changed; of several the first that has a value. Left out, "
        "the time of receipt counts. One path needs no list.",
    )
    modified_format: str | None = strawberry.field(
        default=None, description=f"How that is written: {_FORMAT} ISO if left out."
    )
    modified_time_zone: str | None = strawberry.field(
        default=None, description="Its IANA time zone where it names no offset; UTC if left out."
    )
    deleted_field: str | None = strawberry.field(
        default=None, description="The path of what is true in rows that were deleted, such as IsDeleted."
    )
    immutable: bool | None = strawberry.field(
        default=None, description="True of events: a row never changes once it was sent."
    )
    fields: list[SourceFieldInput] | None = strawberry.field(
        default=None,
        description="The fields that its rows have. Where they are declared, a mapping may look at no other.",
    )
    targets: list[TargetInput] | None = strawberry.field(
        default=None,
        description="What its rows become. Left out: they are in canonical form, of the object of that name.",
    )


def as_form(value: Any) -> Any:
    """An input as plain JSON; what was left out is not in it."""
    if isinstance(value, list):
        return [as_form(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if not dataclasses.is_dataclass(value):
        return value
    return {
        camel(field.name.rstrip("_")): as_form(inner)
        for field in dataclasses.fields(value)
        if (inner := getattr(value, field.name)) is not None and inner is not _NEW
    }
