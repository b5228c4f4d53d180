"""The population of the benchmarks: the same from one seed, made of households, taken by the gateway."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby, islice
from random import Random

import orjson
import pytest

from benchmarks.people import FIELDS, Known, people, write
from benchmarks.population.chance import census_names, misread, mistyped, mistyped_email
from benchmarks.population.households import Person, Society
from graph_model.identity import normalise
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Record
from graph_model.records.validation import validate

RECORDS = 6_000


@pytest.fixture(scope="module")
def known() -> list[Known]:
    return list(people(RECORDS))


@pytest.fixture(scope="module")
def by_person(known: Sequence[Known]) -> Mapping[str, list[Known]]:
    found: dict[str, list[Known]] = defaultdict(list)
    for each in known:
        found[each.person].append(each)
    return found


@pytest.fixture(scope="module")
def households() -> list[list[Person]]:
    return list(islice(Society(Random(1)).households(), 3_000))


def test_one_seed_gives_one_population(known: list[Known]) -> None:
    assert list(people(RECORDS)) == known
    assert list(people(RECORDS, seed=2)) != known


def test_a_small_population_is_the_beginning_of_a_large_one(known: list[Known]) -> None:
    assert list(people(500)) == known[:500]


def test_the_gateway_takes_every_record_as_it_is() -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    for record, source, _ in people(30_000):
        taken = validate(record, source, SHIPPED.objects["Individual"], received_at=now)
        assert isinstance(taken, Record), taken


def test_every_record_has_its_own_id_in_its_source(known: list[Known]) -> None:
    assert len({(source, record["id"]) for record, source, _ in known}) == RECORDS


def test_a_third_of_the_persons_has_two_to_four_records_of_differing_sources(
    by_person: Mapping[str, list[Known]],
) -> None:
    sizes = Counter(len(records) for records in list(by_person.values())[:-1])
    several = sum(count for size, count in sizes.items() if size > 1)
    assert set(sizes) == {1, 2, 3, 4}
    assert several / sizes.total() == pytest.approx(1 / 3, abs=0.03)
    once = sum(
        len({source for _, source, _ in records}) == len(records)
        for records in by_person.values()
        if len(records) > 1
    )
    assert once / several > 0.8


def test_most_records_hold_two_attributes_beside_the_name(known: list[Known]) -> None:
    telling = ("birthDate", "email", "phone", "street")
    held = [sum(name in record for name in telling) for record, _, _ in known]
    assert sum(count >= 2 for count in held) / RECORDS > 0.95


def test_a_household_shares_its_home_and_mostly_its_surname(households: list[list[Person]]) -> None:
    together = [household for household in households if len(household) > 1]
    assert all(len({person.home for person in household}) == 1 for household in households)
    assert all(len({person.landline for person in household}) == 1 for household in households)
    shared = sum(len({person.last for person in household}) < len(household) for household in together)
    assert 0.7 < shared / len(together) < 0.95


def test_nobody_shares_a_number_or_an_email_address_with_strangers(households: list[list[Person]]) -> None:
    owners: dict[str, set[int]] = defaultdict(set)
    for number, household in enumerate(households):
        for person in household:
            for value in (*person.emails, person.mobile, *filter(None, [person.landline])):
                owners[value].add(number)
    assert all(len(numbers) == 1 for numbers in owners.values())


def test_some_households_share_an_email_address(households: list[list[Person]]) -> None:
    shared = [
        household
        for household in households
        if max(Counter(email for person in household for email in set(person.emails)).values()) > 1
    ]
    together = sum(len(household) > 1 for household in households)
    assert 0.04 < len(shared) / together < 0.12


def test_a_junior_bears_the_name_of_a_senior_of_the_household(households: list[list[Person]]) -> None:
    pairs = 0
    for household in households:
        for junior in (person for person in household if person.suffix == "Jr"):
            (senior, *_) = [
                person
                for person in household
                if person.suffix == "Sr" and (person.first, person.last) == (junior.first, junior.last)
            ]
            assert junior.born.year - senior.born.year >= 15
            pairs += 1
    assert pairs > 5


def test_there_are_twins(households: list[list[Person]]) -> None:
    twins = 0
    for household in households:
        births = sorted(household, key=lambda person: (person.born, person.last))
        for (_, last), group in groupby(births, key=lambda person: (person.born, person.last)):
            siblings = list(group)
            twins += len(siblings) > 1 and all(person.last == last for person in siblings)
    assert twins > 5


def test_names_are_as_frequent_as_in_the_census() -> None:
    rng = Random(1)
    drawn = Counter(census_names("all.last").draw(rng) for _ in range(100_000))
    assert drawn["Smith"] / 100_000 == pytest.approx(0.01006, rel=0.15)
    assert len(drawn) > 20_000


@pytest.mark.parametrize("text", ["Johnson", "j.smith@example.com", "12 Main Street"])
def test_a_slip_changes_a_letter_or_two(text: str) -> None:
    rng = Random(1)
    for _ in range(200):
        assert abs(len(mistyped(rng, text)) - len(text)) <= 1


def test_an_email_address_with_a_slip_is_still_one() -> None:
    rng = Random(1)
    for email in ("j.smith@aol.com", "a_lee7@proton.me", "x@y.com"):
        slipped = {mistyped_email(rng, email) for _ in range(300)}
        assert all(normalise.email(each) for each in slipped)


def test_a_misread_number_has_as_many_digits() -> None:
    rng = Random(1)
    slipped = [misread(rng, "555-0123") for _ in range(200)]
    assert all(len(number) == 8 and number[3] == "-" for number in slipped)
    assert sum(number != "555-0123" for number in slipped) > 180


def test_a_file_holds_records_and_truth(known: list[Known]) -> None:
    lines, table = io.StringIO(), io.StringIO()
    write(known[:50], lines, as_csv=False)
    write(known[:50], table, as_csv=True)
    expected = [{"source": source, "person": person, **record} for record, source, person in known[:50]]
    assert [orjson.loads(line) for line in lines.getvalue().splitlines()] == expected
    rows = list(csv.DictReader(io.StringIO(table.getvalue())))
    assert rows == [{name: row.get(name, "") for name in FIELDS} for row in expected]
