"""What pairs weigh under the default ruleset, and that explanations add up to it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.matching.features import Address, Features, Name, Party
from graph_model.identity.matching.scoring import BY_WEIGHT, NEVER, Scorer
from graph_model.identity.rulesets.model import Criterion, FrequencyTable, Method, Rule
from tests.graph_model.matching.persons import features, person

SCORER = Scorer(DEFAULT)
HOME = Address(house="12", street="high street", city="york", postal_code="10115")


def linked(one: Features, other: Features) -> bool:
    return SCORER.weigh(one, other) >= DEFAULT.link


@given(features("a"), features("b"))
def test_a_weight_does_not_depend_on_which_record_comes_first(one: Features, other: Features) -> None:
    assert SCORER.weigh(one, other) == SCORER.weigh(other, one)
    assert SCORER.rule(one, other) == SCORER.rule(other, one)
    assert SCORER.explain(one, other) == SCORER.explain(other, one)


@given(features("a"), features("b"))
def test_an_explanation_adds_up_to_the_weight(one: Features, other: Features) -> None:
    told = SCORER.explain(one, other)
    assert told.against_unrelated == told.prior + sum(x.unrelated + x.adjustment for x in told.evidence)
    assert told.against_household == told.household_prior + sum(x.household for x in told.evidence)
    expected = min(told.against_unrelated, told.against_household)
    if told.ceiling is not None:
        expected = min(expected, told.ceiling)
    if told.lifted is not None:
        assert told.rule != BY_WEIGHT
        expected = max(expected, told.lifted)
    assert told.weight == expected == SCORER.weigh(one, other)
    assert told.rule == SCORER.rule(one, other)


@given(features("a"), features("b"))
def test_what_is_unknown_on_either_side_is_no_evidence(one: Features, other: Features) -> None:
    blank = replace(other, emails=(), phones=(), addresses=())
    attributes = {evidence.attribute for evidence in SCORER.explain(one, blank).evidence}
    assert attributes.isdisjoint({"email", "email_given_name", "phone", "street", "postal_code", "city"})


def test_blanks_alone_link_nobody() -> None:
    assert not linked(person("a"), person("b"))


@pytest.mark.parametrize("party", [Party.ORGANIZATION, Party.DEVICE])
def test_a_person_is_neither_an_organisation_nor_a_device_that_is_a_stranger(party: Party) -> None:
    one = person("a", email="ada@mail.example")
    assert SCORER.weigh(one, replace(one, key="b", party=party)) == NEVER


def test_a_device_is_linked_by_its_identifier_alone() -> None:
    device = Features("d", Party.DEVICE, identifiers=("DEVICE||1",))
    user = person("a", "ada", "king", identifiers=("DEVICE||1",))
    assert linked(device, user)
    assert SCORER.rule(device, user) == "DEVICE"
    assert not linked(user, person("b", "grace", "hopper", identifiers=("DEVICE||1",)))


def test_names_alone_link_nobody_however_rare() -> None:
    assert not linked(person("a", "zebulon", "quackenbush"), person("b", "zebulon", "quackenbush"))


def test_the_same_email_address_links_what_says_no_more_than_that() -> None:
    one = person("a", email="ada@mail.example")
    assert linked(one, person("b", email="ada@mail.example"))
    assert linked(one, person("b", "ada", "king", email="ada@mail.example"))


def test_the_same_email_address_does_not_link_two_first_names() -> None:
    one = person("a", "ada", "king", born="1980-12-10", email="king@mail.example")
    assert not linked(one, person("b", "grace", "king", born="1985-03-27", email="king@mail.example"))


def test_the_same_phone_links_a_similar_name() -> None:
    one = person("a", "ada", "lovelace", phone="+493023125001")
    similar = person("b", "ada", "lovelaze", phone="+493023125001")
    assert linked(one, similar)
    assert not linked(one, person("b", "grace", "lovelace", phone="+493023125001"))


def test_a_similar_name_with_one_birth_date_and_postcode_is_linked() -> None:
    one = person("a", "ada", "lovelace", born="1980-12-10", address=HOME)
    assert linked(one, person("b", "ada", "lovelaze", born="1980-12-10", address=HOME))
    assert not linked(one, person("b", "otto", "lovelace", born="1980-12-10", address=HOME))


def test_the_number_of_an_account_links_within_its_issuer() -> None:
    one = person("a", identifiers=("CUSTOMER_NUMBER|crm|1",))
    assert linked(one, person("b", identifiers=("CUSTOMER_NUMBER|crm|1",)))
    assert not linked(one, person("b", identifiers=("CUSTOMER_NUMBER|shop|1",)))


def test_relatives_of_one_home_are_not_one_person() -> None:
    father = person("a", "john", "quill", born="1950-03-27", phone="+1", address=HOME)
    wife = person("b", "martha", "quill", born="1952-07-01", phone="+1", address=HOME)
    assert not linked(father, wife)


def test_generations_are_told_apart() -> None:
    senior = person("a", "john", "quill", suffix="sr", phone="+493023125001", address=HOME)
    junior = person("b", "john", "quill", suffix="jr", phone="+493023125001", address=HOME)
    assert not linked(senior, junior)
    assert linked(senior, replace(senior, key="b", names=(Name("john", "", "quill"),)))


def test_names_in_the_wrong_fields_are_found() -> None:
    one = person("a", "ada", "lovelace", born="1980-12-10")
    assert linked(one, person("b", "lovelace", "ada", born="1980-12-10"))


def test_of_several_values_those_count_that_speak_most_for_a_match() -> None:
    one = person("a", "ada", "lovelace", born="1980-12-10", email="ada@mail.example")
    other = replace(one, key="b", emails=("other@post.example", "ada@mail.example"))
    weighed = {x.attribute: x.level for x in SCORER.explain(one, other).evidence}
    assert weighed["email_given_name"] == "EQUAL"


def test_agreement_on_a_rare_value_weighs_more() -> None:
    table = FrequencyTable(total=1_000, counts={"smith": 50})
    scorer = Scorer(DEFAULT.model_copy(update={"frequencies": {"last_name": table}}))
    common = scorer.weigh(person("a", "ada", "smith", born="1980-12-10"), person("b", "ada", "smith"))
    rare = scorer.weigh(person("a", "ada", "quill", born="1980-12-10"), person("b", "ada", "quill"))
    told = scorer.explain(person("a", last="quill"), person("b", last="quill")).evidence[0]
    assert (
        told.adjustment
        > scorer.explain(person("a", last="smith"), person("b", last="smith")).evidence[0].adjustment
    )
    assert rare >= common


def test_a_rule_of_its_own_lifts_a_pair() -> None:
    rule = Rule(
        name="SURNAME_AND_YEAR",
        criteria=(
            Criterion(attribute="last_name", method=Method.EXACT),
            Criterion(attribute="birth_date", method=Method.FUZZY, level="YEAR"),
        ),
        unless=("first_name",),
        weight=7_000,
    )
    scorer = Scorer(DEFAULT.model_copy(update={"rules": (rule,)}))
    one, other = person("a", last="quill", born="1980-12-10"), person("b", last="quill", born="1980-03-27")
    assert scorer.weigh(one, other) == 7_000
    assert scorer.rule(one, other) == "SURNAME_AND_YEAR"
    told = scorer.weigh(
        person("a", "ada", "quill", born="1980-12-10"), person("b", "otto", "quill", born="1980-03-27")
    )
    assert told < 0


@pytest.mark.parametrize(
    "criterion",
    [Criterion(attribute="shoe_size"), Criterion(attribute="phone", method=Method.FUZZY, level="VAGUE")],
)
def test_a_rule_of_what_no_comparison_knows_is_refused(criterion: Criterion) -> None:
    with pytest.raises(ValueError, match="no "):
        Scorer(DEFAULT.model_copy(update={"rules": (Rule(name="R", criteria=(criterion,)),)}))


@given(st.permutations(["ada", "bob", "ada"]))
def test_a_record_is_compared_as_it_is_now_whatever_was_compared_before(firsts: list[str]) -> None:
    scorer, other = Scorer(DEFAULT), person("b", "ada", "king", born="1980-12-10")
    for first in firsts:
        one = person("a", first, "king", born="1980-12-10")
        assert scorer.weigh(one, other) == Scorer(DEFAULT).weigh(one, other)
