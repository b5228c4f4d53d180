"""What a selection asks for, field by field: fragments spread, `@skip` and `@include` decided, equal response
names merged, as *CollectFields* of the GraphQL specification says (section 6.3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_directive_values,
)
from graphql.execution.values import VariableValues

SKIP_AND_INCLUDE = frozenset({"skip", "include"})


@dataclass(frozen=True, slots=True)
class Selections:
    """Reads selections of one operation. `variables` are coerced; of them only those count that decide
    `@skip` and `@include`."""

    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues

    def fields(
        self, type_: GraphQLObjectType, selection_sets: Iterable[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """The fields selected on an object of this type, by response name, in the order of the response."""
        found: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        for selection_set in selection_sets:
            self._collect(type_, selection_set.selections, found, visited)
        return found

    def _collect(
        self,
        type_: GraphQLObjectType,
        selections: Iterable[SelectionNode],
        found: dict[str, list[FieldNode]],
        visited: set[str],
    ) -> None:
        for selection in selections:
            if not self._is_included(selection):
                continue
            if isinstance(selection, FieldNode):
                name = selection.alias.value if selection.alias else selection.name.value
                found.setdefault(name, []).append(selection)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                if condition is None or _applies(condition.name.value, type_):
                    self._collect(type_, selection.selection_set.selections, found, visited)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in visited:
                visited.add(selection.name.value)
                fragment = self.fragments[selection.name.value]
                if _applies(fragment.type_condition.name.value, type_):
                    self._collect(type_, fragment.selection_set.selections, found, visited)

    def _is_included(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        skip: dict[str, Any] | None = get_directive_values(GraphQLSkipDirective, node, self.variables)
        if skip is not None and skip["if"]:
            return False
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return include is None or bool(include["if"])


def _applies(condition: str, type_: GraphQLObjectType) -> bool:
    return condition == type_.name or any(condition == interface.name for interface in type_.interfaces)


def sub_selections(nodes: Iterable[FieldNode]) -> list[SelectionSetNode]:
    """The selections below a field that may have been selected several times."""
    return [node.selection_set for node in nodes if node.selection_set is not None]
