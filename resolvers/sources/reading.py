"""Reading the objects of a source from an input."""

from __future__ import annotations

from collections.abc import Sequence

from graph_model.errors import BadInput
from graph_model.sources.form import read_objects
from graph_model.sources.model import SourceObject
from graph_model.sources.templates import TemplateName, template
from resolvers.sources.enums import SourceTemplate
from resolvers.sources.inputs import SourceObjectInput, as_form


def objects_of(
    of_template: SourceTemplate | None, objects: Sequence[SourceObjectInput] | None
) -> tuple[tuple[SourceObject, ...], str]:
    """The objects of a template, of an input, or of both, those of the input in the place of the template's
    of the same name; and the template's title. Raises BadInput, InvalidMapping."""
    given = read_objects(as_form(list(objects or ())))
    if of_template is None:
        if objects is None:
            raise BadInput("Name a template, or objects.", code="MISSING_OBJECTS")
        return given, ""
    ready = template(TemplateName(of_template.value))
    names = {item.name for item in given}
    return (*(item for item in ready.objects if item.name not in names), *given), ready.title
