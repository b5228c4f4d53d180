"""Ready mappings of well-known systems, shipped as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import orjson

from graph_model.sources.form import read_objects
from graph_model.sources.model import FieldMapping, SourceObject
from graph_model.sources.transforms import Country, Default


class TemplateName(StrEnum):
    """The systems that there is a ready mapping of."""

    SALESFORCE_CRM = "SALESFORCE_CRM"
    SHOP = "SHOP"
    WEB_ANALYTICS = "WEB_ANALYTICS"


@dataclass(frozen=True, slots=True)
class Template:
    """A ready mapping."""

    title: str
    objects: tuple[SourceObject, ...]


@cache
def template(name: TemplateName) -> Template:
    """The ready mapping of that name."""
    text = files(__package__).joinpath(f"{name.lower()}.json").read_bytes()
    read = orjson.loads(text)
    return Template(read["title"], read_objects(read["objects"]))


def with_defaults(
    objects: tuple[SourceObject, ...], *, currency: str | None = None, country: str | None = None
) -> tuple[SourceObject, ...]:
    """A ready mapping for a system that keeps amounts in one currency, which its rows do not name, or whose
    addresses are in that country unless they say so. Without a currency such amounts are left out."""
    return tuple(
        item.model_copy(
            update={
                "targets": tuple(
                    target.model_copy(update={"fields": _with_defaults(target.fields, currency, country)})
                    for target in item.targets
                )
            }
        )
        for item in objects
    )


def _with_defaults(
    mappings: tuple[FieldMapping, ...], currency: str | None, country: str | None
) -> tuple[FieldMapping, ...]:
    named = {path for mapping in mappings if mapping.field == "currency" for path in mapping.paths}
    return tuple(_with_default(mapping, named, currency, country) for mapping in mappings)


def _with_default(
    mapping: FieldMapping, currencies: set[str], currency: str | None, country: str | None
) -> FieldMapping:
    update: dict[str, object] = {"parts": _with_defaults(mapping.parts, currency, country)}
    if currency is not None and mapping.field == "currency":
        update["transforms"] = (*mapping.transforms, Default(value=currency))
    elif currency is not None and mapping.when is not None and mapping.when.path in currencies:
        update["when"] = None
    elif country is not None:
        update["transforms"] = tuple(
            item.model_copy(update={"default": country}) if isinstance(item, Country) else item
            for item in mapping.transforms
        )
    return mapping.model_copy(update=update)
