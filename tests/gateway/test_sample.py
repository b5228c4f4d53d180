"""The committed sample files: made by their script, plausible, and resolvable by the first match rules."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import phonenumbers
import pytest
from email_validator import validate_email
from graphql import parse
from graphql.language import OperationDefinitionNode
from rapidfuzz.distance import JaroWinkler

from gateway.sample import DATA, REFERENCE, TRUTH, files
from gateway.sample.clock import moment
from gateway.sample.generate import render
from gateway.sample.personas import (
    CLAIRE,
    CLAIRE_DAYS_SINCE_LAST_ORDER,
    FAMILY,
    FAMILY_PHONE,
    PERSONAS,
    REGISTRATION,
    ROBIN,
    ROBIN_DEVICE,
    Persona,
)
from gateway.sample.queries import QUERIES
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Record
from graph_model.records.validation import validate

Json = dict[str, Any]

TIMES = ("modifiedAt", "createdAt", "orderedAt", "openedAt", "occurredAt")
# Bundesnetzagentur (drama numbers), Ofcom (TV and radio drama), Arcep (audiovisual works), NANP 555-01xx.
FICTIONAL_PHONE = re.compile(
    r"\+49(3023125|4066969|8999998|2214710|6990009)\d{3}"
    r"|\+44(2079460|1134960|1174960|1314960|1414960|1614960|2920180)\d{3}"
    r"|\+33(19900|26191|35301|46571|53649)\d{4}"
    r"|\+1(206|212|303|312|415|512|617)55501\d{2}"
)


def every_record() -> Iterator[tuple[str, str, Json]]:
    for file in files():
        for record in file.records(REFERENCE):
            yield file.source, file.object, record


def as_list(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


def e164(number: str, country: str | None) -> str:
    parsed = phonenumbers.parse(number, country)
    assert phonenumbers.is_valid_number(parsed), number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in decomposed if letter.isalnum())


@pytest.fixture(scope="module")
def records() -> dict[str, Json]:
    """All records by key source/object/id."""
    return {f"{source}/{kind}/{record['id']}": record for source, kind, record in every_record()}


@pytest.fixture(scope="module")
def truth() -> dict[str, str]:
    return dict(json.loads(TRUTH.read_bytes()))


@pytest.fixture(scope="module")
def individuals(records: dict[str, Json]) -> dict[str, Json]:
    return {key: record for key, record in records.items() if "/Individual/" in key}


@pytest.fixture(scope="module")
def orders_by_person(records: dict[str, Json], truth: dict[str, str]) -> dict[str, list[Json]]:
    found = defaultdict(list)
    for key, record in records.items():
        if "/SalesOrder/" in key:
            found[truth[key]].append(record)
    return found


def same_person_by_the_three_rules(one: Json, other: Json, threshold: float) -> bool:
    """Equal e-mail; or equal telephone and fuzzy name; or fuzzy name, equal birth date and postal code."""

    def facts(record: Json, field: str) -> set[str]:
        if field == "phone":
            return {e164(number, record.get("country")) for number in as_list(record.get("phone"))}
        return {value.lower() for value in as_list(record.get(field))}

    if facts(one, "email") & facts(other, "email"):
        return True
    named_alike = all(
        JaroWinkler.similarity(folded(one[name]), folded(other[name])) >= threshold
        for name in ("firstName", "lastName")
    )
    return named_alike and (
        bool(facts(one, "phone") & facts(other, "phone"))
        or all(facts(one, field) & facts(other, field) for field in ("birthDate", "postalCode"))
    )


def resolved(individuals: dict[str, Json], threshold: float) -> dict[str, str]:
    """Each record's key with the first key of its cluster; pairs are compared that share any value."""
    leader = {key: key for key in individuals}

    def lead(key: str) -> str:
        while leader[key] != key:
            key = leader[key]
        return key

    blocks: dict[str, list[str]] = defaultdict(list)
    for key, record in individuals.items():
        values = [value.lower() for value in as_list(record.get("email"))]
        values += [e164(number, record.get("country")) for number in as_list(record.get("phone"))]
        for value in [*values, record.get("birthDate")]:
            if value:
                blocks[value].append(key)
    for block in blocks.values():
        for one, other in combinations(block, 2):
            if same_person_by_the_three_rules(individuals[one], individuals[other], threshold):
                leader[lead(other)] = lead(one)
    return {key: lead(key) for key in individuals}


def pairs(groups: dict[str, str]) -> set[tuple[str, str]]:
    members = defaultdict(list)
    for key, group in groups.items():
        members[group].append(key)
    return {pair for group in members.values() for pair in combinations(sorted(group), 2)}


