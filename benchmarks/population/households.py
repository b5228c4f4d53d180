"""The persons of the population as they really are, household by household."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from benchmarks.population.chance import Table, census_names
from benchmarks.population.places import City, Home, Places

TODAY = date(2026, 10, 31)
SHARED_SURNAME = 0.8
SHARED_EMAIL = 0.08
JUNIORS = 0.06
TWINS = 0.05
MOVED = 0.18
SECOND_EMAIL = 0.25
LANDLINE = 0.4

# Millions of residents of the United States by age (US Census Bureau, Vintage 2023, rounded).
_AGES = Table(
    (
        (range(18, 20), 8.7),
        (range(20, 25), 21.9),
        (range(25, 30), 22.1),
        (range(30, 35), 23.3),
        (range(35, 40), 22.6),
        (range(40, 45), 21.8),
        (range(45, 50), 19.7),
        (range(50, 55), 20.9),
        (range(55, 60), 20.7),
        (range(60, 65), 21.2),
        (range(65, 70), 18.6),
        (range(70, 75), 15.4),
        (range(75, 80), 11.3),
        (range(80, 85), 6.9),
        (range(85, 95), 6.2),
    )
)
_SIZES = Table(((1, 40), (2, 32), (3, 14), (4, 10), (5, 4)))
_KINDS = Table((("family", 82), ("parent", 10), ("flat", 8)))
_DOMAINS = Table(
    (
        ("gmail.com", 46),
        ("yahoo.com", 17),
        ("hotmail.com", 9),
        ("outlook.com", 7),
        ("icloud.com", 7),
        ("aol.com", 5),
        ("comcast.net", 4),
        ("att.net", 2),
        ("verizon.net", 2),
        ("proton.me", 1),
    )
)
_LOCAL_PARTS = Table(
    (
        ("{first}.{last}", 30),
        ("{first}{last}", 20),
        ("{f}{last}", 16),
        ("{f}.{last}", 8),
        ("{first}_{last}", 8),
        ("{last}.{first}", 5),
        ("{first}{l}", 6),
        ("{first}", 4),
        ("{last}{f}", 3),
    )
)


@dataclass(frozen=True, slots=True)
class Person:
    """One real person. `former_home` and `maiden_name` are what older records hold; `emails` begin with the
    one used most; `landline` is the household's."""

    id: str
    first: str
    middle: str
    last: str
    suffix: str
    female: bool
    born: date
    emails: tuple[str, ...]
    mobile: str
    landline: str
    home: Home
    former_home: Home | None = None
    maiden_name: str = ""


