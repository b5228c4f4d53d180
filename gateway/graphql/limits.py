"""Limits on what a document may look like, held before it is validated.

Validation compares fields pairwise and execution follows every spread, so a document of a kilobyte can ask
for seconds of work. Everything here takes time linear in the document, whatever it spreads: tokens are
counted before it is parsed, and each fragment is measured once, after those that it spreads. A document
may still be invalid in any way when it is measured; what could not be measured for it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from gateway.graphql.errors import Code
from graph_model.errors import BadInput

CHARACTERS_PER_TOKEN = 16
"""How long a document may be for each token that it may have: long strings take time to read, too."""
INTROSPECTION = ("__schema", "__type")
TYPE_LISTS = ("fields", "inputFields", "interfaces", "possibleTypes")
"""The fields of introspection that lead from a type to others, as graphql-core's own rule has them."""

# Strings, block strings and comments are one token each, however they end (possessive: never read twice).
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|"(?:[^"\\\n\r]|\\.)*+"?|#[^\n\r]*+'
    r"|-?\d[\w.+-]*+|\w++|\.\.\.|[^\s,\w\ufeff]",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a document may hold.

    `tokens` counts comments, too. `depth` is how far fields may be nested: 15 is what the introspection
    query of GraphiQL takes. `aliases`, `directives` and `fields` count what an operation comes to once its
    fragments are spread; `fields` that of all operations of the document together, and as many pairs of
    fields may answer under one name in one object. Introspection may have no alias and lead from a type to
    others once, as the query of GraphiQL does, so that none takes longer than that.
    """

    tokens: int = 2_000
    depth: int = 15
    aliases: int = 30
    directives: int = 50
    fields: int = 1_000


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a selection set comes to once its fragments are spread.

    `type_lists` is how many of the fields that lead from a type to others are nested in it; that and the
    aliases at and beneath `__schema` and `__type` are `introspection_lists` and `introspection_aliases`.
    """

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    type_lists: int = 0
    introspection_lists: int = 0
    introspection_aliases: int = 0


_NOTHING = _Shape()

_Definition: TypeAlias = OperationDefinitionNode | FragmentDefinitionNode


def check_text(query: str, limits: Limits) -> None:
    """Raises `BadInput` with the code TOO_MANY_TOKENS for a text that is too long to be parsed."""
    longest = limits.tokens * CHARACTERS_PER_TOKEN
    if len(query) > longest:
        raise BadInput(
            f"The document has {len(query)} characters; at most {longest} are read.",
            code=Code.TOO_MANY_TOKENS,
        )
    # Each token takes a character, so most documents need not be counted.
    if len(query) > limits.tokens and (tokens := len(_TOKEN.findall(query))) > limits.tokens:
        raise BadInput(
            f"The document has {tokens} tokens; at most {limits.tokens} are read.",
            code=Code.TOO_MANY_TOKENS,
        )


def check_document(document: DocumentNode, limits: Limits) -> None:
    """Raises `BadInput` with the code of the first limit that the document is over.

    Fragments that spread themselves or share a name cannot be measured, so they are refused here, with the
    code GRAPHQL_VALIDATION_FAILED. A fragment that nothing spreads is held to the limits of an operation.
    """
    fragments = ordered_fragments(document)
    shapes: dict[str, _Shape] = {}
    for name, fragment in fragments.items():
        shapes[name] = _measured(fragment, shapes)
    definitions: list[_Definition] = [
        *(node for node in document.definitions if isinstance(node, OperationDefinitionNode)),
        *fragments.values(),
    ]
    spread = {name for definition in definitions for name in _spreads(definition)}
    roots = [
        definition
        for definition in definitions
        if isinstance(definition, OperationDefinitionNode) or definition.name.value not in spread
    ]
    _check_shapes([_measured(root, shapes) for root in roots], limits)
    _check_pairs(roots, fragments, limits.fields)


