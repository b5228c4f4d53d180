"""Reading the objects of a source from an input."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph_model.errors import BadInput
from graph_model.identity import normalise
from graph_model.sources.form import read_objects
from graph_model.sources.model import SourceObject
from graph_model.sources.templates import TemplateName, template, with_defaults
from resolvers.sources.enums import SourceTemplate
from resolvers.sources.inputs import SourceObjectInput, as_form

_CURRENCY = re.compile("[A-Z]{3}")


def objects_of(
    of_template: SourceTemplate | None,
    objects: Sequence[SourceObjectInput] | None,
    *,
    currency: str | None = None,
    country: str | None = None,
) -> tuple[tuple[SourceObject, ...], str]:
    """The objects of a template, of an input, or of both, those of the input in the place of the template's
    of the same name; and the template's title. Currency and country are a template's defaults. Raises
    BadInput, InvalidMapping."""
    given = read_objects(as_form(list(objects or ())))
    if of_template is None:
        if objects is None:
            raise BadInput("Name a template, or objects.", code="MISSING_OBJECTS")
        return given, ""
    ready = template(TemplateName(of_template.value))
    if country is not None and not normalise.is_country(country):
        raise BadInput("Expected a country code of ISO 3166-1 alpha-2.", code="INVALID_COUNTRY")
    if currency is not None and not _CURRENCY.fullmatch(currency):
        raise BadInput("Expected a currency code of ISO 4217, such as EUR.", code="INVALID_CURRENCY")
    names = {item.name for item in given}
    kept = tuple(item for item in ready.objects if item.name not in names)
    return (*with_defaults(kept, currency=currency, country=country), *given), ready.title