class Society:
    """Makes households, one after another. Of two persons only those share a number or an e-mail address
    who live together."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._places = Places()
        self._emails: set[str] = set()
        self._phones: set[str] = set()
        self._households = 0

    def households(self) -> Iterator[list[Person]]:
        """Households without end."""
        while True:
            yield self._household()
            self._households += 1

    def _household(self) -> list[Person]:
        rng = self._rng
        size = _SIZES.draw(rng)
        home = self._places.home(rng)
        landline = self._phone(home.city) if rng.random() < LANDLINE else ""
        age = rng.choice(_AGES.draw(rng))
        female = rng.random() < 0.5
        head = self._person(0, census_names("all.last").draw(rng), female, _birth(rng, age), home, landline)
        members = [head]
        kind = _KINDS.draw(rng) if size > 1 else "single"
        if kind == "flat":
            while len(members) < size:
                last = census_names("all.last").draw(rng)
                born = _birth(rng, max(18, age + rng.randrange(-6, 7)))
                members.append(self._person(len(members), last, rng.random() < 0.5, born, home, landline))
            return members
        if kind == "family":
            members.append(self._spouse(head, age))
        self._add_children(members, size, age)
        return self._sharing(members)

    def _spouse(self, head: Person, age: int) -> Person:
        rng = self._rng
        maiden = census_names("all.last").draw(rng)
        takes = rng.random() < SHARED_SURNAME
        last = head.last if takes else maiden
        if not takes and rng.random() < 0.2:
            last = f"{maiden}-{head.last}"
        born = _birth(rng, max(18, age + round(rng.gauss(0, 3.5))))
        spouse = self._person(1, last, not head.female, born, head.home, head.landline)
        # Who married long ago is under the new name everywhere.
        changed = takes and age < 45 and rng.random() < 0.5
        return replace(spouse, maiden_name=maiden if changed else "")

    def _add_children(self, members: list[Person], size: int, age: int) -> None:
        """Grown-up children, or, of the young, a parent or two: as many as are missing to `size`."""
        rng = self._rng
        head = members[0]
        while len(members) < size:
            away = rng.randrange(20, 38)
            theirs = age - away if age - away >= 16 else age + away
            if theirs > 95:
                theirs = rng.randrange(16, 40)
            born, female = _birth(rng, theirs), rng.random() < 0.5
            namesake = next((person for person in members[:2] if _may_be_father(person, born)), None)
            if not female and namesake is not None and rng.random() < JUNIORS:
                members[members.index(namesake)] = replace(namesake, suffix="Sr")
                child = self._person(len(members), head.last, female, born, head.home, head.landline)
                child = replace(child, first=namesake.first, last=namesake.last, suffix="Jr")
                middle = namesake.middle if rng.random() < 0.8 else child.middle
                child = replace(child, middle=middle, emails=self._addresses(child))
            else:
                child = self._person(len(members), head.last, female, born, head.home, head.landline)
            members.append(child)
            if len(members) < size and rng.random() < TWINS:
                twin = self._person(
                    len(members), head.last, rng.random() < 0.5, born, head.home, head.landline
                )
                members.append(twin)

    def _sharing(self, members: list[Person]) -> list[Person]:
        """The members, of whom in some households one uses another's e-mail address, and of whom in some
        all have moved together."""
        rng = self._rng
        if len(members) > 1 and rng.random() < SHARED_EMAIL:
            other = rng.randrange(1, len(members))
            shared = members[0].emails[0]
            members[other] = replace(members[other], emails=(shared, *members[other].emails))
        if rng.random() < MOVED:
            nearby = members[0].home.city if rng.random() < 0.6 else None
            former = self._places.home(rng, nearby)
            members = [replace(member, former_home=former) for member in members]
        return members

    def _person(self, number: int, last: str, female: bool, born: date, home: Home, landline: str) -> Person:
        rng = self._rng
        given = census_names("female.first" if female else "male.first")
        person = Person(
            id=f"{self._households}-{number}",
            first=given.draw(rng),
            middle=given.draw(rng) if rng.random() < 0.6 else "",
            last=last,
            suffix="",
            female=female,
            born=born,
            emails=(),
            mobile=self._phone(home.city),
            landline=landline,
            home=home,
        )
        return replace(person, emails=self._addresses(person))

    def _addresses(self, person: Person) -> tuple[str, ...]:
        count = 2 if self._rng.random() < SECOND_EMAIL else 1
        return tuple(self._email(person) for _ in range(count))

    def _email(self, person: Person) -> str:
        """An address that nobody has yet, made of the name and now and then of the year of birth."""
        rng = self._rng
        first, last = person.first.lower(), person.last.lower().replace("-", "")
        domain, form = _DOMAINS.draw(rng), _LOCAL_PARTS.draw(rng)
        local = form.format(first=first, last=last, f=first[0], l=last[0])
        digits = rng.random()
        if digits < 0.18:
            local += str(person.born.year)[-2:]
        elif digits < 0.26:
            local += str(person.born.year)
        elif digits < 0.5 or form == "{first}":
            local += str(rng.randrange(1, 100))
        while f"{local}@{domain}" in self._emails:
            local += str(rng.randrange(10))
        self._emails.add(f"{local}@{domain}")
        return f"{local}@{domain}"

    def _phone(self, city: City) -> str:
        """Ten digits of the city's area code that nobody has yet."""
        rng = self._rng
        while True:
            number = f"{city.area}{rng.randrange(200, 1000)}{rng.randrange(10_000):04}"
            if number not in self._phones:
                self._phones.add(number)
                return number


def _may_be_father(person: Person, born: date) -> bool:
    return not person.female and not person.suffix and born.year - person.born.year >= 18


def _birth(rng: Random, age: int) -> date:
    """A day on which somebody of that age, in whole years, may have been born."""
    return TODAY - timedelta(days=int(age * 365.25) + rng.randrange(365))
