"""What the sources know of a person, and how it is written there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from benchmarks.population.chance import Table, misread, mistyped, mistyped_email
from benchmarks.population.households import Person

SEVERAL = 1 / 3
"""Share of persons with more than one record."""
FOUND = 0.98
"""Share of further records that share with an earlier one of their person more than a name."""
ENOUGH = 0.97
"""Share of records with at least two attributes beside the name."""

_COUNTS = Table(((2, 58), (3, 28), (4, 14)))
_START = datetime(2019, 1, 1)
_DAYS = 2_850
_PHONE_FORMS = ("({}) {}-{}", "{}-{}-{}", "{}.{}.{}", "{}{}{}", "+1 {} {} {}", "+1{}{}{}", "1-{}-{}-{}")

# Short forms in daily use; which of them a matcher knows is its own affair.
_SHORT_FORMS = """
    James: Jim Jimmy Jamie; John: Jack Johnny; Robert: Bob Rob Bobby Robbie; Michael: Mike Mick;
    William: Bill Will Billy; David: Dave; Richard: Rick Dick Rich; Charles: Charlie Chuck;
    Joseph: Joe Joey; Thomas: Tom Tommy; Daniel: Dan Danny; Christopher: Chris; Matthew: Matt;
    Anthony: Tony; Donald: Don; Steven: Steve; Kenneth: Ken Kenny; Edward: Ed Eddie Ted;
    Ronald: Ron Ronnie; Timothy: Tim; Jeffrey: Jeff; Stephen: Steve; Andrew: Andy Drew; Raymond: Ray;
    Gregory: Greg; Joshua: Josh; Lawrence: Larry; Benjamin: Ben; Samuel: Sam; Nicholas: Nick;
    Frederick: Fred; Gerald: Jerry; Douglas: Doug; Peter: Pete; Patrick: Pat; Alexander: Alex;
    Jonathan: Jon; Nathaniel: Nate; Vincent: Vince; Philip: Phil; Mary: Molly Polly;
    Patricia: Pat Patty Trish; Elizabeth: Liz Beth Betty Lizzie; Jennifer: Jen Jenny; Barbara: Barb;
    Margaret: Maggie Peggy Meg; Susan: Sue Susie; Dorothy: Dot Dottie; Nancy: Nan; Deborah: Deb Debbie;
    Jessica: Jess; Sandra: Sandy; Kathleen: Kathy Kate; Catherine: Cathy Kate;
    Katherine: Kathy Kate Katie; Christine: Chris Tina; Cynthia: Cindy; Pamela: Pam; Rebecca: Becky;
    Judith: Judy; Victoria: Vicky Tori; Kimberly: Kim; Jacqueline: Jackie; Theresa: Terry Tess;
    Virginia: Ginny; Stephanie: Steph; Amanda: Mandy; Samantha: Sam; Melissa: Mel; Angela: Angie;
    Carolyn: Carol; Eleanor: Ellie Nell; Florence: Flo; Abigail: Abby
