"""What is only like an e-mail address is evidence, but no rule goes by it."""

from __future__ import annotations

import pytest

from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.matching.features import Features
from graph_model.identity.matching.scoring import Scorer

SCORER = Scorer(DEFAULT)


def at(record_id: str, email: str) -> Features:
    return Features(f"crm/Individual/{record_id}", emails=(email,))


def test_an_address_that_two_records_share_fulfils_the_rule() -> None:
    explained = SCORER.explain(at("1", "ada@mail.example"), at("2", "ada@mail.example"))
    assert explained.lifted is not None


@pytest.mark.parametrize("email", ["ada@@mail.example", "ada.mail.example"])
def test_what_is_no_address_fulfils_no_rule_and_is_compared_all_the_same(email: str) -> None:
    explained = SCORER.explain(at("1", email), at("2", email))
    assert explained.lifted is None
    assert [evidence.level for evidence in explained.evidence] == ["EQUAL"]


def test_a_slip_is_like_what_was_meant() -> None:
    explained = SCORER.explain(at("1", "ada@mail.example"), at("2", "ada@@mail.example"))
    assert [evidence.level for evidence in explained.evidence] == ["CLOSE"]
