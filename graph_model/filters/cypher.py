"""A filter as a Cypher condition on a node. Operands are parameters; everything else is declared in code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_model.filters.model import (
    EVERYTHING,
    Ago,
    And,
    Compare,
    CompareAggregate,
    Elements,
    Filter,
    Near,
    Not,
    Operator,
    Or,
    Quantified,
    Quantifier,
    Size,
)
from graph_model.reading.cypher import FUNCTIONS, Matched, Rendering, Scope, match
from graph_model.reading.shape import Function, Value

_COMPARISONS = {
    Operator.EQUAL: "=",
    Operator.IN: "IN",
    Operator.LESS: "<",
    Operator.LESS_OR_EQUAL: "<=",
    Operator.GREATER: ">",
    Operator.GREATER_OR_EQUAL: ">=",
    Operator.STARTS_WITH: "STARTS WITH",
    Operator.ENDS_WITH: "ENDS WITH",
    Operator.CONTAINS: "CONTAINS",
}


def condition(filter_: Filter, scope: Scope, rendering: Rendering, now: datetime) -> str:
    """The condition that a filter is. It may be null where the filter is false: a WHERE takes both alike,
    and `Not` makes the one the other."""
    return _Writing(rendering, now).condition(filter_, scope)


@dataclass(frozen=True, slots=True)
class _Writing:
    rendering: Rendering
    now: datetime

    def condition(self, filter_: Filter, scope: Scope) -> str:
        match filter_:
            case And(parts):
                return self._joined(" AND ", parts, scope) if parts else "true"
            case Or(parts):
                return self._joined(" OR ", parts, scope) if parts else "false"
            case Not(part):
                return self._negation(part, scope)
            case Compare(value, operator, operand):
                return self._comparison(scope.value(value), operator, operand)
            case Elements():
                return self._elements(filter_, scope)
            case Size(value, operator, operand):
                return self._comparison(f"size(coalesce({scope.value(value)}, []))", operator, operand)
            case Quantified():
                return self._quantified(filter_, scope)
            case CompareAggregate():
                return self._aggregate(filter_, scope)
            case Near():
                return self._near(filter_, scope)

    def _joined(self, word: str, parts: tuple[Filter, ...], scope: Scope) -> str:
        return f"({word.join(self.condition(part, scope) for part in parts)})"

    def _negation(self, part: Filter, scope: Scope) -> str:
        return f"NOT coalesce({self.condition(part, scope)}, false)"

    def _comparison(self, expression: str, operator: Operator, operand: Any) -> str:
        if operator is Operator.IS_NULL:
            return f"{expression} IS {'' if operand else 'NOT '}NULL"
        if isinstance(operand, Ago):
            operand = operand.at(self.now)
        return f"{expression} {_COMPARISONS[operator]} {self.rendering.parameter(operand)}"

    def _elements(self, filter_: Elements, scope: Scope) -> str:
        listed, folded = scope.value(filter_.value), scope.value(filter_.folded)
        place = self.rendering.fresh("k")
        # The values of a list's elements are named as properties of a map, which is what they are here.
        element = self.rendering.fresh("e")
        inner = self.condition(filter_.filter, Scope({"list": element}))
        size = f"size(coalesce({listed}, []))"
        elements = f"{{element: {listed}[{place}], folded: {folded}[{place}]}}"
        # Counted, not `any(…)` or `all(…)`: the embedded engine errs in some of those that are nested.
        matching = f"[{element} IN [{place} IN range(0, {size} - 1) | {elements}] WHERE {inner}]"
        return f"size({matching}) {self._enough(filter_.quantifier, size)}"

    @staticmethod
    def _enough(quantifier: Quantifier, all_: str) -> str:
        match quantifier:
            case Quantifier.SOME:
                return "> 0"
            case Quantifier.NONE:
                return "= 0"
            case Quantifier.ALL:
                return f"= {all_}"
            case Quantifier.SINGLE:
                return "= 1"

    def _quantified(self, filter_: Quantified, scope: Scope) -> str:
        matched = match(filter_.path, scope, self.rendering)
        if filter_.quantifier is Quantifier.ALL:
            return f"NOT EXISTS {{ {matched.clause(self._negation(filter_.filter, matched.about))} }}"
        clause = self._matching(matched, filter_.filter)
        match filter_.quantifier:
            case Quantifier.SOME:
                return f"EXISTS {{ {clause} }}"
            case Quantifier.NONE:
                return f"NOT EXISTS {{ {clause} }}"
            case Quantifier.SINGLE:
                distinct = self._distinct(filter_.path.distinct, matched, "RETURN")
                return f"COUNT {{ {clause}{distinct} }} = 1"

    def _aggregate(self, filter_: CompareAggregate, scope: Scope) -> str:
        matched = match(filter_.path, scope, self.rendering)
        clause = self._matching(matched, filter_.where)
        distinct = filter_.path.distinct
        if filter_.value is None:
            counted = f"COUNT {{ {clause}{self._distinct(distinct, matched, 'RETURN')} }}"
            return self._comparison(counted, filter_.operator, filter_.operand)
        clause += self._distinct(distinct, matched, "WITH")
        return f"COLLECT {{ {clause} {self._judged(filter_, filter_.value, matched.about)} }}[0]"

    def _judged(self, filter_: CompareAggregate, value: Value, about: Scope) -> str:
        """The end of a subquery that answers whether the comparison holds."""
        expression, result = about.value(value), self.rendering.fresh("v")
        if filter_.function is not Function.AVERAGE:
            compared = self._comparison(result, filter_.operator, filter_.operand)
            return f"WITH {FUNCTIONS[filter_.function]}({expression}) AS {result} RETURN {compared}"
        # Multiplied out: the engines do not divide alike.
        count = self.rendering.fresh("c")
        pair = f"WITH sum({expression}) AS {result}, count({expression}) AS {count}"
        if filter_.operator is Operator.IS_NULL:
            return f"{pair} RETURN {count} {'=' if filter_.operand else '>'} 0"
        comparison, operand = _COMPARISONS[filter_.operator], self.rendering.parameter(filter_.operand)
        if filter_.operator is Operator.IN:
            return f"{pair} RETURN {count} > 0 AND {result} IN [x IN {operand} | x * {count}]"
        return f"{pair} RETURN {count} > 0 AND {result} {comparison} {operand} * {count}"

    def _matching(self, matched: Matched, filter_: Filter) -> str:
        if filter_ == EVERYTHING:
            return matched.clause()
        return matched.clause(self.condition(filter_, matched.about))

    def _distinct(self, distinct: bool, matched: Matched, word: str) -> str:
        return f" {word} DISTINCT {matched.about.variables['n']}" if distinct else ""

    def _near(self, filter_: Near, scope: Scope) -> str:
        latitude, longitude = (self.rendering.parameter(degrees) for degrees in filter_.point)
        to, away = scope.value(filter_.latitude), scope.value(filter_.longitude)
        north = f"sin(radians({to} - {latitude}) / 2)"
        east = f"sin(radians({away} - {longitude}) / 2)"
        chord = f"{north} * {north} + cos(radians({latitude})) * cos(radians({to})) * {east} * {east}"
        return f"{chord} <= {self.rendering.parameter(filter_.chord)}"
