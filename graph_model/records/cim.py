"""Records in the form of the Cloud Information Model: its names for fields, and its ways of writing values.

https://github.com/cloudinformationmodel/cloudinformationmodel (`dist/schema.json`); of objects that are not
in it, the Customer 360 data model, whose names are written without `ssot__` and `__c`, in the same manner.
"""

from __future__ import annotations

import re
from typing import Any

from graph_model.identity import places
from graph_model.metadata.objects import Field, FieldType, ObjectType

MODIFIED = "lastModifiedDate"
"""The column of a record that says when it was modified."""
_SYSTEM = frozenset(
    {MODIFIED, "createdDate", "systemModstamp", "externalSourceId", "externalRecordId", "implementorType"}
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NOT_WORD = re.compile(r"[^A-Z0-9]+")


def is_no_field(object_type: ObjectType, name: str) -> bool:
    """Whether a column that is no field of the object is one of the model all the same: a system column, or
    one that repeats others."""
    return name in _SYSTEM or name in object_type.ignored


def canonical(field: Field, value: Any) -> Any:
    """A value that stands under the model's name of a field, as the field takes it: of a reference its id, an
    amount as a decimal string, a day as its first moment, one of several values by its code, a country by its
    code."""
    if isinstance(value, list):
        return [canonical(field, item) for item in value]
    if isinstance(value, dict) and field.type is not FieldType.OBJECT:
        return value.get("id", value)
    if isinstance(value, float) and field.type is FieldType.MONEY:
        return repr(value)
    if not isinstance(value, str):
        return value
    text = value.strip()
    match field.type:
        case FieldType.DATETIME if _DAY.fullmatch(text):
            return f"{text}T00:00:00Z"
        case FieldType.ENUM:
            return _NOT_WORD.sub("_", text.upper()).strip("_")
        case FieldType.COUNTRY:
            return places.country(text) or value
    return value