def test_the_committed_files_are_what_the_generator_makes() -> None:
    assert {path.name: path.read_bytes() for path in DATA.iterdir()} == render()


def test_the_files_come_in_the_order_in_which_the_story_is_told() -> None:
    assert [(file.source, file.object) for file in files()] == [
        ("crm", "Individual"),
        ("crm", "Account"),
        ("shop", "Individual"),
        ("shop", "SalesOrder"),
        ("service", "Individual"),
        ("service", "Case"),
        ("web", "WebEngagement"),
        ("web", "Individual"),
    ]
    assert all(file.count == len(list(file.records(REFERENCE))) for file in files())


def test_the_sample_is_large_enough_to_be_a_story_and_small_enough_to_load_while_one_waits(
    individuals: dict[str, Json], truth: dict[str, str]
) -> None:
    assert 450 <= len(individuals) <= 550
    assert 280 <= len({truth[key] for key in individuals}) <= 310
    counts = {file.object: file.count for file in files() if file.object != "Individual"}
    assert counts["Account"] == 60
    assert counts["Case"] == 150
    assert 800 <= counts["SalesOrder"] <= 1000
    assert 1400 <= counts["WebEngagement"] <= 1600


def test_every_record_is_valid_and_has_an_id_of_its_own() -> None:
    seen = set()
    for source, kind, raw in every_record():
        record = validate(raw, source, SHIPPED.objects[kind], received_at=REFERENCE)
        assert isinstance(record, Record), (raw, record)
        assert record.key not in seen
        seen.add(record.key)


def test_the_truth_names_somebody_for_every_record(records: dict[str, Json], truth: dict[str, str]) -> None:
    assert truth.keys() == records.keys()


def test_no_email_address_and_no_telephone_number_can_reach_anybody(records: dict[str, Json]) -> None:
    for record in records.values():
        for email in as_list(record.get("email")):
            domain = validate_email(email, check_deliverability=False).domain
            assert domain in {"example.com", "example.org", "example.net"} or domain.endswith(".example")
        for number in as_list(record.get("phone")):
            assert FICTIONAL_PHONE.fullmatch(e164(number, record.get("country")))


def test_nothing_happens_after_the_reference_date(records: dict[str, Json]) -> None:
    assert (
        max(record[name] for record in records.values() for name in TIMES if name in record)
        < "2026-11-01T00:00:01Z"
    )


@pytest.mark.parametrize(
    "now", [datetime(2027, 2, 3, 17, 45, tzinfo=UTC), datetime(2026, 10, 30, 8, tzinfo=UTC)]
)
def test_the_story_can_be_moved_so_that_it_ends_on_any_day(now: datetime) -> None:
    days = (now.date() - REFERENCE.date()).days
    for file in files():
        for told, moved in zip(file.records(REFERENCE), file.records(now), strict=True):
            assert moved.keys() == told.keys()
            for name, value in told.items():
                if name in TIMES:
                    assert moment(moved[name]) - moment(value) == timedelta(days=days)
                    assert moment(moved[name]) <= now
                else:
                    assert moved[name] == value


@pytest.mark.parametrize("threshold", [0.85, 0.92])
def test_the_three_match_rules_find_nearly_every_pair_and_no_wrong_one(
    individuals: dict[str, Json], truth: dict[str, str], threshold: float
) -> None:
    expected = pairs({key: truth[key] for key in individuals})
    found = pairs(resolved(individuals, threshold))
    assert found - expected == set()
    assert 0.9 < len(found) / len(expected) < 1


def test_households_share_a_telephone_but_neither_an_email_nor_a_name_that_could_be_taken_for_another(
    individuals: dict[str, Json], truth: dict[str, str]
) -> None:
    by_phone: dict[str, dict[str, list[Json]]] = defaultdict(lambda: defaultdict(list))
    people_by_email = defaultdict(set)
    for key, record in individuals.items():
        for number in as_list(record.get("phone")):
            by_phone[e164(number, record.get("country"))][truth[key]].append(record)
        for email in as_list(record.get("email")):
            people_by_email[email.lower()].add(truth[key])
    households = [people for people in by_phone.values() if len(people) > 1]
    assert len(households) >= 20
    assert all(len(people) == 1 for people in people_by_email.values())
    for people in households:
        for one, other in combinations(people.values(), 2):
            for left in one:
                for right in other:
                    assert JaroWinkler.similarity(folded(left["firstName"]), folded(right["firstName"])) < 0.8


