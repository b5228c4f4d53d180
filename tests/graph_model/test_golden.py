"""Survivorship: what an individual's values are, given what its records say."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.golden import ADDRESS_FIELDS, SINGLE_FIELDS, GoldenSource, golden_values
from graph_model.metadata.objects import DEVICE_OBJECT
from graph_model.records.model import FieldValue


def said(day: int, *, object_name: str = "Individual", **fields: FieldValue) -> GoldenSource:
    return GoldenSource(f"crm/{object_name}/{day}", object_name, f"2026-01-{day:02}", fields)


def test_the_last_update_wins_and_empty_values_do_not_count() -> None:
    golden = golden_values([said(1, firstName="Ada", lastName="King"), said(2, lastName="Lovelace")])
    assert (golden["firstName"], golden["lastName"]) == ("Ada", "Lovelace")
    assert golden["gender"] is None


def test_of_equally_late_values_the_first_in_the_alphabet_wins() -> None:
    records = [said(1, firstName="Zoe"), said(2, firstName="Eva"), said(2, firstName="Ada")]
    assert golden_values(records)["firstName"] == "Ada"


def test_an_address_is_taken_whole_from_one_record() -> None:
    golden = golden_values(
        [said(1, street="Old Street 1", city="Berlin", postalCode="10115"), said(2, city="Hamburg")]
    )
    assert (golden["street"], golden["city"], golden["postalCode"]) == (None, "Hamburg", None)


def test_of_equally_late_addresses_one_is_taken_whole() -> None:
    one, other = {"city": "Hamburg", "street": "A"}, {"city": "Berlin", "street": "B"}
    golden = golden_values([said(2, **one), said(2, **other), said(1, city="Aachen")])
    assert (golden["city"], golden["street"]) == ("Berlin", "B")


def test_contact_points_are_all_kept_the_latest_first_each_once() -> None:
    golden = golden_values(
        [
            said(1, email=["c@mail.example", "b@mail.example"], phone=["1"]),
            said(2, email=["d@mail.example", "b@mail.example"]),
        ]
    )
    assert golden["emails"] == ["b@mail.example", "d@mail.example", "c@mail.example"]
    assert golden["phones"] == ["1"]


def test_a_person_is_shown_by_name_else_by_email_else_as_anonymous() -> None:
    assert golden_values([said(1, firstName="Ada", lastName="Lovelace")])["displayName"] == "Ada Lovelace"
    assert golden_values([said(1, lastName="Lovelace", email=["a@b.example"])])["displayName"] == "Lovelace"
    assert golden_values([said(1, email=["a@b.example"])])["displayName"] == "a@b.example"
    assert golden_values([said(1)])["displayName"] == "Anonymous"


def test_who_has_only_devices_is_anonymous_and_a_device_adds_nothing_to_a_person() -> None:
    device, person = said(9, object_name=DEVICE_OBJECT), said(1, firstName="Ada")
    assert golden_values([device])["kind"] == "ANONYMOUS"
    assert golden_values([device, person]) == golden_values([person])
    assert golden_values([person])["kind"] == "KNOWN"


texts = st.sampled_from(["a", "b", "c"])
sources = st.builds(
    said,
    st.integers(1, 3),
    object_name=st.sampled_from(["Individual", DEVICE_OBJECT]),
    **dict.fromkeys(("firstName", "lastName", "city", "street"), texts),
    email=st.lists(texts, max_size=3, unique=True),
)
partial = st.builds(
    lambda source, keep: GoldenSource(
        source.key,
        source.object,
        source.modified_at,
        {name: value for name, value in source.fields.items() if name in keep},
    ),
    sources,
    st.sets(st.sampled_from(["firstName", "lastName", "city", "street", "email"])),
)


@given(st.lists(partial, max_size=5), st.randoms())
def test_golden_values_do_not_depend_on_the_order_of_records(
    records: list[GoldenSource], random: Random
) -> None:
    golden = golden_values(records)
    shuffled = random.sample(records, len(records))
    assert golden_values(shuffled) == golden
    assert {
        *SINGLE_FIELDS,
        *ADDRESS_FIELDS,
        "emails",
        "phones",
        "kind",
        "displayName",
        "partyType",
        "organizationName",
    } == golden.keys()
