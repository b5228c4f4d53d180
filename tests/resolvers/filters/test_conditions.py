"""Filters are read from inputs: what may not be asked is refused before the graph hears of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graph_model.errors import BadInput, Forbidden
from graph_model.filters.model import Ago, Compare, Operator
from graph_model.folding import fold
from graph_model.identity.golden import FOLDED
from graph_model.metadata.registry import SHIPPED
from graph_model.reading.shape import Value
from resolvers.fields import Stored
from resolvers.filters.conditions import MAX_CONDITIONS, Reading
from resolvers.filters.inputs import conditions, declared
from resolvers.filters.operators import LONGEST
from resolvers.filters.orders import OrderDirection, read_order
from resolvers.principal import Scope
from resolvers.types.business_objects import TYPES
from resolvers.types.individual import Address, Individual

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def nobody(scope: Scope) -> None:
    if scope is Scope.PROFILE_PII:
        raise Forbidden(f"This needs the scope {scope}.")


def read(where: dict[str, Any]) -> Any:
    return conditions(Individual).read(where, "where", Reading(lambda _: None))


@pytest.mark.parametrize(
    "where",
    [
        {"displayName": {"eq": "Anna"}},
        {"not": {"address": {"city": {"eq": "Berlin"}}}},
        {"or": [{"identifiers": {"none": {"value": {"contains": "anna"}}}}]},
        {"cases": {"where": {"subject": {"contains": "refund"}}, "count": {"gt": 0}}},
    ],
)
def test_a_condition_on_a_field_needs_the_fields_scope(where: dict[str, Any]) -> None:
    read(where)
    with pytest.raises(Forbidden):
        conditions(Individual).read(where, "where", Reading(nobody))


def test_an_order_by_a_field_needs_the_fields_scope() -> None:
    with pytest.raises(Forbidden):
        read_order([{"lastName": OrderDirection.ASC}], Individual, nobody)


def test_a_null_says_where_it_is() -> None:
    with pytest.raises(BadInput, match=r"where\.and\[1\]\.lastName\.eq is null"):
        read({"and": [{"kind": {}}, {"lastName": {"eq": None}}]})


def test_a_filter_is_bounded() -> None:
    read({"or": [{"kind": {}}] * (MAX_CONDITIONS - 1)})
    with pytest.raises(BadInput, match=f"at most {MAX_CONDITIONS}"):
        read({"or": [{"kind": {}}] * MAX_CONDITIONS})


def test_what_is_compared_whatever_its_case_is_folded() -> None:
    folded = Compare(Value("lastNameFolded"), Operator.EQUAL, "strasse")
    assert read({"lastName": {"eqIgnoreCase": "STRAßE"}}) == folded


@pytest.mark.parametrize("text", ["Straße", "İstanbul", "A\u030angstro\u0308m", "ﬃ", "ᾳ\u0345"])
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(text.upper()) == fold(fold(text).upper())


@pytest.mark.parametrize("period", [LONGEST, -LONGEST, timedelta(days=10**6)])
def test_a_moment_outside_the_calendar_is_its_end(period: timedelta) -> None:
    assert Ago(period).at(NOW)[:4] in ("0001", "9999")
    assert len(Ago(period, date=True).at(NOW)) == len("2026-11-01")


def test_of_every_folded_text_the_graph_keeps_the_folded_form() -> None:
    def folded(origin: type) -> set[str]:
        return {
            item.value("n").property
            for item in declared(origin)
            if isinstance(item.source, Stored) and (item.source.folded or item.is_list)
        }

    assert folded(Individual) | folded(Address) == set(FOLDED)
    for name, type_ in TYPES.items():
        kept = {field.name for field in SHIPPED.objects[name].fields if field.folded}
        assert folded(type_) == kept
