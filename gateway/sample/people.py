"""The people of the sample as they really are, before any source has written them down."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import SequenceMatcher
from random import Random
from typing import Literal

from gateway.sample.countries import COUNTRIES, Country, Place

Gender = Literal["FEMALE", "MALE"]

HOUSEHOLDS = 22
NAMESAKES = 6

_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


def spelled_out(name: str) -> str:
    """A name as typed on a keyboard without umlauts and accents: `Müller` is `Mueller`, `Zoë` is `Zoe`."""
    decomposed = unicodedata.normalize("NFKD", name.translate(_DIGRAPHS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def mail_name(name: str) -> str:
    """A name as part of an e-mail address or a login: lower-case ASCII letters only."""
    return "".join(letter for letter in spelled_out(name).lower() if letter.isalpha())


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives; the street carries the house number."""

    street: str
    postal_code: str
    city: str
    state: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number: country, area code without trunk prefix, and the rest with its usual gaps."""

    country: Country
    area: str
    rest: str

    def written(self, rng: Random, *, international: bool) -> str:
        """The number in one of the ways in which people of its country write it."""
        ways = self.country.international_phones if international else self.country.national_phones
        digits = "".join(character for character in self.rest if character.isdigit())
        return rng.choice(ways).format(area=self.area, rest=self.rest, digits=digits)


@dataclass(frozen=True, slots=True)
class Person:
    """One real person; `old_email` and `old_home` are of former years, `household` shares `phone`."""

    id: str
    country: Country
    first_name: str
    middle_name: str | None
    last_name: str
    gender: Gender
    birth_date: date
    email: str
    old_email: str
    login: str
    phone: Phone
    second_phone: Phone | None
    home: Address
    old_home: Address
    household: bool = False

    @property
    def nickname(self) -> str | None:
        """What friends call the person, where the country has a short form of the name."""
        return self.country.nicknames.get(self.first_name)

    @property
    def salutation(self) -> str:
        """How a letter addresses the person."""
        return self.country.salutations[self.gender == "MALE"]


class Registry:
    """Hands out names, numbers and addresses so that only those who should share one do."""

    def __init__(self, rng: Random, taken_names: Iterable[str], taken_phones: Iterable[str]) -> None:
        """Start with the names and numbers (area and digits) that the personas already have."""
        self.rng = rng
        self._names = set(taken_names)
        self._emails: set[str] = set()
        self._logins: set[str] = set()
        self._phones = set(taken_phones)
        self._people = 0

    def person(
        self,
        *,
        country: Country | None = None,
        surname: str | None = None,
        unlike: Iterable[str] = (),
        ages: tuple[int, int] = (19, 84),
    ) -> Person:
        """A person whose full name nobody has yet, and whose first name resembles none of `unlike`."""
        rng = self.rng
        country = country or rng.choices(COUNTRIES, [each.share for each in COUNTRIES])[0]
        while True:
            gender: Gender = rng.choice(("FEMALE", "MALE"))
            first_name = rng.choice(country.women if gender == "FEMALE" else country.men)
            last_name = surname or rng.choice(country.surnames)
            full_name = f"{first_name} {last_name}"
            if full_name not in self._names and not any(_alike(first_name, other) for other in unlike):
                break
        self._names.add(full_name)
        place = rng.choice(country.places)
        return self._registered(
            country,
            first_name,
            last_name,
            gender,
            self.birth_date(ages),
            self.phone(country, place),
            self.address(country, place),
        )

    def namesake(self, other: Person) -> Person:
        """Somebody else of the same name, some years apart, by turns in another city or of the same postal
        code."""
        rng = self.rng
        elsewhere = self._people % 2 == 0
        # Towards the middle of the century, so that nobody is a child or a hundred.
        years = timedelta(days=3_000 if other.birth_date.year < 1970 else -3_000)
        place = rng.choice([each for each in other.country.places if each.city != other.home.city])
        home = self.address(other.country, place)
        if not elsewhere:
            home = replace(other.home, street=_street(rng, other.country))
        return self._registered(
            other.country,
            other.first_name,
            other.last_name,
            other.gender,
            other.birth_date + years if elsewhere else self.birth_date((19, 84)),
            self.phone(other.country, place),
            home,
        )

    def household(self) -> list[Person]:
        """Two to four people of one surname, address and telephone; first names and birth dates differ."""
        rng = self.rng
        first = self.person(ages=(38, 60))
        members = [first]
        for ages in [(38, 60), (16, 17), (18, 24)][: rng.choice((1, 2, 2, 3))]:
            taken = [member.first_name for member in members]
            member = self.person(country=first.country, surname=first.last_name, unlike=taken, ages=ages)
            members.append(replace(member, phone=first.phone, home=first.home, old_home=first.old_home))
        return [replace(member, household=True) for member in members]

    def phone(self, country: Country, place: Place) -> Phone:
        """A number of that place that nobody has yet."""
        while True:
            free = place.exchange.count("#")
            digits = iter(f"{self.rng.randrange(10**free):0{free}d}")
            rest = "".join(next(digits) if character == "#" else character for character in place.exchange)
            if (key := f"{place.area} {rest}") not in self._phones:
                self._phones.add(key)
                return Phone(country, place.area, rest)

    def address(self, country: Country, place: Place) -> Address:
        """Some address in that place."""
        return Address(
            _street(self.rng, country), self.rng.choice(place.postal_codes), place.city, place.state
        )

    def email(self, country: Country, first_name: str, last_name: str) -> str:
        """An address that nobody has yet, made of the name, in a domain kept for documentation (RFC 2606)."""
        rng = self.rng
        first, last = mail_name(first_name), mail_name(last_name)
        while True:
            local = rng.choice((f"{first}.{last}", f"{first}.{last}", f"{first[0]}{last}", f"{last}.{first}"))
            local += rng.choice(("", "", str(rng.randrange(2, 100))))
            email = f"{local}@{rng.choice(country.mail_domains)}"
            if email not in self._emails:
                self._emails.add(email)
                return email

    def birth_date(self, ages: tuple[int, int]) -> date:
        """A birth date of somebody of that age, in whole years, in autumn 2026."""
        return date(2026, 10, 31) - timedelta(days=self.rng.randrange(ages[0] * 366, ages[1] * 365))

    def _registered(
        self,
        country: Country,
        first_name: str,
        last_name: str,
        gender: Gender,
        birth_date: date,
        phone: Phone,
        home: Address,
    ) -> Person:
        rng = self.rng
        self._people += 1
        while (
            login := f"{mail_name(first_name)}{mail_name(last_name)[0]}{rng.randrange(10, 100)}"
        ) in self._logins:
            continue
        self._logins.add(login)
        middle = (
            rng.choice(country.women if gender == "FEMALE" else country.men) if rng.random() < 0.15 else None
        )
        return Person(
            id=f"p{self._people:03d}",
            country=country,
            first_name=first_name,
            middle_name=middle if middle != first_name else None,
            last_name=last_name,
            gender=gender,
            birth_date=birth_date,
            email=self.email(country, first_name, last_name),
            old_email=self.email(country, first_name, last_name),
            login=login,
            phone=phone,
            second_phone=self.phone(country, rng.choice(country.places)) if rng.random() < 0.15 else None,
            home=home,
            old_home=self.address(country, rng.choice(country.places)),
        )


def populate(registry: Registry, count: int) -> list[Person]:
    """`count` people: households that share a phone, pairs of namesakes, and everybody else."""
    people = [member for _ in range(HOUSEHOLDS) for member in registry.household()]
    while len(people) < count - NAMESAKES:
        people.append(registry.person())
    singles = [person for person in people if not person.household]
    return people + [registry.namesake(other) for other in registry.rng.sample(singles, NAMESAKES)]


def _street(rng: Random, country: Country) -> str:
    return country.street_format.format(street=rng.choice(country.streets), number=rng.randrange(1, 140))


def _alike(one: str, other: str) -> bool:
    return one[0] == other[0] or SequenceMatcher(None, one.lower(), other.lower()).ratio() > 0.5
