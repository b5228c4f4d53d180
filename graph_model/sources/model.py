"""A source: its objects, what tells rows apart, and how a row becomes records of the canonical model."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from graph_model.sources.transforms import Frozen, Kind, Transform, Word

MAX_OBJECTS = 100
MAX_TARGETS = 10
MAX_FIELDS = 500

Path = Annotated[str, Field(min_length=1, max_length=300)]
"""Where a value stands in a row: a field's name, or names and places parted by dots, such as `Address.City`
and `lines.0.sku`; `*` stands for every item of a list. A field whose name has dots goes before."""
Text = Annotated[str, Field(max_length=4_096)]
Title = Annotated[str, Field(max_length=200)]


class SourceField(Frozen):
    """A field that rows have, as the source declares it."""

    name: Path
    type: Kind = Kind.ANY
    description: Annotated[str, Field(max_length=1_000)] = ""


class Condition(Frozen):
    """What a row must be like: the value at `path`, as a text and whatever its case, is one of `values`, or
    with `negated` none of them; without values: there is one."""

    path: Path
    values: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    negated: bool = False


class FieldMapping(Frozen):
    """How a canonical field gets its value: from what stands at `paths`, or a `constant`, by transforms.
    Where the condition does not hold it has none.

    Of a field whose values have parts each mapping makes one value, whose `parts` are mapped for
    themselves; with `each`, one for every item of the list at that path, from which the parts' paths begin.
    """

    field: Path
    paths: Annotated[tuple[Path, ...], Field(max_length=20)] = ()
    constant: Text | None = None
    transforms: Annotated[tuple[Transform, ...], Field(max_length=20)] = ()
    parts: Annotated[tuple[FieldMapping, ...], Field(max_length=50)] = ()
    each: Path | None = None
    when: Condition | None = None


class Target(Frozen):
    """A canonical record that a row becomes. `name` is the object in its key, of all targets but the first,
    whose key has the source's own object. Where the condition does not hold there is no such record."""

    object: str
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]
    fields: Annotated[tuple[FieldMapping, ...], Field(max_length=MAX_FIELDS)]
    when: Condition | None = None


class SourceObject(Frozen):
    """An object of a source. Its rows are told apart by the value at `primary_key`. The first of
    `modified_field` that has a value says when a row was changed, in that format and zone (without one: the
    time of receipt), `deleted_field` whether it was deleted. Rows of an `immutable` object, such as events,
    never change. Without targets its rows are records in canonical form, of the object of that name."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]
    title: Title = ""
    primary_key: Path = "id"
    modified_field: Annotated[tuple[Path, ...], Field(max_length=5)] = ()
    modified_format: Word = "ISO"
    modified_time_zone: Word = "UTC"
    deleted_field: Path | None = None
    immutable: bool = False
    fields: Annotated[tuple[SourceField, ...], Field(max_length=2_000)] = ()
    targets: Annotated[tuple[Target, ...], Field(max_length=MAX_TARGETS)] = ()


class Source(Frozen):
    """A registered source, in one version of its mapping. Times are text."""

    name: str
    title: str = ""
    version: int
    template: str | None = None
    note: str = ""
    objects: dict[str, SourceObject]
    created_at: str
    created_by: str
