from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.errors import BadInput
from resolvers.types.connection import decode_cursor, encode_cursor


@given(st.text())
def test_a_cursor_leads_back_to_its_id(id_: str) -> None:
    try:
        id_.encode()
    except UnicodeEncodeError:
        return
    assert decode_cursor(encode_cursor(id_)) == id_


@given(st.text())
def test_any_other_text_is_an_invalid_cursor(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        decode_cursor(text)
    assert refused.value.code == "INVALID_CURSOR"


def test_a_truncated_cursor_is_invalid() -> None:
    with pytest.raises(BadInput):
        decode_cursor(encode_cursor("ind_1")[:-3])
