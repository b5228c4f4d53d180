"""What each transform makes of values, and what it refuses."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from graph_model.sources.applying import MAX_LENGTH, MAX_VALUES, Unfit, chain
from graph_model.sources.transforms import KINDS, Transform

READ: TypeAdapter[Transform] = TypeAdapter(Transform)


def done(values: list[Any], *transforms: dict[str, Any]) -> list[Any]:
    return chain([READ.validate_python(item) for item in transforms])(values)


def code(values: list[Any], *transforms: dict[str, Any]) -> str:
    with pytest.raises(Unfit) as caught:
        done(values, *transforms)
    return caught.value.code


@pytest.mark.parametrize(
    ("values", "transform", "expected"),
    [
        (["  a   b "], {"kind": "TRIM"}, ["a b"]),
        (["  "], {"kind": "TRIM"}, [None]),
        ([7], {"kind": "TRIM"}, ["7"]),
        (["ada KING"], {"kind": "CASE", "to": "UPPER"}, ["ADA KING"]),
        (["ada KING"], {"kind": "CASE", "to": "LOWER"}, ["ada king"]),
        (["ada O'NEIL"], {"kind": "CASE", "to": "TITLE"}, ["Ada O'Neil"]),
        (["Dr. Juan de la Vega Jr."], {"kind": "SPLIT_NAME", "part": "FIRST"}, ["Juan"]),
        (["Dr. Juan de la Vega Jr."], {"kind": "SPLIT_NAME", "part": "LAST"}, ["de la Vega"]),
        (["King, Ada Maria"], {"kind": "SPLIT_NAME", "part": "MIDDLE"}, ["Maria"]),
        (["Ada"], {"kind": "SPLIT_NAME", "part": "LAST"}, [None]),
        (["17.05.1984"], {"kind": "PARSE_DATE", "format": "%d.%m.%Y"}, [date(1984, 5, 17)]),
        (["1984-05-17T10:00:00Z"], {"kind": "PARSE_DATE", "format": "ISO"}, [date(1984, 5, 17)]),
        (["Deutschland"], {"kind": "COUNTRY"}, ["DE"]),
        (["usa"], {"kind": "COUNTRY"}, ["US"]),
        ([None], {"kind": "COUNTRY", "default": "AT"}, ["AT"]),
        ([], {"kind": "COUNTRY", "default": "AT"}, ["AT"]),
        (["Nowhere"], {"kind": "COUNTRY", "default": "AT", "strict": False}, ["AT"]),
        (["Nowhere"], {"kind": "COUNTRY", "strict": False}, [None]),
        ([" New "], {"kind": "MAP", "values": {"new": "NEW"}}, ["NEW"]),
        ([True], {"kind": "MAP", "values": {"true": "YES"}}, ["YES"]),
        (["x"], {"kind": "MAP", "values": {"a": "b"}, "otherwise": "c"}, ["c"]),
        (["x"], {"kind": "MAP", "values": {"a": "b"}, "otherwise": ""}, [None]),
        ([None, None], {"kind": "DEFAULT", "value": "d"}, ["d"]),
        ([None, "a"], {"kind": "DEFAULT", "value": "d"}, [None, "a"]),
        (["a", None, "b"], {"kind": "CONCATENATE", "separator": ", "}, ["a, b"]),
        ([None], {"kind": "CONCATENATE"}, []),
        ([None, "a", "b"], {"kind": "FIRST"}, ["a"]),
        ([None], {"kind": "FIRST"}, []),
        (["a", "b"], {"kind": "TEMPLATE", "text": "{1}/{0}"}, ["b/a"]),
        (["a", None], {"kind": "TEMPLATE", "text": "{1}/{0}"}, []),
        (["a", None], {"kind": "TEMPLATE", "text": "<{0}>"}, ["<a>"]),
        (["a; b;;c"], {"kind": "SPLIT_LIST"}, ["a", "b", None, "c"]),
        (["gid://shopify/Order/7"], {"kind": "PART", "separator": "/", "place": -1}, ["7"]),
        (["a/b"], {"kind": "PART", "separator": "/", "place": 5}, [None]),
        (["a.b.c"], {"kind": "REPLACE", "find": ".", "by": "-"}, ["a-b-c"]),
        (["1,234.50"], {"kind": "NUMBER"}, [Decimal("1234.50")]),
        (["1.234,50 €"], {"kind": "NUMBER", "decimal": "COMMA"}, [Decimal("1234.50")]),
        (["12'000"], {"kind": "NUMBER"}, [Decimal(12000)]),
        ([1500.0], {"kind": "NUMBER"}, [Decimal("1500.0")]),
        (["1.5E3"], {"kind": "NUMBER"}, [Decimal("1500")]),
        (["Yes", "0", False], {"kind": "BOOLEAN"}, [True, False, False]),
        (["ja"], {"kind": "BOOLEAN", "true": ["ja"], "false": ["nein"]}, [True]),
    ],
)
def test_a_transform_makes(values: list[Any], transform: dict[str, Any], expected: list[Any]) -> None:
    assert done(values, transform) == expected


@pytest.mark.parametrize(
    ("text", "format_", "zone", "expected"),
    [
        ("25.11.2026 13:30", "%d.%m.%Y %H:%M", "Europe/Berlin", datetime(2026, 11, 25, 12, 30, tzinfo=UTC)),
        ("25.06.2026 14:30", "%d.%m.%Y %H:%M", "Europe/Berlin", datetime(2026, 6, 25, 12, 30, tzinfo=UTC)),
        ("2026-11-25T12:30:00.000+0000", "ISO", "Europe/Berlin", datetime(2026, 11, 25, 12, 30, tzinfo=UTC)),
        ("2026-11-25 12:30:00.5", "ISO", "UTC", datetime(2026, 11, 25, 12, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-11-25", "ISO", "UTC", datetime(2026, 11, 25, tzinfo=UTC)),
        (1_764_073_800, "EPOCH_SECONDS", "UTC", datetime(2025, 11, 25, 12, 30, tzinfo=UTC)),
        ("1764073800123", "EPOCH_MILLIS", "UTC", datetime(2025, 11, 25, 12, 30, 0, 123_000, tzinfo=UTC)),
        (1_764_073_800_000_001, "EPOCH_MICROS", "UTC", datetime(2025, 11, 25, 12, 30, 0, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_by_its_format_and_zone(
    text: Any, format_: str, zone: str, expected: datetime
) -> None:
    transform = {"kind": "PARSE_DATETIME", "format": format_, "time_zone": zone}
    assert done([text], transform) == [expected]


@pytest.mark.parametrize(
    ("value", "transform", "expected"),
    [
        ("31.02.2026", {"kind": "PARSE_DATE", "format": "%d.%m.%Y"}, "INVALID_DATE"),
        ("soon", {"kind": "PARSE_DATETIME", "format": "ISO"}, "INVALID_DATETIME"),
        ("1e99", {"kind": "PARSE_DATETIME", "format": "EPOCH_MILLIS"}, "INVALID_DATETIME"),
        ("Nowhere", {"kind": "COUNTRY"}, "INVALID_COUNTRY"),
        ("x", {"kind": "MAP", "values": {"a": "b"}}, "UNMAPPED_VALUE"),
        ("12,50", {"kind": "NUMBER"}, "INVALID_NUMBER"),
        ("1.2.3", {"kind": "NUMBER"}, "INVALID_NUMBER"),
        (True, {"kind": "NUMBER"}, "INVALID_NUMBER"),
        ("maybe", {"kind": "BOOLEAN"}, "INVALID_BOOLEAN"),
        ({"a": 1}, {"kind": "TRIM"}, "INVALID_VALUE"),
        ([["a"]], {"kind": "TRIM"}, "INVALID_VALUE"),
        ("x" * (MAX_LENGTH + 1), {"kind": "TRIM"}, "VALUE_TOO_LONG"),
        ("a" * MAX_LENGTH, {"kind": "REPLACE", "find": "a", "by": "b" * 100}, "VALUE_TOO_LONG"),
        ("x;" * (MAX_VALUES + 1), {"kind": "SPLIT_LIST"}, "TOO_MANY_VALUES"),
    ],
)
def test_what_a_transform_cannot_take_is_refused_with_a_code(
    value: Any, transform: dict[str, Any], expected: str
) -> None:
    assert code([value], transform) == expected


def test_values_are_never_read_as_templates() -> None:
    assert done(["{1}", "b"], {"kind": "TEMPLATE", "text": "{0}-{1}"}) == ["{1}-b"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
EXAMPLES: dict[str, dict[str, Any]] = {
    "CASE": {"to": "TITLE"},
    "SPLIT_NAME": {"part": "LAST"},
    "PARSE_DATE": {"format": "%d/%m/%y"},
    "PARSE_DATETIME": {"format": "EPOCH_MILLIS"},
    "MAP": {"values": {"a": "b"}},
    "DEFAULT": {"value": "d"},
    "TEMPLATE": {"text": "{0}{1}"},
    "PART": {"separator": "a", "place": 1},
    "REPLACE": {"find": "a", "by": "bb"},
}


@given(st.lists(JSON, max_size=4), st.lists(st.sampled_from(sorted(KINDS)), max_size=4))
def test_whatever_a_row_holds_a_chain_gives_values_or_a_code(values: list[Any], kinds: list[str]) -> None:
    transforms = [{"kind": kind, **EXAMPLES.get(kind, {})} for kind in kinds]
    with suppress(Unfit):
        assert isinstance(done(values, *transforms), list)
