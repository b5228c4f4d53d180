"""Survivorship: what an individual's values are, given what its records say, and where each is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.golden import (
    ADDRESS_FIELDS,
    ADDRESSES,
    CONTACT_POINTS,
    RECONCILED,
    SINGLE_FIELDS,
    GoldenSource,
    golden_values,
)
from graph_model.identity.golden.model import pack, unpack
from graph_model.identity.rulesets.model import Reconcile, Reconciliation, ReconciliationRule
from graph_model.metadata.objects import DEVICE_OBJECT
from graph_model.records.model import STEWARD, FieldValue, Parts, Scalar

MOST_FREQUENT, LONGEST, MOST_COMPLETE = Reconcile.MOST_FREQUENT, Reconcile.LONGEST, Reconcile.MOST_COMPLETE


def said(
    day: int, *, source: str = "crm", object_name: str = "Individual", **fields: FieldValue | None
) -> GoldenSource:
    return GoldenSource(f"{source}/{object_name}/{day}", object_name, f"2026-01-{day:02}", fields)


def by(rule: Reconcile, *sources: str, ignore_empty: bool = True) -> Reconciliation:
    """One rule for everything."""
    return Reconciliation(default=ReconciliationRule(rule=rule, sources=sources, ignore_empty=ignore_empty))


def values(*records: GoldenSource, under: Reconciliation | None = None) -> dict[str, Any]:
    return golden_values(records, under or Reconciliation()).values


def origins(*records: GoldenSource, under: Reconciliation | None = None) -> list[tuple[str, Any, str, str]]:
    return [
        (item.field, item.value, item.rule, item.record_key)
        for item in golden_values(records, under or Reconciliation()).provenance
    ]


def test_the_last_update_wins_and_empty_values_do_not_count() -> None:
    golden = values(said(1, firstName="Ada", lastName="King"), said(2, lastName="Lovelace"))
    assert (golden["firstName"], golden["lastName"]) == ("Ada", "Lovelace")
    assert golden["gender"] is None


def test_a_value_is_as_late_as_it_was_said_and_not_as_its_record() -> None:
    patched = replace(said(1, firstName="Ada", lastName="King"), times={"lastName": "2026-01-09"})
    golden = values(patched, said(2, firstName="Augusta", lastName="Lovelace"))
    assert (golden["firstName"], golden["lastName"]) == ("Augusta", "King")
    times = {item.field: item.modified_at for item in golden_values([patched]).provenance}
    assert (times["firstName"], times["lastName"]) == ("2026-01-01", "2026-01-09")


def test_so_is_each_value_of_a_list_and_what_other_words_say() -> None:
    rome: list[Parts] = [{"city": "Rome"}]
    several = replace(
        said(1, fullName="Ada King", email=["a@b.example", "z@b.example"], addresses=rome),
        times={"fullName": "2026-01-08", "email": ["2026-01-01", "2026-01-03"], "addresses": ["2026-01-07"]},
    )
    golden = values(several, said(2, firstName="Augusta", email=["m@b.example"], city="Paris"))
    assert golden["emails"] == ["z@b.example", "m@b.example", "a@b.example"]
    assert (golden["firstName"], golden["city"]) == ("Ada", "Rome")


def test_of_equally_late_values_the_first_in_the_alphabet_wins() -> None:
    assert values(said(1, firstName="Zoe"), said(2, firstName="eva"), said(2, firstName="Fay"))[
        "firstName"
    ] == ("eva")


def test_the_most_frequent_value_wins_whatever_its_case_and_is_shown_as_it_was_written_last() -> None:
    records = (said(1, firstName="ADA"), said(2, firstName="Ada"), said(3, firstName="Eva"))
    assert values(*records, under=by(MOST_FREQUENT))["firstName"] == "Ada"


def test_of_equally_frequent_values_the_last_updated_wins_then_the_first_in_the_alphabet() -> None:
    assert (
        values(said(1, firstName="Ada"), said(2, firstName="Eva"), under=by(MOST_FREQUENT))["firstName"]
        == "Eva"
    )
    assert (
        values(said(2, firstName="Zoe"), said(2, firstName="Eva"), under=by(MOST_FREQUENT))["firstName"]
        == "Eva"
    )


def test_the_source_that_is_named_first_wins_and_within_it_the_last_update() -> None:
    rule = by(Reconcile.SOURCE_PRIORITY, "crm", "shop")
    shop = said(9, source="shop", firstName="Eva")
    crm = said(1, firstName="Adeline"), said(2, firstName="Ada")
    assert values(shop, *crm, under=rule)["firstName"] == "Ada"
    assert values(shop, said(3, lastName="King"), under=rule)["firstName"] == "Eva"


def test_sources_that_are_not_named_come_last_and_among_them_the_last_update_wins() -> None:
    rule = by(Reconcile.SOURCE_PRIORITY, "crm")
    web, app = said(8, source="web", firstName="Eva"), said(9, source="app", firstName="Zoe")
    assert values(web, app, said(1, firstName="Ada"), under=rule)["firstName"] == "Ada"
    assert values(web, app, under=rule)["firstName"] == "Zoe"


def test_the_longest_value_wins_and_of_equally_long_ones_the_last_updated() -> None:
    records = said(1, firstName="Adeline"), said(2, firstName="Ada")
    assert values(*records, under=by(LONGEST))["firstName"] == "Adeline"
    assert values(said(1, firstName="Ada"), said(2, firstName="Eva"), under=by(LONGEST))["firstName"] == "Eva"


def test_the_record_with_the_most_filled_fields_wins() -> None:
    full = said(1, firstName="Ada", lastName="King", city="London")
    sparse = said(2, firstName="Eva", lastName=None, gender=None, salutation=None)
    assert values(full, sparse, under=by(MOST_COMPLETE))["firstName"] == "Ada"
    assert values(said(1, firstName="Ada"), said(2, firstName="Eva"), under=by(MOST_COMPLETE))[
        "firstName"
    ] == ("Eva")


def test_a_field_has_the_rule_of_its_own_and_the_others_have_the_default() -> None:
    mixed = Reconciliation(
        default=ReconciliationRule(rule=LONGEST),
        fields={"firstName": ReconciliationRule(rule=Reconcile.LAST_UPDATED)},
    )
    records = said(1, firstName="Adeline", lastName="Lovelace"), said(2, firstName="Ada", lastName="King")
    golden = values(*records, under=mixed)
    assert (golden["firstName"], golden["lastName"]) == ("Ada", "Lovelace")


def test_a_null_that_is_newest_means_that_there_is_no_value() -> None:
    assert values(said(1, middleName="Augusta"), said(2, middleName=None))["middleName"] is None
    assert values(said(1, middleName=None), said(2, middleName="Augusta"))["middleName"] == "Augusta"


def test_a_value_wins_over_a_null_of_the_same_time() -> None:
    assert values(said(1, middleName=None), said(1, middleName="Augusta"))["middleName"] == "Augusta"


@pytest.mark.parametrize(
    ("rule", "records", "expected"),
    [
        (
            by(Reconcile.SOURCE_PRIORITY, "crm"),
            [said(1, gender=None), said(2, source="x", gender="MALE")],
            None,
        ),
        (by(MOST_FREQUENT), [said(1, gender=None), said(2, gender=None), said(3, gender="MALE")], None),
        (by(MOST_FREQUENT), [said(1, gender=None), said(2, gender="MALE"), said(3, gender="MALE")], "MALE"),
        (by(LONGEST), [said(1, gender="MALE"), said(2, gender=None)], "MALE"),
        (by(MOST_COMPLETE), [said(1, gender=None, city="Rome"), said(2, gender="MALE")], "MALE"),
        (by(MOST_COMPLETE), [said(1, gender=None, city="Rome", state="RM"), said(2, gender="MALE")], None),
    ],
)
def test_a_null_is_one_more_thing_said_under_every_rule(
    rule: Reconciliation, records: list[GoldenSource], expected: str | None
) -> None:
    assert values(*records, under=rule)["gender"] == expected


def test_where_the_rule_says_so_silence_counts_as_a_null() -> None:
    records = said(1, firstName="Ada"), said(2, lastName="King")
    golden = values(*records, under=by(Reconcile.LAST_UPDATED, ignore_empty=False))
    assert (golden["firstName"], golden["lastName"]) == (None, "King")


def test_an_address_is_taken_whole_from_one_record() -> None:
    golden = values(
        said(1, street="Old Street 1", city="Berlin", postalCode="10115"), said(2, city="Hamburg")
    )
    assert (golden["street"], golden["city"], golden["postalCode"]) == (None, "Hamburg", None)


def test_of_equally_late_addresses_one_is_taken_whole() -> None:
    one, other = {"city": "Hamburg", "street": "A"}, {"city": "Berlin", "street": "B"}
    golden = values(said(2, **one), said(2, **other), said(1, city="Aachen"))
    assert (golden["city"], golden["street"]) in [("Hamburg", "A"), ("Berlin", "B")]


def test_an_address_is_withdrawn_by_nulls_alone_but_not_by_one_beside_other_parts() -> None:
    before = said(1, street="Old Street 1", city="Berlin")
    assert values(before, said(2, street=None, city=None))["city"] is None
    moved = values(before, said(2, street=None, city="Hamburg"))
    assert (moved["street"], moved["city"]) == (None, "Hamburg")


def test_contact_points_are_all_kept_the_latest_first_each_once() -> None:
    golden = values(
        said(1, email=["c@mail.example", "b@mail.example"], phone=["1"]),
        said(2, email=["d@mail.example", "b@mail.example"]),
    )
    assert golden["emails"] == ["b@mail.example", "d@mail.example", "c@mail.example"]
    assert golden["phones"] == ["1"]


def test_contact_points_are_never_reconciled_away_but_ranked_by_the_rule() -> None:
    crm, shop = said(1, email=["ada@crm.example"]), said(2, source="shop", email=["ada@shop.example"])
    ranked = values(crm, shop, under=by(Reconcile.SOURCE_PRIORITY, "crm"))
    assert ranked["emails"] == ["ada@crm.example", "ada@shop.example"]
    often = values(shop, crm, said(3, source="web", email=["Ada@CRM.example"]), under=by(MOST_FREQUENT))
    assert often["emails"] == ["Ada@CRM.example", "ada@shop.example"]


def cities(golden: dict[str, Any]) -> list[str]:
    return [parts["city"] for parts in golden["addresses"]]


def test_all_addresses_are_kept_each_once_first_the_one_that_is_shown() -> None:
    old = said(1, street="12 Main St", city="Springfield", postalCode="62701", country="US")
    same = said(2, street="12 MAIN STREET", city="Springfield", postalCode="62701", country="US")
    further: list[dict[str, Scalar]] = [{"city": "Paris", "country": "FR"}]
    new = said(3, street="5 Oak Rd", city="Shelbyville", addresses=further)
    golden = values(old, same, new)
    assert sorted(cities(golden)[:2]) == ["Paris", "Shelbyville"]
    assert cities(golden)[0] == golden["city"] == "Shelbyville"
    assert cities(golden)[2:] == ["Springfield"]
    assert golden["addresses"][2]["street"] == "12 MAIN STREET"
    shop = said(9, source="shop", city="Rome")
    assert cities(values(shop, old, under=by(Reconcile.SOURCE_PRIORITY, "crm"))) == ["Springfield", "Rome"]


def test_a_null_takes_away_no_address_of_another_record_from_the_list() -> None:
    golden = values(said(1, city="Rome"), said(2, city=None))
    assert (golden["city"], golden["addresses"]) == (None, [{"city": "Rome"}])


def test_a_corrected_address_comes_first_and_a_correction_that_there_is_none_takes_all_away() -> None:
    records = said(1, city="Rome"), said(3, city="Paris")
    oslo = said(2, source=STEWARD, city="Oslo")
    assert cities(values(*records, oslo)) == ["Oslo", "Paris", "Rome"]
    rules = [rule for field, _, rule, _ in origins(*records, oslo) if field == ADDRESSES]
    assert rules == ["CORRECTION", "LAST_UPDATED", "LAST_UPDATED"]
    assert values(*records, said(2, source=STEWARD, city=None))["addresses"] == []


def test_a_null_takes_away_no_contact_point_of_another_record() -> None:
    assert values(said(1, email=["a@b.example"]), said(2, email=None))["emails"] == ["a@b.example"]


def test_what_is_no_contact_point_is_shown_last() -> None:
    golden = values(
        said(1, email=["ada@mail.example"], phone=["+44 20 7946 0018"]),
        said(2, email=["ada@@mail.example"], phone=["+44", "020 7946"]),
    )
    assert golden["emails"] == ["ada@mail.example", "ada@@mail.example"]
    assert golden["phones"] == ["020 7946", "+44 20 7946 0018", "+44"]


def test_a_person_is_shown_by_name_else_by_email_else_as_anonymous() -> None:
    assert values(said(1, firstName="Ada", lastName="Lovelace"))["displayName"] == "Ada Lovelace"
    assert values(said(1, lastName="Lovelace", email=["a@b.example"]))["displayName"] == "Lovelace"
    assert values(said(1, email=["a@b.example"]))["displayName"] == "a@b.example"
    assert values(said(1))["displayName"] == "Anonymous"


def test_an_organisation_is_shown_by_its_name() -> None:
    golden = values(said(1, object_name="Organization", name="Analytical Engines", email=["a@b.example"]))
    assert (golden["partyType"], golden["organizationName"]) == ("ORGANIZATION", "Analytical Engines")
    assert golden["displayName"] == "Analytical Engines"
    assert values(said(1, firstName="Ada"))["partyType"] == "PERSON"
    assert values(said(1, object_name=DEVICE_OBJECT))["partyType"] == "PERSON"


def test_a_whole_name_fills_the_parts_that_its_record_does_not_say() -> None:
    golden = values(said(1, fullName="Juan de la Vega Jr."))
    shown = tuple(golden[name] for name in ("firstName", "lastName", "suffix"))
    assert shown == ("Juan", "de la Vega", "Jr.")
    golden = values(said(1, firstName="John", lastName="Vega", fullName="Juan de la Vega Jr."))
    assert (golden["firstName"], golden["lastName"], golden["suffix"]) == ("John", "Vega", None)
    assert values(said(1, firstName="John", fullName="Juan de la Vega"))["lastName"] == "de la Vega"
    assert values(said(1, lastName=None, fullName="Juan de la Vega"))["lastName"] is None


def test_the_first_of_several_addresses_stands_in_for_one_that_is_missing() -> None:
    further: list[dict[str, Scalar]] = [{"city": "Paris", "street": "Rue 1"}, {"city": "Lyon"}]
    golden = values(said(1, addresses=further))
    assert (golden["city"], golden["street"]) == ("Paris", "Rue 1")
    assert values(said(1, city="Rome", addresses=further))["city"] == "Rome"
    assert values(said(1, city=None, addresses=further))["city"] is None


def test_who_has_only_devices_is_anonymous_and_a_device_adds_nothing_to_a_person() -> None:
    device, person = said(9, object_name=DEVICE_OBJECT), said(1, firstName="Ada")
    assert values(device)["kind"] == "ANONYMOUS"
    assert golden_values([device, person]) == golden_values([person])
    assert values(person)["kind"] == "KNOWN"


def test_a_correction_wins_over_every_rule_for_the_fields_that_it_names() -> None:
    correction = said(2, source=STEWARD, firstName="Ada", city="London", middleName=None)
    records = [
        said(day, firstName="Eva", middleName="Zoe", lastName="King", city="Rome") for day in (1, 3, 4)
    ]
    for rule in Reconcile:
        golden = values(*records, correction, under=by(rule, "crm", STEWARD))
        shown = tuple(golden[name] for name in ("firstName", "middleName", "lastName", "city"))
        assert shown == ("Ada", None, "King", "London")


def test_of_several_corrections_the_last_counts_field_by_field() -> None:
    one = said(1, source=STEWARD, firstName="Eva", lastName="King")
    two = said(2, source=STEWARD, firstName="Ada")
    golden = values(said(3, firstName="Zoe", lastName="Byron"), one, two)
    assert (golden["firstName"], golden["lastName"]) == ("Ada", "King")


def test_a_correction_of_contact_points_says_all_of_them_in_its_own_order() -> None:
    records = said(1, email=["old@mail.example"]), said(3, email=["wrong@mail.example"])
    listed = said(2, source=STEWARD, email=["b@mail.example", "a@mail.example"])
    assert values(*records, listed)["emails"] == ["b@mail.example", "a@mail.example"]
    assert values(*records, said(2, source=STEWARD, email=None))["emails"] == []


def test_a_correction_says_nothing_of_what_it_does_not_name_even_where_silence_counts() -> None:
    silent = by(Reconcile.LAST_UPDATED, ignore_empty=False)
    assert values(said(1, firstName="Ada"), said(2, source=STEWARD, city="Rome"), under=silent)[
        "firstName"
    ] == ("Ada")


def test_each_value_names_the_record_and_the_rule_that_it_is_from() -> None:
    crm = said(1, firstName="Ada", city="London", email=["a@mail.example"])
    shop = said(2, source="shop", lastName="King", email=["b@mail.example"])
    assert origins(crm, shop, said(3, source=STEWARD, gender=None)) == [
        ("firstName", "Ada", "LAST_UPDATED", "crm/Individual/1"),
        ("lastName", "King", "LAST_UPDATED", "shop/Individual/2"),
        ("gender", None, "CORRECTION", "steward/Individual/3"),
        ("address", {"city": "London"}, "LAST_UPDATED", "crm/Individual/1"),
        ("addresses", {"city": "London"}, "LAST_UPDATED", "crm/Individual/1"),
        ("emails", "b@mail.example", "LAST_UPDATED", "shop/Individual/2"),
        ("emails", "a@mail.example", "LAST_UPDATED", "crm/Individual/1"),
    ]


def test_a_value_that_several_records_agree_on_is_from_the_one_updated_last() -> None:
    agreed = origins(
        said(1, firstName="Ada"), said(2, firstName="Ada"), said(3, firstName="Eva"), under=by(MOST_FREQUENT)
    )
    assert agreed == [("firstName", "Ada", "MOST_FREQUENT", "crm/Individual/2")]


texts = st.sampled_from(["a", "A", "b", "cc"])
nullable = st.one_of(st.none(), texts)
fields = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("firstName", "lastName", "city", "street"), nullable),
        "email": st.one_of(st.none(), st.lists(texts, min_size=1, max_size=3, unique=True)),
    },
)


@st.composite
def sources(draw: st.DrawFn) -> list[GoldenSource]:
    """Records with keys of their own, as they are in the graph."""
    found = []
    for place in range(draw(st.integers(0, 5))):
        source = draw(st.sampled_from(["crm", "shop", STEWARD]))
        object_name = draw(st.sampled_from(["Individual", "Individual", DEVICE_OBJECT]))
        day = f"2026-01-0{draw(st.integers(1, 3))}"
        found.append(GoldenSource(f"{source}/{object_name}/{place}", object_name, day, draw(fields)))
    return found


rules = st.builds(
    ReconciliationRule,
    rule=st.sampled_from(Reconcile),
    sources=st.sampled_from([(), ("crm",), ("shop", "crm")]),
    ignore_empty=st.booleans(),
)
reconciliations = st.builds(
    Reconciliation, default=rules, fields=st.dictionaries(st.sampled_from(RECONCILED), rules, max_size=2)
)


@given(sources(), reconciliations, st.randoms(use_true_random=False))
def test_golden_values_and_their_provenance_do_not_depend_on_the_order_of_records(
    records: list[GoldenSource], rule: Reconciliation, random: Random
) -> None:
    golden = golden_values(records, rule)
    assert golden_values(random.sample(records, len(records)), rule) == golden
    assert {
        *SINGLE_FIELDS,
        *ADDRESS_FIELDS,
        ADDRESSES,
        *CONTACT_POINTS,
        "kind",
        "partyType",
        "displayName",
    } == golden.values.keys()


@given(sources(), reconciliations)
def test_every_value_is_what_its_record_says_and_the_other_way_round(
    records: list[GoldenSource], rule: Reconciliation
) -> None:
    golden = golden_values(records, rule)
    by_key: Mapping[str, GoldenSource] = {record.key: record for record in records}
    for item in golden.provenance:
        origin = by_key[item.record_key]
        assert item.modified_at == origin.modified_at
        if item.field in CONTACT_POINTS:
            assert item.value in (origin.fields[CONTACT_POINTS[item.field]] or [])  # type: ignore[operator]
        elif item.value is not None and item.field in SINGLE_FIELDS:
            assert golden.values[item.field] == item.value == origin.fields[item.field]
    told = {item.field for item in golden.provenance if item.value is not None}
    shown = {name for name in (*SINGLE_FIELDS, *CONTACT_POINTS) if golden.values[name]}
    assert shown == told - {"address", "addresses"}
    addresses = [item.value for item in golden.provenance if item.field == ADDRESSES]
    assert golden.values[ADDRESSES] == addresses


@given(sources(), reconciliations)
def test_provenance_is_read_as_it_was_written(records: list[GoldenSource], rule: Reconciliation) -> None:
    provenance = golden_values(records, rule).provenance
    assert unpack(pack(provenance)) == provenance


def test_an_individual_from_before_has_no_provenance() -> None:
    assert unpack(None) == ()
