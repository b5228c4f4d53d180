"""The transforms that a mapping may declare: what each of them is, as data. What they do is in `applying.py`.

A chain of transforms goes from values to values: it begins with what stands at the mapping's paths, most
transforms change each value, and some make one of several (`combining`) or several of one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field

Word = Annotated[str, Field(min_length=1, max_length=100)]
Separator = Annotated[str, Field(max_length=20)]


class Kind(StrEnum):
    """What a value is, as far as a mapping can know."""

    ANY = "ANY"
    TEXT = "TEXT"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    DATETIME = "DATETIME"


class Case(StrEnum):
    """How letters are written."""

    UPPER = "UPPER"
    LOWER = "LOWER"
    TITLE = "TITLE"


class NamePart(StrEnum):
    """A part of a person's whole name."""

    FIRST = "FIRST"
    MIDDLE = "MIDDLE"
    LAST = "LAST"
    SUFFIX = "SUFFIX"


class DecimalSign(StrEnum):
    """What stands before the decimals of a number."""

    POINT = "POINT"
    COMMA = "COMMA"


class Frozen(BaseModel):
    """Plain data that never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Transform(Frozen):
    takes: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT})
    gives: ClassVar[Kind | None] = Kind.TEXT
    """None: what it takes."""
    combining: ClassVar[bool] = False


_ALL = frozenset(Kind)


class Trim(_Transform):
    """Leaves out blanks at both ends, and makes one blank of several."""

    kind: Literal["TRIM"] = "TRIM"


class ChangeCase(_Transform):
    """Writes the letters in upper, lower or title case."""

    kind: Literal["CASE"] = "CASE"
    to: Case


class SplitName(_Transform):
    """Takes one part of a whole name, titles left out; `King, Ada` and `Ada King` are the same name."""

    kind: Literal["SPLIT_NAME"] = "SPLIT_NAME"
    part: NamePart


class ParseDate(_Transform):
    """Reads a date by a format, such as `%d.%m.%Y` (the directives of strptime)."""

    gives: ClassVar[Kind | None] = Kind.DATE
    takes: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT, Kind.NUMBER})

    kind: Literal["PARSE_DATE"] = "PARSE_DATE"
    format: Word


class ParseDateTime(_Transform):
    """Reads a moment by a format: directives of strptime, such as `%d.%m.%Y %H:%M`, or `ISO`,
    `EPOCH_SECONDS`, `EPOCH_MILLIS`, `EPOCH_MICROS`. One that names no offset is of the time zone."""

    gives: ClassVar[Kind | None] = Kind.DATETIME
    takes: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT, Kind.NUMBER})

    kind: Literal["PARSE_DATETIME"] = "PARSE_DATETIME"
    format: Word
    time_zone: Word = "UTC"


class Country(_Transform):
    """Reads a country, by its ISO 3166-1 code of two or three letters or its English name, and takes the
    default where there is none. What is no country is a problem, or, unless `strict`, no value."""

    kind: Literal["COUNTRY"] = "COUNTRY"
    default: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    strict: bool = True


class MapValues(_Transform):
    """Replaces values by others, whatever their case. One that is not listed becomes `otherwise`; without
    that it is a problem. What becomes an empty text has no value."""

    takes: ClassVar[frozenset[Kind]] = _ALL

    kind: Literal["MAP"] = "MAP"
    values: Annotated[dict[str, str], Field(min_length=1, max_length=1_000)]
    otherwise: str | None = None


class Default(_Transform):
    """A value for where there is none."""

    takes: ClassVar[frozenset[Kind]] = _ALL
    gives: ClassVar[Kind | None] = None
    combining: ClassVar[bool] = True

    kind: Literal["DEFAULT"] = "DEFAULT"
    value: Word


class Concatenate(_Transform):
    """Joins the values that there are by a separator."""

    takes: ClassVar[frozenset[Kind]] = _ALL
    combining: ClassVar[bool] = True

    kind: Literal["CONCATENATE"] = "CONCATENATE"
    separator: Separator = " "


class First(_Transform):
    """Takes the first of the values that there is."""

    takes: ClassVar[frozenset[Kind]] = _ALL
    gives: ClassVar[Kind | None] = None
    combining: ClassVar[bool] = True

    kind: Literal["FIRST"] = "FIRST"


class Template(_Transform):
    """Writes the values into a text: `{0}` stands for the first, `{1}` for the second. It has no value
    unless all of those that it names do."""

    takes: ClassVar[frozenset[Kind]] = _ALL
    combining: ClassVar[bool] = True

    kind: Literal["TEMPLATE"] = "TEMPLATE"
    text: Annotated[str, Field(min_length=3, max_length=500)]


class SplitList(_Transform):
    """Makes several values of one text, parted by a separator."""

    kind: Literal["SPLIT_LIST"] = "SPLIT_LIST"
    separator: Annotated[str, Field(min_length=1, max_length=20)] = ";"


class Part(_Transform):
    """Takes one of the parts of a text, counted from 0, or from the end with -1: the last of
    `gid://shopify/Order/4711`, parted by `/`, is `4711`."""

    kind: Literal["PART"] = "PART"
    separator: Annotated[str, Field(min_length=1, max_length=20)]
    place: Annotated[int, Field(ge=-100, le=100)]


class Replace(_Transform):
    """Replaces a text wherever it occurs, letter by letter."""

    kind: Literal["REPLACE"] = "REPLACE"
    find: Word
    by: Annotated[str, Field(max_length=100)] = ""


class Number(_Transform):
    """Reads a number: `1.234,50` where the decimal sign is a comma, `1,234.50` where it is a point; a
    currency sign and blanks do not count."""

    takes: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT, Kind.NUMBER})
    gives: ClassVar[Kind | None] = Kind.NUMBER

    kind: Literal["NUMBER"] = "NUMBER"
    decimal: DecimalSign = DecimalSign.POINT


class Boolean(_Transform):
    """Reads yes or no: `true`, `yes`, `y`, `on`, `1` and their opposites, whatever their case, or words of
    your own."""

    takes: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN})
    gives: ClassVar[Kind | None] = Kind.BOOLEAN

    kind: Literal["BOOLEAN"] = "BOOLEAN"
    true: tuple[Word, ...] = ()
    false: tuple[Word, ...] = ()


Transform: TypeAlias = Annotated[
    Trim
    | ChangeCase
    | SplitName
    | ParseDate
    | ParseDateTime
    | Country
    | MapValues
    | Default
    | Concatenate
    | First
    | Template
    | SplitList
    | Part
    | Replace
    | Number
    | Boolean,
    Field(discriminator="kind"),
]

KINDS: dict[str, type[_Transform]] = {
    kind.model_fields["kind"].default: kind for kind in get_args(get_args(Transform)[0])
}
"""Every transform by the name of its kind."""
