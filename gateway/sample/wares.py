"""What is sold, searched and asked in the sample, and for whom people work; tables, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass

SHOP_URL = "https://shop.example"


@dataclass(frozen=True, slots=True)
class Ware:
    """Something the shop sells; the price is in cents of the customer's own currency."""

    slug: str
    cents: int


WARES = (
    Ware("wool-socks", 1490),
    Ware("head-torch", 3990),
    Ware("trekking-poles", 7995),
    Ware("rain-jacket", 14900),
    Ware("down-jacket", 22900),
    Ware("two-person-tent", 34900),
    Ware("sleeping-mat", 8950),
    Ware("sleeping-bag", 18900),
    Ware("camping-stove", 6490),
    Ware("enamel-mug", 1290),
    Ware("water-filter", 4495),
    Ware("hiking-boots", 17995),
    Ware("trail-shoes", 12990),
    Ware("daypack", 7990),
    Ware("trekking-backpack", 19900),
    Ware("merino-shirt", 6995),
    Ware("fleece-jumper", 5990),
    Ware("compass", 2450),
    Ware("map-case", 1995),
    Ware("first-aid-kit", 3290),
    Ware("dry-bag", 2790),
    Ware("hammock", 5490),
    Ware("thermos-flask", 2995),
    Ware("gaiters", 3850),
)

SEARCHES = (
    "tent",
    "boots 42",
    "rain jacket",
    "sleeping bag winter",
    "stove gas",
    "gift",
    "merino",
    "backpack 60l",
)

REFERRERS = (
    "https://search.example/",
    "https://news.example/ten-hikes-for-autumn",
    "https://social.example/outdoors",
    "https://mail.example/newsletter",
)

CASE_SUBJECTS = {
    "DE": (
        "Lieferung ist nicht angekommen",
        "Rückerstattung für Retoure fehlt",
        "Reißverschluss am Zelt defekt",
        "Passwort zurücksetzen klappt nicht",
        "Falsche Größe geliefert",
        "Rechnungsadresse ändern",
        "Frage zur Garantie",
    ),
    "GB": (
        "Parcel has not arrived",
        "Still waiting for my refund",
        "Zip broken on second trip",
        "Cannot reset my password",
        "Wrong size delivered",
        "Change of billing address",
        "Question about the warranty",
    ),
    "FR": (
        "Colis non reçu",
        "Remboursement toujours en attente",
        "Fermeture éclair cassée",
        "Mot de passe impossible à réinitialiser",
        "Mauvaise taille livrée",
        "Changement d'adresse de facturation",
        "Question sur la garantie",
    ),
    "US": (
        "Package never arrived",
        "Refund not received",
        "Zipper broke on second trip",
        "Password reset does not work",
        "Wrong size shipped",
        "Update my billing address",
        "Question about the warranty",
    ),
}

COMPANY_WORDS = (
    "Aurora",
    "Basalt",
    "Cobalt",
    "Delta",
    "Ember",
    "Falke",
    "Gletscher",
    "Horizon",
    "Ibex",
    "Juniper",
    "Kestrel",
    "Lumen",
    "Meridian",
    "Nordlicht",
    "Orion",
    "Polaris",
    "Quarz",
    "Raven",
    "Saphir",
    "Tundra",
)

COMPANY_TRADES = {
    "Logistics": "Transportation",
    "Events": "Hospitality",
    "Outdoor": "Retail",
    "Software": "Technology",
    "Health": "Healthcare",
    "Energy": "Energy",
    "Media": "Media",
    "Consulting": "Professional Services",
}
