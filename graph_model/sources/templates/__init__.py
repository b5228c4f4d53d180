"""Ready mappings of well-known systems, shipped as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import orjson

from graph_model.sources.form import read_objects
from graph_model.sources.model import SourceObject


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
