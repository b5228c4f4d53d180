"""The tables in `docs/` that follow from the code: `python -m docs.tables` writes them anew."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from graphql import GraphQLObjectType, OperationType
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from gateway.settings import Settings
from graph_model.metadata.fields import ObjectType
from graph_model.metadata.registry import SHIPPED
from graph_model.sources.fitting import camel
from graph_model.sources.form import BARE, LONE
from graph_model.sources.transforms import KINDS, Kind
from resolvers.planning.plan import scope_of
from resolvers.schema import schema

DOCS = Path(__file__).parent
SCHEMA = schema._schema


def write_tables() -> None:
    """Write the tables into the pages that hold their marks."""
    for path, text in pages().items():
        path.write_text(text)


def pages() -> dict[Path, str]:
    """The pages that hold marks, with the tables as they ought to be."""
    tables = {
        "objects.md": _objects(),
        "operators.md": _settings(),
        "scopes.md": _scopes(),
        "sources.md": _transforms(),
    }
    return {
        DOCS / name: _with_table((DOCS / name).read_text(), "\n".join(lines))
        for name, lines in tables.items()
    }


def _with_table(page: str, table: str) -> str:
    return re.sub(
        r"(<!-- (\w+): made by [^\n]*-->\n).*(<!-- end of \2 -->)",
        lambda marks: f"{marks[1]}\n{table}\n\n{marks[3]}",
        page,
        flags=re.DOTALL,
    )


def _objects() -> Iterator[str]:
    for item in SHIPPED.objects.values():
        yield f"### {item.name}\n\n{item.description}\n"
        yield " ".join(_about(item)) + "\n"
        yield "| field | holds | meaning | class | CIM |\n| --- | --- | --- | --- | --- |"
        relations = {relation.field: relation.object for relation in item.relations}
        for field in item.fields:
            holds = ", ".join(f"`{value}`" for value in field.values) or field.type.lower()
            holds = "object, see below" if field.parts else holds
            notes = [holds, *(["list"] if field.many else [])]
            notes += ["required"] if field.name in item.needs else []
            notes += [f"identifier `{field.identifier}`"] if field.identifier else []
            notes += [f"id of {relations[field.name]}"] if field.name in relations else []
            known_as = f"`{field.cim}`" if field.cim else ""
            columns = (f"`{field.name}`", "; ".join(notes), field.description)
            yield f"| {' | '.join((*columns, field.classification.lower(), known_as))} |"
        yield ""
        for field in item.fields:
            if field.parts:
                parts = (f"`{part.name}`{' (required)' if part.required else ''}" for part in field.parts)
                yield f"`{field.name}` has {', '.join(parts)}.\n"


def _about(item: ObjectType) -> Iterator[str]:
    """What there is to say of an object besides its fields."""
    yield f"Category `{item.category}`."
    if item.cim and item.cim != item.name:
        yield f"CIM: `{item.cim}`."
    if item.immutable:
        yield f"`{item.time_field}` never changes."
    if item.satellite:
        adds = ", ".join(f"`{addition.to}`" for addition in item.satellite.adds)
        yield f"Adds to {adds} of the party that it names."


def _transforms() -> Iterator[str]:
    """What each transform does, in the form that a mapping writes it in."""
    yield "| transform | what it does | takes | gives |\n| --- | --- | --- | --- |"
    for kind, transform in KINDS.items():
        options = [camel(name) for name in transform.model_fields if name != "kind"]
        written = f"`{camel(kind.lower())}`"
        if kind not in BARE and kind not in LONE:
            written += f" ({', '.join(f'`{name}`' for name in options)})"
        meaning = " ".join((transform.__doc__ or "").split())
        takes = (
            "anything" if len(transform.takes) == len(Kind) else ", ".join(sorted(transform.takes)).lower()
        )
        gives = "what it takes" if transform.gives is None else transform.gives.lower()
        yield f"| {written} | {meaning} | {takes} | {gives} |"


def _scopes() -> Iterator[str]:
    """The fields of each object type by the scope that they ask for; what can be asked for first."""
    roots = {root.name for kind in OperationType if (root := SCHEMA.get_root_type(kind))}
    types = [
        type_
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
    ]
    yield "| type | scope | fields |\n| --- | --- | --- |"
    for type_ in sorted(types, key=lambda type_: (type_.name not in roots, type_.name)):
        fields: dict[str, list[str]] = {}
        for name in type_.fields:
            fields.setdefault(scope_of(type_, name), []).append(f"`{name}`")
        for scope, names in sorted(fields.items()):
            yield f"| `{type_.name}` | `{scope}` | {', '.join(names)} |"


def _settings() -> Iterator[str]:
    meanings = _field_docstrings()
    yield "| variable | default | meaning |\n| --- | --- | --- |"
    for name, field in Settings.model_fields.items():
        variable = str(field.validation_alias or f"GATEWAY_{name.upper()}")
        default = field.default
        if default in (None, (), PydanticUndefined) or isinstance(default, SecretStr):
            shown = "none"
        else:
            shown = f"`{int(default) if isinstance(default, bool) else default}`"
        yield f"| `{variable}` | {shown} | {meanings[name]} |"


def _field_docstrings() -> dict[str, str]:
    """The docstring behind each field of the settings."""
    (class_,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(class_, ast.ClassDef)
    found = {}
    for field, docstring in zip(class_.body, class_.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(docstring, ast.Expr)
            and isinstance(docstring.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(docstring.value.value).split())
    return found


if __name__ == "__main__":
    write_tables()
