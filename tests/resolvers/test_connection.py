from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.errors import BadInput
from resolvers.types.connection import decode_cursor, encode_cursor

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.one_of(
    st.none(), TEXTS, st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False)
)


@given(TEXTS, st.lists(VALUES, max_size=4), TEXTS)
def test_a_cursor_leads_back_to_its_place(order: str, values: list[object], id_: str) -> None:
    place = [*values, id_]
    assert decode_cursor(encode_cursor(order, place), order, len(place)) == place


@given(st.text())
def test_any_other_text_is_an_invalid_cursor(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        decode_cursor(text, "", 1)
    assert refused.value.code == "INVALID_CURSOR"


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param(encode_cursor("", ["ind_1"])[:-3], id="truncated"),
        pytest.param(encode_cursor("lastName:ASC", ["schneider", "ind_1"]), id="of another order"),
        pytest.param(encode_cursor("", ["schneider", "ind_1"]), id="too long"),
        pytest.param(encode_cursor("", [1]), id="without an id"),
    ],
)
def test_a_cursor_that_names_no_place_of_the_order_is_invalid(cursor: str) -> None:
    with pytest.raises(BadInput):
        decode_cursor(cursor, "", 1)
