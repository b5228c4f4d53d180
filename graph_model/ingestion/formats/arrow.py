"""Arrow's types and values as JSON has them."""

from __future__ import annotations

import base64
import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from graph_model.ingestion.formats.model import BadFile


class Unfit(Exception):
    """JSON has no form for a value."""


def readable(schema: pa.Schema) -> pa.Schema:
    """The schema whose values Python has types for: times to microseconds. Raises BadFile for a type that
    records have no form for."""
    return pa.schema([pa.field(field.name, _readable(field.type)) for field in schema])


def _readable(type_: pa.DataType) -> pa.DataType:
    if types.is_timestamp(type_):
        return pa.timestamp("us", type_.tz)
    if types.is_time(type_):
        return pa.time64("us")
    if types.is_list(type_) or types.is_large_list(type_) or types.is_fixed_size_list(type_):
        return pa.list_(_readable(type_.value_type))
    if types.is_struct(type_):
        return pa.struct([pa.field(field.name, _readable(field.type)) for field in type_])
    if types.is_map(type_):
        return pa.map_(_readable(type_.key_type), _readable(type_.item_type))
    if types.is_duration(type_) or types.is_interval(type_) or types.is_union(type_):
        raise BadFile("UNSUPPORTED_TYPE", f"A column is of type {type_}, which records have no form for.")
    return type_


def expanded_bytes(array: pa.Array) -> int:
    """About as many bytes as the values take, each by itself."""
    type_ = array.type
    if types.is_struct(type_):
        return sum(expanded_bytes(inner) for inner in array.flatten())
    if types.is_map(type_):
        offsets = array.offsets
        first, length = offsets[0].as_py(), offsets[-1].as_py() - offsets[0].as_py()
        return sum(expanded_bytes(inner.slice(first, length)) for inner in (array.keys, array.items))
    if types.is_list(type_) or types.is_large_list(type_) or types.is_fixed_size_list(type_):
        return expanded_bytes(array.flatten())
    if types.is_dictionary(type_):
        return int(pc.sum(pc.binary_length(array.dictionary).take(array.indices)).as_py() or 0) + len(array)
    return int(array.nbytes)


def json_value(value: Any) -> Any:
    """A value of Python as JSON has it: decimals as texts, dates and times as ISO 8601, binary as base64."""
    match value:
        case str() | bool() | int() | None:
            return value
        case float():
            if not math.isfinite(value):
                raise Unfit("A number is not finite.")
            return value
        case Decimal():
            return format(value, "f")
        case datetime():
            # A zone is a way to show the moment, which is kept.
            moment = value if value.tzinfo is None else value.astimezone(UTC)
            return moment.isoformat().replace("+00:00", "Z")
        case date() | time():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case dict():
            return {name: json_value(item) for name, item in value.items() if item is not None}
        case list() if value and all(isinstance(item, tuple) for item in value):
            return {str(name): json_value(item) for name, item in value}
        case list():
            return [json_value(item) for item in value]
        case _:
            raise Unfit("A value is of a type that records have no form for.")