def ordered_fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments by name, each behind those that it spreads.

    Raises `BadInput` with the code GRAPHQL_VALIDATION_FAILED for two of one name and for a cycle.
    """
    found: dict[str, FragmentDefinitionNode] = {}
    for node in document.definitions:
        if isinstance(node, FragmentDefinitionNode):
            name = node.name.value
            if name in found:
                raise BadInput(f"There can be only one fragment named '{name}'.", code=Code.VALIDATION_FAILED)
            found[name] = node
    try:
        order = [*TopologicalSorter({name: _spreads(node) for name, node in found.items()}).static_order()]
    except CycleError as cycle:
        names = "', '".join(cycle.args[1][:5])
        raise BadInput(
            f"Fragments may not spread themselves: '{names}'.", code=Code.VALIDATION_FAILED
        ) from None
    return {name: found[name] for name in order if name in found}


def _spreads(definition: _Definition) -> set[str]:
    """The names of the fragments that a definition spreads itself."""
    names = set()
    pending = [definition.selection_set]
    while pending:
        for selection in pending.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                names.add(selection.name.value)
            elif inner := _inner(selection):
                pending.append(inner)
    return names


def _measured(definition: _Definition, shapes: Mapping[str, _Shape]) -> _Shape:
    shape = _measured_set(definition.selection_set, shapes)
    own = len(definition.directives or ())
    own += sum(len(variable.directives or ()) for variable in definition.variable_definitions or ())
    return replace(shape, directives=shape.directives + own)


def _measured_set(selection_set: SelectionSetNode | None, shapes: Mapping[str, _Shape]) -> _Shape:
    """What a selection set comes to, given its fragments' shapes; an unknown fragment comes to nothing."""
    depth = aliases = directives = fields = type_lists = introspection_lists = introspection_aliases = 0
    for selection in selection_set.selections if selection_set else ():
        if isinstance(selection, FragmentSpreadNode):
            shape = shapes.get(selection.name.value, _NOTHING)
        else:
            shape = _measured_set(_inner(selection), shapes)
        if isinstance(selection, FieldNode):
            shape = _of_field(selection, shape)
        depth = max(depth, shape.depth)
        aliases += shape.aliases
        directives += shape.directives + len(selection.directives or ())
        fields += shape.fields
        type_lists = max(type_lists, shape.type_lists)
        introspection_lists = max(introspection_lists, shape.introspection_lists)
        introspection_aliases = max(introspection_aliases, shape.introspection_aliases)
    return _Shape(depth, aliases, directives, fields, type_lists, introspection_lists, introspection_aliases)


def _of_field(field: FieldNode, inner: _Shape) -> _Shape:
    """The shape of a field, given that of its selection set."""
    aliases = inner.aliases + (field.alias is not None)
    introspects = field.name.value in INTROSPECTION
    return replace(
        inner,
        depth=inner.depth + 1,
        aliases=aliases,
        fields=inner.fields + 1,
        type_lists=inner.type_lists + (field.name.value in TYPE_LISTS),
        introspection_lists=inner.type_lists if introspects else inner.introspection_lists,
        introspection_aliases=aliases if introspects else inner.introspection_aliases,
    )


def _inner(selection: SelectionNode) -> SelectionSetNode | None:
    return selection.selection_set if isinstance(selection, FieldNode | InlineFragmentNode) else None


def _check_shapes(shapes: Sequence[_Shape], limits: Limits) -> None:
    """Holds the largest of each figure to its limit, and the sum of the fields: validation meets them all."""
    for code, what, figures, limit in (
        (Code.QUERY_TOO_DEEP, "nests fields {} deep", [shape.depth for shape in shapes], limits.depth),
        (Code.TOO_MANY_ALIASES, "has {} aliases", [shape.aliases for shape in shapes], limits.aliases),
        (
            Code.TOO_MANY_DIRECTIVES,
            "has {} directives",
            [shape.directives for shape in shapes],
            limits.directives,
        ),
        (Code.TOO_MANY_FIELDS, "selects {} fields", [sum(shape.fields for shape in shapes)], limits.fields),
    ):
        if (figure := max(figures, default=0)) > limit:
            # Fragment bombs reach figures of a hundred digits.
            shown = str(figure) if figure < 1_000_000 else "more than a million"
            raise BadInput(
                f"The document {what.format(shown)} once its fragments are spread; the limit is {limit}.",
                code=code,
            )
    for shape in shapes:
        if shape.introspection_lists > 1:
            raise BadInput(
                f"The introspection nests lists of a type ({', '.join(TYPE_LISTS)}) "
                f"{shape.introspection_lists} deep; the limit is 1.",
                code=Code.QUERY_TOO_DEEP,
            )
        if shape.introspection_aliases:
            raise BadInput(
                f"The introspection has {shape.introspection_aliases} aliases; the limit is 0.",
                code=Code.TOO_MANY_ALIASES,
            )


def _check_pairs(
    roots: Iterable[_Definition], fragments: Mapping[str, FragmentDefinitionNode], limit: int
) -> None:
    """Holds what the rule OverlappingFieldsCanBeMerged compares to a limit: every two fields that answer
    under one name in one object. Follows the merged selection sets, which are no more than the fields."""
    pairs = 0
    pending = [[root.selection_set] for root in roots]
    while pending:
        for fields in _grouped(pending.pop(), fragments).values():
            pairs += len(fields) * (len(fields) - 1) // 2
            if inner := [field.selection_set for field in fields if field.selection_set]:
                pending.append(inner)
        if pairs > limit:
            raise BadInput(
                f"The document repeats names: more than {limit} pairs of fields have one name in one object.",
                code=Code.TOO_MANY_FIELDS,
            )


def _grouped(
    selection_sets: Iterable[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> dict[str, list[FieldNode]]:
    """The fields of these selection sets by the name under which they answer."""
    found: dict[str, list[FieldNode]] = {}
    entered = set()
    pending = list(selection_sets)
    while pending:
        for selection in pending.pop().selections:
            if isinstance(selection, FieldNode):
                found.setdefault((selection.alias or selection.name).value, []).append(selection)
            elif isinstance(selection, InlineFragmentNode):
                pending.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in entered:
                entered.add(selection.name.value)
                if fragment := fragments.get(selection.name.value):
                    pending.append(fragment.selection_set)
    return found