"""
_SHORT = {
    name.strip(): forms.split() for name, forms in (line.split(":") for line in _SHORT_FORMS.split(";"))
}


@dataclass(frozen=True, slots=True)
class Source:
    """A system with its fields: how probably a record there has a date of birth, an e-mail address, a phone
    number, a postal code, a street and a middle name. `slips` is how many more errors than usual it has."""

    name: str
    birth: float
    email: float
    phone: float
    postal: float
    street: float
    middle: float
    slips: float = 1.0


SOURCES = Table(
    (
        # Kept by hand, by sales people.
        (Source("crm", 0.7, 0.75, 0.85, 0.93, 0.92, 0.35), 28),
        # Typed by the customers themselves, who want their parcels.
        (Source("shop", 0.2, 0.99, 0.6, 0.97, 0.96, 0.08, 0.7), 27),
        # Taken down on the phone.
        (Source("service", 0.5, 0.65, 0.85, 0.6, 0.25, 0.05, 1.6), 18),
        (Source("newsletter", 0.35, 1.0, 0.05, 0.45, 0.0, 0.0, 0.7), 15),
        # Copied from the form of a loyalty card, in capitals.
        (Source("store", 0.85, 0.4, 0.7, 0.9, 0.88, 0.2, 1.4), 12),
    )
)


class Registrar:
    """Writes persons down as records of sources; numbers the records of each source."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._numbers: dict[str, int] = {}

    def records(self, person: Person) -> Iterator[tuple[dict[str, Any], str]]:
        """The person's records, each with its source, the oldest first."""
        rng = self._rng
        count = _COUNTS.draw(rng) if rng.random() < SEVERAL else 1
        days = sorted(rng.randrange(_DAYS) for _ in range(count))
        # Who moved or married did so somewhen; older records hold what was before.
        turned = rng.randrange(_DAYS)
        sources: list[Source] = []
        known: list[set[tuple[str, str]]] = []
        for day in days:
            source = self._source(sources)
            sources.append(source)
            facts = self._facts(person, source, former=day < turned)
            if known and rng.random() < FOUND:
                self._tie(facts, known)
            known.append(_telling(facts))
            yield self._written(person, source, facts, day), source.name

    def _source(self, used: list[Source]) -> Source:
        """Mostly one that has no record of the person yet; duplicates within a source are rare."""
        while True:
            source = SOURCES.draw(self._rng)
            if source not in used or self._rng.random() < 0.04:
                return source

    def _facts(self, person: Person, source: Source, *, former: bool) -> dict[str, str]:
        """What the source is told, before anything is misspelt."""
        rng = self._rng
        home = person.former_home if former and person.former_home else person.home
        # One address in six is the second, as often as one number is the household's.
        email = person.emails[-1] if rng.random() < 0.3 else person.emails[0]
        landline = person.landline if rng.random() < 0.4 else ""
        everything = {
            "birthDate": (source.birth, person.born.isoformat()),
            "email": (source.email, email),
            "phone": (source.phone, landline or person.mobile),
            "postalCode": (source.postal, home.zip_code),
            "street": (source.street, home.line(rng)),
        }
        facts = {name: value for name, (chance, value) in everything.items() if rng.random() < chance}
        if "street" in facts:
            facts["postalCode"] = home.zip_code
            facts |= {"home": f"{home.house} {home.street} {home.zip_code}"}
        missing = [name for name in ("birthDate", "email", "phone") if name not in facts]
        while missing and len(_telling(facts)) < 2 and rng.random() < ENOUGH:
            name = missing.pop(rng.randrange(len(missing)))
            facts[name] = everything[name][1]
        facts["city"], facts["state"] = home.city.name, home.state(rng)
        facts["lastName"] = person.maiden_name if former and person.maiden_name else person.last
        return facts

    def _tie(self, facts: dict[str, str], known: list[set[tuple[str, str]]]) -> None:
        """If nothing but the name is what an earlier record holds, something of it is told again."""
        shared = set().union(*known)
        if not shared & _telling(facts):
            usable = sorted(fact for fact in shared if fact[0] in ("birthDate", "email", "phone"))
            if usable:
                name, value = self._rng.choice(usable)
                facts[name] = value

    def _written(self, person: Person, source: Source, facts: dict[str, str], day: int) -> dict[str, Any]:
        """The facts as a record, in the way of the source and with its slips."""
        rng = self._rng
        record: dict[str, Any] = {"id": self._id(source.name)}
        moment = _START + timedelta(days=day, seconds=rng.randrange(86_400))
        record["modifiedAt"] = f"{moment.isoformat()}Z"
        record |= self._name(person, source, facts["lastName"])
        if "birthDate" in facts:
            record["birthDate"] = self._birth_date(facts["birthDate"], source.slips)
        if "email" in facts:
            email = mistyped_email(rng, facts["email"]) if self._slip(source, 0.012) else facts["email"]
            record["email"] = email.title() if rng.random() < 0.05 else email
        if "phone" in facts:
            digits = misread(rng, facts["phone"]) if self._slip(source, 0.012) else facts["phone"]
            # The area code stays one that exists.
            digits = facts["phone"][:3] + digits[3:]
            record["phone"] = rng.choice(_PHONE_FORMS).format(digits[:3], digits[3:6], digits[6:])
        if "street" in facts:
            street = facts["street"]
            record["street"] = mistyped(rng, street) if self._slip(source, 0.03) else street
        if "postalCode" in facts:
            code = facts["postalCode"]
            record["postalCode"] = misread(rng, code) if self._slip(source, 0.012) else code
            city = facts["city"]
            record["city"] = mistyped(rng, city) if self._slip(source, 0.02) else city
            record["state"] = facts["state"]
        record["country"] = "US"
        return record

    def _name(self, person: Person, source: Source, last: str) -> dict[str, str]:
        rng = self._rng
        first = person.first
        short = _SHORT.get(first)
        if short is not None and rng.random() < 0.2:
            first = rng.choice(short)
        elif rng.random() < 0.02:
            first = f"{first[0]}." if rng.random() < 0.5 else first[0]
        elif self._slip(source, 0.025):
            first = mistyped(rng, first)
        if self._slip(source, 0.025):
            last = mistyped(rng, last)
        if rng.random() < 0.006:
            first, last = last, first
        name = {"firstName": first, "lastName": last}
        if person.suffix and rng.random() < 0.75:
            if source.name in ("crm", "store"):
                name["suffix"] = person.suffix
            else:
                name["lastName"] += f" {person.suffix}{rng.choice(('', '.'))}"
        if person.middle and rng.random() < source.middle:
            name["middleName"] = person.middle[0] if rng.random() < 0.6 else person.middle
        if source.name == "newsletter" and rng.random() < 0.12:
            del name["lastName"]
        if source.name == "crm" and rng.random() < 0.5:
            name["salutation"] = rng.choice(("Ms", "Mrs")) if person.female else "Mr"
        if source.name in ("crm", "store") and rng.random() < 0.4:
            name["gender"] = "FEMALE" if person.female else "MALE"
        if source.name == "store":
            fields = ("firstName", "middleName", "lastName")
            name |= {field: value.upper() for field, value in name.items() if field in fields}
        return name

    def _birth_date(self, text: str, slips: float) -> str:
        """The date, now and then with day and month swapped, or of another year or day: one that exists."""
        rng = self._rng
        if rng.random() >= 0.025 * slips:
            return text
        year, month, day = text.split("-")
        if rng.random() < 0.4 and int(day) <= 12:
            return f"{year}-{day}-{month}"
        if rng.random() < 0.4 and day != "29":
            return f"{int(year) - rng.choice((1, 1, 2, 9, 10))}-{month}-{day}"
        return f"{year}-{month}-{rng.randrange(1, 29):02}"

    def _slip(self, source: Source, chance: float) -> bool:
        return self._rng.random() < chance * source.slips

    def _id(self, source: str) -> str:
        """A number of that source which says nothing of when it was given."""
        number = self._numbers[source] = self._numbers.get(source, 0) + 1
        return f"{source[0].upper()}{number * 2_654_435_761 % 2**32:010}"


def _telling(facts: dict[str, str]) -> set[tuple[str, str]]:
    """What of the facts tells people apart, the names aside."""
    return {(name, facts[name]) for name in ("birthDate", "email", "phone", "home") if name in facts}
