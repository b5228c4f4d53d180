"""What each source has noted down about a person: Individual records with typos, gaps and old facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from gateway.sample.clock import Clock, timestamp
from gateway.sample.people import Address, Person, spelled_out

Record = dict[str, Any]

# Which sources know a person, and how many people in a hundred or so they know like that.
PATTERNS: dict[tuple[str, ...], int] = {
    ("crm",): 18,
    ("shop",): 20,
    ("service",): 4,
    ("web",): 5,
    ("crm", "shop"): 22,
    ("crm", "crm"): 4,
    ("crm", "service"): 4,
    ("shop", "shop"): 4,
    ("shop", "service"): 7,
    ("shop", "web"): 9,
    ("service", "web"): 2,
    ("crm", "shop", "service"): 6,
    ("crm", "shop", "web"): 4,
    ("crm", "shop", "service", "web"): 3,
}

# Portals and apps ask for an e-mail address and a telephone number, not for an address or a birthday.
_KEEPS_ADDRESSES = frozenset({"crm", "shop"})


@dataclass(slots=True)
class Contact:
    """What one source knows of a person; the lists and flags are emptied where it does not."""

    person: Person
    source: str
    first_name: str
    last_name: str
    emails: list[str]
    has_phone: bool
    has_birth_date: bool
    home: Address | None
    modified: datetime
    login: str | None = None
    customer_number: str | None = None
    loyalty_number: str | None = None
    devices: list[str] = field(default_factory=list)
    record_id: str = ""


def note_down(person: Person, source: str, clock: Clock) -> Contact:
    """A complete and recent contact, as the source would write it after talking to the person today."""
    keeps_address = source in _KEEPS_ADDRESSES
    return Contact(
        person=person,
        source=source,
        first_name=person.first_name,
        last_name=person.last_name,
        emails=[person.email],
        has_phone=True,
        has_birth_date=keeps_address,
        home=person.home if keeps_address else None,
        modified=clock.between(1, 400),
        login=person.login if source in ("service", "web") else None,
    )


def contacts_of(person: Person, rng: Random, clock: Clock) -> list[Contact]:
    """All contacts of a person; the first is complete, each other one differs in a way that people differ.

    Whatever differs, one thing usually stays from which a match rule can tell that it is the same person.
    """
    (sources,) = rng.choices(list(PATTERNS), list(PATTERNS.values()))
    first, *others = [note_down(person, source, clock) for source in sources]
    if not others:
        _forget(first, rng)
    for other in others:
        way: Callable[[Contact, Random, Clock], None]
        if other.source in _KEEPS_ADDRESSES:
            (way,) = rng.choices(list(_WAYS), list(_WAYS.values()))
        else:
            way = rng.choice((_plain, _plain, _nicknamed, _changed_email))
        way(other, rng, clock)
    return [first, *others]


def as_record(contact: Contact, rng: Random) -> Record:
    """The contact as a flat record; what is unknown is absent, and optional facts are often unknown."""
    person, home = contact.person, contact.home
    knows_style = rng.random() < 0.6
    # Without a country beside it a number in national format could not be understood.
    international = home is None or rng.random() < 0.35
    known_phones = [person.phone, person.second_phone if contact.source == "crm" else None]
    phones = [phone.written(rng, international=international) for phone in known_phones if phone]
    emails = [email.title() if rng.random() < 0.04 else email for email in contact.emails]
    record = {
        "id": contact.record_id,
        "modifiedAt": timestamp(contact.modified),
        "salutation": person.salutation if knows_style and home else None,
        "firstName": contact.first_name,
        "middleName": person.middle_name if home else None,
        "lastName": contact.last_name,
        "birthDate": person.birth_date.isoformat() if contact.has_birth_date else None,
        "gender": _gender(person, rng) if knows_style and home else None,
        "email": _one_or_many(emails),
        "phone": _one_or_many(phones) if contact.has_phone else None,
        "street": home.street if home else None,
        "city": home.city if home else None,
        "postalCode": home.postal_code if home else None,
        "state": home.state if home and rng.random() < 0.7 else None,
        "country": person.country.code if home else None,
        "customerNumber": contact.customer_number,
        "loyaltyNumber": contact.loyalty_number,
        "login": contact.login,
        "deviceId": _one_or_many(contact.devices),
    }
    return {name: value for name, value in record.items() if value is not None}


def misspelled(name: str, rng: Random) -> str:
    """The name with two neighbouring letters swapped, one left out or one doubled, never at its ends."""
    if len(name) < 5:
        return name
    at = rng.randrange(1, len(name) - 2)
    return rng.choice(
        (
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            name[:at] + name[at + 1 :],
            name[: at + 1] + name[at:],
        )
    )


def _forget(contact: Contact, rng: Random) -> None:
    """Leave gaps in the only contact of a person, but a way to reach them."""
    contact.has_birth_date &= rng.random() < 0.6
    if contact.home and rng.random() < 0.2:
        contact.home = None
    match rng.choice(("email", "phone", "both", "both")):
        case "email":
            contact.has_phone = False
        case "phone" if contact.source in _KEEPS_ADDRESSES:
            contact.emails = []
        case _:
            pass


def _plain(contact: Contact, rng: Random, clock: Clock) -> None:
    contact.has_phone = rng.random() < 0.5
    contact.has_birth_date &= rng.random() < 0.5
    if rng.random() < 0.3:
        contact.first_name, contact.last_name = (
            spelled_out(contact.first_name),
            spelled_out(contact.last_name),
        )


def _mistyped(contact: Contact, rng: Random, clock: Clock) -> None:
    if rng.random() < 0.5:
        contact.last_name = misspelled(contact.last_name, rng)
    else:
        contact.first_name = misspelled(contact.first_name, rng)
    contact.has_birth_date &= rng.random() < 0.5
    if rng.random() < 0.6:
        contact.emails = []


def _nicknamed(contact: Contact, rng: Random, clock: Clock) -> None:
    contact.first_name = contact.person.nickname or contact.first_name
    contact.has_phone = rng.random() < 0.4


def _moved(contact: Contact, rng: Random, clock: Clock) -> None:
    contact.modified = clock.between(450, 1400)
    contact.home = contact.person.old_home
    if rng.random() < 0.3:
        contact.emails = []
    else:
        contact.has_phone = rng.random() < 0.5


def _changed_email(contact: Contact, rng: Random, clock: Clock) -> None:
    contact.modified = clock.between(450, 1400)
    contact.emails = [contact.person.old_email]


def _unreachable(contact: Contact, rng: Random, clock: Clock) -> None:
    contact.emails = []
    contact.has_phone = False


def _another_life(contact: Contact, rng: Random, clock: Clock) -> None:
    """Nothing stayed the same but the name: no rule can link this one, and none should."""
    contact.modified = clock.between(900, 1400)
    contact.emails = [contact.person.old_email]
    contact.home = contact.person.old_home
    contact.has_phone = contact.has_birth_date = False


_WAYS: dict[Callable[[Contact, Random, Clock], None], int] = {
    _plain: 30,
    _mistyped: 20,
    _nicknamed: 10,
    _moved: 15,
    _changed_email: 10,
    _unreachable: 12,
    _another_life: 3,
}


def _gender(person: Person, rng: Random) -> str:
    return "OTHER" if rng.random() < 0.02 else person.gender


def _one_or_many(values: Sequence[str]) -> str | list[str] | None:
    if len(values) > 1:
        return list(values)
    return values[0] if values else None
