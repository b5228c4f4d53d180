"""Known and anonymous individuals, and the moment at which one becomes the other."""

from __future__ import annotations

import pytest

from graph_model.events.model import EventKind, NewEvent
from graph_model.identity.kinds import Kind, kind_changes, kind_of

BROWSER, PHONE = "web/Device/COOKIE:k1", "app/Device/DEVICE:d1"
ADA, COMPANY = "shop/Individual/1", "erp/Organization/1"


def changed(individual: str, kind: Kind) -> NewEvent:
    return NewEvent(EventKind.INDIVIDUAL_KIND_CHANGED, individual, {"individualKind": kind.value})


@pytest.mark.parametrize(
    ("objects", "kind"),
    [
        (["Device"], Kind.ANONYMOUS),
        (["Device", "Device"], Kind.ANONYMOUS),
        (["Device", "Individual"], Kind.KNOWN),
        (["Organization"], Kind.KNOWN),
    ],
)
def test_whoever_has_a_record_that_says_who_it_is_is_known(objects: list[str], kind: Kind) -> None:
    assert kind_of(objects) is kind


def test_a_login_makes_an_anonymous_individual_known() -> None:
    before = {BROWSER: "ind_1", PHONE: "ind_1"}
    assert kind_changes(before, before | {ADA: "ind_1"}) == [changed("ind_1", Kind.KNOWN)]


def test_who_loses_the_record_that_named_them_is_anonymous_again() -> None:
    before = {BROWSER: "ind_1", ADA: "ind_1", COMPANY: "ind_2"}
    assert kind_changes(before, {BROWSER: "ind_1", COMPANY: "ind_2"}) == [changed("ind_1", Kind.ANONYMOUS)]
    split = {BROWSER: "ind_1", ADA: "ind_3", COMPANY: "ind_2"}
    assert kind_changes(before, split) == [changed("ind_1", Kind.ANONYMOUS)]


def test_who_came_about_or_was_merged_away_has_not_changed_their_kind() -> None:
    assert kind_changes({}, {ADA: "ind_1", BROWSER: "ind_2"}) == []
    assert kind_changes({ADA: "ind_1", BROWSER: "ind_2"}, {ADA: "ind_1", BROWSER: "ind_1"}) == []
    assert kind_changes({ADA: "ind_1"}, {}) == []
    older = {BROWSER: "ind_1", ADA: "ind_2"}
    assert kind_changes(older, {BROWSER: "ind_1", ADA: "ind_1"}) == [changed("ind_1", Kind.KNOWN)]
