"""The story of the sample: who there is, what each source holds about them, and who is who in truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from random import Random
from typing import Any

from gateway.sample.clock import Clock
from gateway.sample.contacts import Contact, as_record, contacts_of
from gateway.sample.countries import COUNTRIES
from gateway.sample.encounters import (
    Browser,
    account_of,
    can_complain,
    case_of,
    company_for,
    new_id,
    visits_of,
)
from gateway.sample.people import Registry, populate
from gateway.sample.persona_records import PERSONA_RECORDS
from gateway.sample.personas import PERSONAS
from gateway.sample.purchases import SILENT_CUSTOMERS, Orders

SEED = 20261101
PEOPLE = 300 - len(PERSONAS)
ACCOUNTS = 60
CASES = 150
VISITS = 1500
ANONYMOUS_DEVICES = 70
GUESTS = 14
WORKING_AGE = date(2002, 1, 1)

OBJECTS = {
    ("crm", "Individual"): "C-{:04d}",
    ("crm", "Account"): "A-{:04d}",
    ("shop", "Individual"): "S-{:04d}",
    ("shop", "SalesOrder"): "O-{:05d}",
    ("service", "Individual"): "U-{:04d}",
    ("service", "Case"): "SC-{:04d}",
    ("web", "WebEngagement"): "V-{:05d}",
    ("web", "Individual"): "APP-{:04d}",
}
"""How ids look, by source and object, in the order of telling: registrations claim visits told before."""

# What the personas use; their record ids lie below 100.
_PERSONA_NAMES = [f"{persona.first_name} {persona.last_name}" for persona in PERSONAS]
_PERSONA_PHONES = ("30 23125042", "4 65 71 78 42", "221 4710100", "221 4710199", "117 496 0742")
_FIRST_NUMBER = 100


@dataclass(slots=True)
class Story:
    """The records by source and object; `truth` has for each key source/object/id the person it is about."""

    records: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    truth: dict[str, str] = field(default_factory=dict)
    _numbers: dict[tuple[str, str], Iterator[int]] = field(
        default_factory=lambda: defaultdict(lambda: count(_FIRST_NUMBER))
    )

    def next_id(self, source: str, kind: str) -> str:
        """The id of the next record; those below 100 are the personas'."""
        return OBJECTS[source, kind].format(next(self._numbers[source, kind]))

    def add(self, person: str, source: str, kind: str, record: dict[str, Any]) -> None:
        """Append a record about that person."""
        self.records[source, kind].append(record)
        self.truth[f"{source}/{kind}/{record['id']}"] = person


def tell() -> Story:
    """The whole story, the same at every call.

    Each chapter has its own random numbers, so that a change to one hardly touches the others.
    """
    story = Story()
    for (source, kind), records in PERSONA_RECORDS.items():
        for persona, record in records:
            story.add(persona.person, source, kind, record)
    registry = Registry(Random(f"{SEED}/people"), _PERSONA_NAMES, _PERSONA_PHONES)
    rng = Random(f"{SEED}/contacts")
    contacts = [
        contact for person in populate(registry, PEOPLE) for contact in contacts_of(person, rng, Clock(rng))
    ]
    _hand_out_identifiers(contacts)
    _accounts(story, registry, contacts)
    _individuals(story, contacts)
    _orders(story, registry, contacts)
    _cases(story, contacts)
    _visits(story, contacts)
    return story


def _hand_out_identifiers(contacts: list[Contact]) -> None:
    """Give customers their numbers, and apps and some customers their devices."""
    rng = Random(f"{SEED}/identifiers")
    numbers = iter(rng.sample(range(2000, 9999), len(contacts)))
    customer_numbers: dict[str, str] = {}
    for contact in contacts:
        if contact.source == "shop":
            number = next(numbers)
            contact.customer_number = customer_numbers[contact.person.id] = f"K-{number}"
            contact.loyalty_number = f"L-{number}" if rng.random() < 0.4 else None
        elif contact.source == "service" and rng.random() < 0.5:
            contact.customer_number = customer_numbers.get(contact.person.id)
        if contact.source == "web" or (contact.source == "shop" and rng.random() < 0.15):
            contact.devices = [new_id("device", rng) for _ in range(rng.choice((1, 1, 1, 2)))]


