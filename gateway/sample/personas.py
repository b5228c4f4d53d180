"""The named people of the sample, whom the documentation and the acceptance tests follow: what a reader sees.

Counts and sums hold once all files of the sample are ingested; days count from the day up to which the
story is told, which `SampleFile.records(now)` makes today.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody with fixed identifiers and what the unified profile shows of them.

    `person` is the id in `truth.json`; `records` are the keys (source/object/id) of the Individual records
    that are this one person; `phone` is in E.164; `lifetime_value` is the sum of all orders in `currency`, a
    decimal string.
    """

    person: str
    first_name: str
    last_name: str
    sees: str
    email: str
    phone: str
    records: tuple[str, ...] = ()
    orders: int = 0
    cases: int = 0
    visits: int = 0
    accounts: int = 0
    lifetime_value: str | None = None
    currency: str | None = None


ANNA = Persona(
    person="anna",
    first_name="Anna",
    last_name="Schneider",
    email="anna.schneider@example.com",
    phone="+493023125042",
    records=(
        "crm/Individual/C-0001",
        "crm/Individual/C-0002",
        "shop/Individual/S-0001",
        "service/Individual/U-0001",
    ),
    orders=4,
    cases=2,
    visits=5,
    lifetime_value="272.30",
    currency="EUR",
    sees="One person made of four records, one link for each rule: the portal account by e-mail, the shop "
    "customer (misspelled, moved to another part of Berlin) by telephone and name, the second CRM contact by "
    "name, birth date and postal code. A guest order and both cases are hers too, and so are the visits of "
    "the device that the shop knows.",
)
ANNA_CUSTOMER_NUMBER = "K-1001"
ANNA_LOGIN = "anna.schneider"
ANNA_DEVICE = "device-anna-phone"

CLAIRE = Persona(
    person="claire",
    first_name="Claire",
    last_name="Dubois",
    email="claire.dubois@example.net",
    phone="+33465717842",
    records=("crm/Individual/C-0003", "shop/Individual/S-0002"),
    orders=5,
    lifetime_value="1284.50",
    currency="EUR",
    sees="Valuable and silent: 1284.50 EUR in five orders, the last of them 212 days ago.",
)
CLAIRE_CUSTOMER_NUMBER = "K-1002"
CLAIRE_DAYS_SINCE_LAST_ORDER = 212

FAMILY_PHONE = "+492214710100"
THOMAS = Persona(
    person="thomas",
    first_name="Thomas",
    last_name="Weber",
    email="thomas.weber@example.org",
    phone=FAMILY_PHONE,
    records=("crm/Individual/C-0004", "shop/Individual/S-0003"),
    orders=1,
    accounts=1,
    lifetime_value="199.00",
    currency="EUR",
    sees="The contact of the account Weber Zeltverleih; shares telephone, surname and address with Katrin "
    "and Felix, and is neither of them.",
)
KATRIN = Persona(
    person="katrin",
    first_name="Katrin",
    last_name="Weber",
    email="katrin.weber@example.org",
    phone=FAMILY_PHONE,
    records=("crm/Individual/C-0005", "shop/Individual/S-0004"),
    orders=2,
    lifetime_value="159.85",
    currency="EUR",
    sees="A person of her own, although nearly every contact point is her family's.",
)
FELIX = Persona(
    person="felix",
    first_name="Felix",
    last_name="Weber",
    email="felix.weber@example.org",
    phone=FAMILY_PHONE,
    records=("crm/Individual/C-0006",),
    cases=1,
    sees="The son: never merged with his parents.",
)
FAMILY = (THOMAS, KATRIN, FELIX)

ROBIN = Persona(
    person="robin",
    first_name="Robin",
    last_name="Carter",
    email="robin.carter@example.org",
    phone="+441174960742",
    visits=6,
    sees="Nobody at first: a browser with six visits that belong to an anonymous individual. Once "
    "`REGISTRATION` is ingested as an Individual of the source `web`, the individual is known as Robin "
    "Carter, and the visits are Robin's.",
)
ROBIN_DEVICE = "device-robin-tablet"
ROBIN_COOKIE = "cookie-robin-tablet"
REGISTRATION: dict[str, Any] = {
    "id": "APP-0001",
    "modifiedAt": "2026-11-01T00:00:00Z",
    "firstName": ROBIN.first_name,
    "lastName": ROBIN.last_name,
    "email": ROBIN.email,
    "phone": "+44 117 496 0742",
    "login": "robin.carter",
    "deviceId": ROBIN_DEVICE,
}
"""The app registration that claims Robin's device; it is in no file, so that a reader can ingest it."""

PERSONAS = (ANNA, CLAIRE, *FAMILY, ROBIN)
