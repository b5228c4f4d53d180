"""What else the people of the sample did: support cases, visits by device, companies they work for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from gateway.sample.clock import REFERENCE, Clock, timestamp
from gateway.sample.contacts import Contact
from gateway.sample.people import Person, Registry, mail_name
from gateway.sample.wares import (
    CASE_SUBJECTS,
    COMPANY_TRADES,
    COMPANY_WORDS,
    REFERRERS,
    SEARCHES,
    SHOP_URL,
    WARES,
)

Record = dict[str, Any]


def case_of(contact: Contact, rng: Random, clock: Clock) -> Record:
    """A support case that names its author in a way in which the contact's own record names them.

    A telephone number stands for its person only where no household shares it; the caller sees to it that the
    contact has something to go by (`can_complain`).
    """
    person = contact.person
    ways: dict[str, Record] = {}
    if contact.source == "service":
        ways["PORTAL"] = {"login": contact.login}
        if contact.customer_number:
            ways["CHAT"] = {"customerNumber": contact.customer_number}
    if contact.emails:
        ways["EMAIL"] = {"email": contact.emails[0]}
    if contact.has_phone and not person.household:
        ways["PHONE"] = {"phone": person.phone.written(rng, international=True)}
    channel = "PORTAL" if "PORTAL" in ways and rng.random() < 0.6 else rng.choice(list(ways))
    opened = clock.between(1, 60) if rng.random() < 0.3 else clock.between(30, 700)
    return {
        "modifiedAt": timestamp(clock.after(opened, 10)),
        **ways[channel],
        "subject": rng.choice(CASE_SUBJECTS[person.country.code]),
        "status": _case_status(opened, rng),
        "priority": rng.choices(("LOW", "MEDIUM", "HIGH"), (35, 50, 15))[0],
        "channel": channel,
        "openedAt": timestamp(opened),
    }


def can_complain(contact: Contact) -> bool:
    """Whether `case_of` finds something by which the contact can be told from everybody else."""
    return (
        contact.source == "service"
        or bool(contact.emails)
        or (contact.has_phone and not contact.person.household)
    )


@dataclass(frozen=True, slots=True)
class Browser:
    """A device that visits the shop; `login` is set where its owner sometimes signs in."""

    device: str
    login: str | None = None


def visits_of(browser: Browser, count: int, rng: Random, clock: Clock) -> Iterator[Record]:
    """`count` visits in sessions of a few minutes, all by one device; the cookie changes now and then."""
    cookie = new_id("cookie", rng)
    while count > 0:
        length = min(count, rng.randint(2, 6))
        count -= length
        if rng.random() < 0.25:
            cookie = new_id("cookie", rng)
        signed_in = browser.login is not None and rng.random() < 0.3
        buys = length > 3 and rng.random() < 0.3
        at = clock.between(1, 330)
        for step in range(length):
            kind, path = _page(step, length, buys, rng)
            visit = {
                "modifiedAt": timestamp(at),
                "deviceId": browser.device,
                "cookieId": cookie,
                "login": browser.login if signed_in else None,
                "type": kind,
                "url": SHOP_URL + path,
                "referrer": rng.choice(REFERRERS) if step == 0 and rng.random() < 0.5 else None,
                "occurredAt": timestamp(at),
            }
            yield {name: value for name, value in visit.items() if value is not None}
            at += timedelta(seconds=rng.randrange(8, 240))


@dataclass(frozen=True, slots=True)
class Company:
    """An employer: its name, what it does, and the domain of its e-mail addresses."""

    name: str
    industry: str
    domain: str

    def email(self, person: Person) -> str:
        """The address of somebody who works there."""
        return f"{mail_name(person.first_name)}.{mail_name(person.last_name)}@{self.domain}"


def company_for(person: Person, taken: set[str], rng: Random) -> Company:
    """A company in the person's country whose name is not in `taken`; adds it."""
    while True:
        word, trade = rng.choice(COMPANY_WORDS), rng.choice(list(COMPANY_TRADES))
        if (name := f"{word} {trade} {person.country.legal_form}") not in taken:
            taken.add(name)
            country = person.country.code.lower()
            return Company(name, COMPANY_TRADES[trade], f"{word}-{trade}-{country}.example".lower())


def account_of(person: Person, company: Company, registry: Registry, rng: Random, clock: Clock) -> Record:
    """The CRM's account of a company: the work address of its contact, the number of its switchboard."""
    created = clock.between(20, 1300)
    switchboard = registry.phone(person.country, rng.choice(person.country.places))
    return {
        "modifiedAt": timestamp(clock.after(created, 400)),
        "name": company.name,
        "industry": company.industry,
        "email": company.email(person),
        "phone": switchboard.written(rng, international=True),
        "createdAt": timestamp(created),
    }


def new_id(kind: str, rng: Random) -> str:
    """An identifier such as a browser makes up: the kind and eight hexadecimal digits."""
    return f"{kind}-{rng.getrandbits(32):08x}"


def _case_status(opened: datetime, rng: Random) -> str:
    if REFERENCE - opened > timedelta(days=60):
        return "CLOSED"
    return rng.choice(("NEW", "WORKING", "WORKING", "ESCALATED", "CLOSED"))


def _page(step: int, length: int, buys: bool, rng: Random) -> tuple[str, str]:
    if buys and step == length - 1:
        return "PURCHASE", "/thanks"
    if buys and step == length - 2:
        return "CART", "/cart"
    if rng.random() < 0.2:
        return "SEARCH", "/search?q=" + rng.choice(SEARCHES).replace(" ", "+")
    return "PAGE_VIEW", "/" if step == 0 and rng.random() < 0.4 else f"/p/{rng.choice(WARES).slug}"