def test_some_different_people_have_the_same_name(
    individuals: dict[str, Json], truth: dict[str, str]
) -> None:
    people_by_name = defaultdict(set)
    for key, record in individuals.items():
        people_by_name[record["firstName"], record["lastName"]].add(truth[key])
    assert sum(len(people) > 1 for people in people_by_name.values()) >= 4


def test_every_order_that_names_a_customer_names_one_of_the_shop(
    records: dict[str, Json], truth: dict[str, str]
) -> None:
    customers = {
        record["customerNumber"]: truth[key]
        for key, record in records.items()
        if key.startswith("shop/Individual/")
    }
    for key, record in records.items():
        if "/SalesOrder/" in key and "customerNumber" in record:
            assert customers[record["customerNumber"]] == truth[key]


def test_a_device_has_one_owner_or_none(records: dict[str, Json], truth: dict[str, str]) -> None:
    people_by_device = defaultdict(set)
    for key, record in records.items():
        for device in as_list(record.get("deviceId")):
            people_by_device[device].add(truth[key])
    assert all(len(people) == 1 for people in people_by_device.values())
    visited = {record["deviceId"] for key, record in records.items() if "/WebEngagement/" in key}
    claimed = {
        d for key, record in records.items() if "/Individual/" in key for d in as_list(record.get("deviceId"))
    }
    assert len(visited & claimed) >= 50
    assert len(visited - claimed) >= 50


def test_who_is_valuable_and_silent_does_not_depend_on_how_one_counts(
    orders_by_person: dict[str, list[Json]],
) -> None:
    silent = 0
    for orders in orders_by_person.values():
        kept = [order for order in orders if order["status"] not in ("CANCELLED", "RETURNED")]
        verdicts = {
            sum(Decimal(order["total"]) for order in counted) >= 500
            and max(moment(order["orderedAt"]) for order in counted) < REFERENCE - timedelta(days=days)
            for counted in (orders, kept)
            for days in (175, 185)
            if counted
        }
        assert len(verdicts) <= 1, orders
        silent += verdicts == {True}
        assert len({order["currency"] for order in orders}) == 1
        assert verdicts != {True} or orders[0]["currency"] == "EUR"
    assert 12 <= silent <= 20


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.person)
def test_a_persona_is_in_the_files_as_the_documentation_says(
    persona: Persona,
    records: dict[str, Json],
    truth: dict[str, str],
    orders_by_person: dict[str, list[Json]],
) -> None:
    about = defaultdict(list)
    for key, person in truth.items():
        if person == persona.person:
            about[key.split("/")[1]].append(key)
    assert tuple(about["Individual"]) == persona.records
    assert len(about["SalesOrder"]) == persona.orders
    assert len(about["Case"]) == persona.cases
    assert len(about["WebEngagement"]) == persona.visits
    assert len(about["Account"]) == persona.accounts
    orders = orders_by_person.get(persona.person, [])
    spent = str(sum(Decimal(order["total"]) for order in orders)) if orders else None
    assert spent == persona.lifetime_value
    assert {order["currency"] for order in orders} == ({persona.currency} if persona.currency else set())
    for key in persona.records:
        assert persona.email in as_list(records[key].get("email", persona.email).lower())


def test_claire_has_been_silent_for_exactly_so_many_days(orders_by_person: dict[str, list[Json]]) -> None:
    latest = max(moment(order["orderedAt"]) for order in orders_by_person[CLAIRE.person])
    assert REFERENCE - latest == timedelta(days=CLAIRE_DAYS_SINCE_LAST_ORDER)


def test_the_webers_are_three_people_with_one_telephone(individuals: dict[str, Json]) -> None:
    for key in (key for persona in FAMILY for key in persona.records):
        assert e164(individuals[key]["phone"], individuals[key]["country"]) == FAMILY_PHONE


def test_robin_is_unknown_until_the_registration_claims_the_device(individuals: dict[str, Json]) -> None:
    assert REGISTRATION["deviceId"] == ROBIN_DEVICE
    assert e164(REGISTRATION["phone"], None) == ROBIN.phone
    assert not any(
        ROBIN_DEVICE in as_list(record.get("deviceId")) or ROBIN.email in as_list(record.get("email"))
        for record in individuals.values()
    )


@pytest.mark.parametrize(("title", "document", "variables"), QUERIES)
def test_a_query_worth_trying_is_one_operation_with_all_its_variables(
    title: str, document: str, variables: dict[str, Any]
) -> None:
    (operation,) = (node for node in parse(document).definitions if isinstance(node, OperationDefinitionNode))
    assert title
    assert {each.variable.name.value for each in operation.variable_definitions or ()} == set(variables)