def _accounts(story: Story, registry: Registry, contacts: list[Contact]) -> None:
    """Companies, each with a contact of the CRM; the contact's work address stands in both records."""
    rng = Random(f"{SEED}/accounts")
    clock = Clock(rng)
    by_person = {
        contact.person.id: contact
        for contact in contacts
        if contact.source == "crm" and contact.person.birth_date < WORKING_AGE
    }
    taken: set[str] = set()
    missing = ACCOUNTS - len(story.records["crm", "Account"])
    for contact in rng.sample(list(by_person.values()), missing):
        company = company_for(contact.person, taken, rng)
        contact.emails.append(company.email(contact.person))
        account = account_of(contact.person, company, registry, rng, clock)
        number = story.next_id("crm", "Account")
        account = {"id": number, "accountNumber": number.replace("A-", "AC-"), **account}
        story.add(contact.person.id, "crm", "Account", account)


def _individuals(story: Story, contacts: list[Contact]) -> None:
    rng = Random(f"{SEED}/records")
    for contact in rng.sample(contacts, len(contacts)):
        contact.record_id = story.next_id(contact.source, "Individual")
        story.add(contact.person.id, contact.source, "Individual", as_record(contact, rng))


def _orders(story: Story, registry: Registry, contacts: list[Contact]) -> None:
    rng = Random(f"{SEED}/orders")
    orders = Orders(rng, Clock(rng))
    customers: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        if contact.source == "shop":
            customers[contact.person.id].append(contact)
    paying_in_euro = [id_ for id_, known in customers.items() if known[0].person.country.currency == "EUR"]
    silent = set(rng.sample(paying_in_euro, SILENT_CUSTOMERS))
    placed = [
        (person, order)
        for person, known in customers.items()
        for order in orders.of_customer(known, silent=person in silent)
    ]
    for number in range(GUESTS):
        country = rng.choice(COUNTRIES)
        email = registry.email(country, rng.choice(country.women), rng.choice(country.surnames))
        placed.append((f"guest-{number + 1:02d}", orders.of_guest(email, country)))
    reachable = {c.person.id: c for c in contacts if c.person.id not in customers and c.emails}
    for contact in rng.sample(list(reachable.values()), GUESTS):
        placed.append((contact.person.id, orders.of_guest(contact.emails[0], contact.person.country)))
    for person, order in sorted(placed, key=lambda each: str(each[1]["orderedAt"])):
        story.add(person, "shop", "SalesOrder", {"id": story.next_id("shop", "SalesOrder"), **order})


def _cases(story: Story, contacts: list[Contact]) -> None:
    rng = Random(f"{SEED}/cases")
    clock = Clock(rng)
    authors = [contact for contact in contacts if can_complain(contact)]
    likely = [3 if contact.source == "service" else 1 for contact in authors]
    missing = CASES - len(story.records["service", "Case"])
    opened = [
        (contact.person.id, case_of(contact, rng, clock))
        for contact in rng.choices(authors, likely, k=missing)
    ]
    for person, case in sorted(opened, key=lambda each: str(each[1]["openedAt"])):
        story.add(person, "service", "Case", {"id": story.next_id("service", "Case"), **case})


def _visits(story: Story, contacts: list[Contact]) -> None:
    """Visits of devices that somebody registered, and of devices whose owner never turns up."""
    rng = Random(f"{SEED}/visits")
    clock = Clock(rng)
    browsers = [
        (contact.person.id, Browser(device, contact.login))
        for contact in contacts
        for device in contact.devices
    ]
    for number in range(ANONYMOUS_DEVICES):
        browsers.append((f"anonymous-{number + 1:02d}", Browser(new_id("device", rng))))
    shares = [rng.randint(1, 10) for _ in browsers]
    missing = VISITS - len(story.records["web", "WebEngagement"])
    visits = [
        (person, visit)
        for (person, browser), share in zip(browsers, shares, strict=True)
        for visit in visits_of(browser, max(1, round(missing * share / sum(shares))), rng, clock)
    ]
    for person, visit in sorted(visits, key=lambda each: str(each[1]["occurredAt"])):
        story.add(person, "web", "WebEngagement", {"id": story.next_id("web", "WebEngagement"), **visit})
