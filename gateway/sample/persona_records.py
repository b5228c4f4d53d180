"""What the four sources hold about the personas, written by hand."""

from __future__ import annotations

from typing import Any

from gateway.sample.personas import (
    ANNA,
    ANNA_CUSTOMER_NUMBER,
    ANNA_DEVICE,
    ANNA_LOGIN,
    CLAIRE,
    CLAIRE_CUSTOMER_NUMBER,
    FELIX,
    KATRIN,
    ROBIN,
    ROBIN_COOKIE,
    ROBIN_DEVICE,
    THOMAS,
    Persona,
)
from gateway.sample.wares import SHOP_URL

Record = dict[str, Any]

# fmt: off
_BERLIN_BEFORE = {
    "street": "Lindenstraße 12", "city": "Berlin", "postalCode": "10969", "state": "Berlin", "country": "DE",
}
_BERLIN_NOW = {**_BERLIN_BEFORE, "street": "Kastanienallee 7", "postalCode": "10435"}
_LYON = {
    "street": "12 quai des Tanneurs", "city": "Lyon", "postalCode": "69004", "state": "Auvergne-Rhône-Alpes",
    "country": "FR",
}
_KOELN = {
    "street": "Ahornallee 3", "city": "Köln", "postalCode": "50823", "state": "Nordrhein-Westfalen",
    "country": "DE",
}

_ANNA_BUYS = {"customerNumber": ANNA_CUSTOMER_NUMBER}
_CLAIRE_BUYS = {"customerNumber": CLAIRE_CUSTOMER_NUMBER}
_THOMAS_BUYS = {"customerNumber": "K-1003"}
_KATRIN_BUYS = {"customerNumber": "K-1004"}
_ANNA_BROWSES = {"deviceId": ANNA_DEVICE, "cookieId": "cookie-anna-phone"}
_ROBIN_BROWSES = {"deviceId": ROBIN_DEVICE, "cookieId": ROBIN_COOKIE}


def _order(number: int, ordered: str, total: str, items: int, whose: Record) -> Record:
    return {
        "id": f"O-{number:05d}", "modifiedAt": ordered, **whose, "orderedAt": ordered, "total": total,
        "currency": "EUR", "status": "DELIVERED", "itemCount": items,
    }


def _visit(number: int, at: str, kind: str, path: str, whose: Record) -> Record:
    return {
        "id": f"V-{number:05d}", "modifiedAt": at, **whose, "type": kind, "url": SHOP_URL + path,
        "occurredAt": at,
    }


PERSONA_RECORDS: dict[tuple[str, str], tuple[tuple[Persona, Record], ...]] = {
    ("crm", "Individual"): (
        (ANNA, {
            "id": "C-0001", "modifiedAt": "2024-03-14T09:12:00Z", "salutation": "Frau",
            "firstName": "Anna", "lastName": "Schneider", "birthDate": "1988-04-12", "gender": "FEMALE",
            "email": ANNA.email, "phone": "030 23125-042", **_BERLIN_BEFORE,
        }),
        (ANNA, {
            "id": "C-0002", "modifiedAt": "2023-10-02T14:40:00Z", "firstName": "Anna",
            "lastName": "Schneider", "birthDate": "1988-04-12", **_BERLIN_BEFORE,
        }),
        (CLAIRE, {
            "id": "C-0003", "modifiedAt": "2025-11-19T10:30:00Z", "salutation": "Mme",
            "firstName": "Claire", "lastName": "Dubois", "birthDate": "1971-09-03", "gender": "FEMALE",
            "email": CLAIRE.email, "phone": "04 65 71 78 42", **_LYON,
        }),
        (THOMAS, {
            "id": "C-0004", "modifiedAt": "2025-02-11T11:20:00Z", "salutation": "Herr",
            "firstName": "Thomas", "lastName": "Weber", "birthDate": "1974-01-23", "gender": "MALE",
            "email": THOMAS.email, "phone": "0221 4710100", **_KOELN,
        }),
        (KATRIN, {
            "id": "C-0005", "modifiedAt": "2025-02-11T11:26:00Z", "salutation": "Frau",
            "firstName": "Katrin", "lastName": "Weber", "birthDate": "1976-11-08", "gender": "FEMALE",
            "email": KATRIN.email, "phone": "0221 4710100", **_KOELN,
        }),
        (FELIX, {
            "id": "C-0006", "modifiedAt": "2026-01-15T15:10:00Z", "firstName": "Felix",
            "lastName": "Weber", "birthDate": "2006-06-17", "gender": "MALE", "email": FELIX.email,
            "phone": "+49 221 4710100", **_KOELN,
        }),
    ),
    ("shop", "Individual"): (
        (ANNA, {
            "id": "S-0001", "modifiedAt": "2026-08-21T18:05:00Z", "firstName": "Anna",
            "lastName": "Schnieder", "phone": "+49 (0)30 23125042", **_BERLIN_NOW,
            "customerNumber": ANNA_CUSTOMER_NUMBER, "loyaltyNumber": "L-1001", "deviceId": ANNA_DEVICE,
        }),
        (CLAIRE, {
            "id": "S-0002", "modifiedAt": "2026-04-03T00:00:00Z", "firstName": "Claire",
            "lastName": "Dubois", "email": CLAIRE.email, "phone": "+33 4 65 71 78 42", **_LYON,
            "customerNumber": CLAIRE_CUSTOMER_NUMBER, "loyaltyNumber": "L-1002",
        }),
        (THOMAS, {
            "id": "S-0003", "modifiedAt": "2026-07-04T16:45:00Z", "firstName": "Thomas",
            "lastName": "Weber", "phone": "0221/4710100", **_KOELN, "customerNumber": "K-1003",
        }),
        (KATRIN, {
            "id": "S-0004", "modifiedAt": "2026-09-18T19:32:00Z", "firstName": "Katrin",
            "lastName": "Weber", "email": KATRIN.email, "phone": "+49 221 4710100", **_KOELN,
            "customerNumber": "K-1004",
        }),
    ),
    ("service", "Individual"): (
        (ANNA, {
            "id": "U-0001", "modifiedAt": "2025-06-30T07:55:00Z", "firstName": "Anna",
            "lastName": "Schneider", "email": "Anna.Schneider@Example.com", "login": ANNA_LOGIN,
        }),
    ),
    ("crm", "Account"): (
        (THOMAS, {
            "id": "A-0001", "modifiedAt": "2025-02-11T11:31:00Z", "name": "Weber Zeltverleih",
            "industry": "Retail", "accountNumber": "AC-0001", "email": THOMAS.email,
            "phone": "+49 221 4710199", "createdAt": "2025-02-11T11:31:00Z",
        }),
    ),
    ("shop", "SalesOrder"): (
        (ANNA, _order(1, "2024-05-06T17:20:00Z", "129.90", 1, _ANNA_BUYS)),
        (ANNA, _order(2, "2025-12-11T20:03:00Z", "49.90", 2, _ANNA_BUYS)),
        (ANNA, _order(3, "2026-03-28T12:48:00Z", "18.00", 1, {"email": ANNA.email})),
        (ANNA, _order(4, "2026-10-12T18:36:00Z", "74.50", 3, {**_ANNA_BUYS, "deviceId": ANNA_DEVICE})),
        (CLAIRE, _order(5, "2024-09-17T08:15:00Z", "349.00", 1, _CLAIRE_BUYS)),
        (CLAIRE, _order(6, "2025-04-25T09:50:00Z", "418.50", 3, _CLAIRE_BUYS)),
        (CLAIRE, _order(7, "2025-08-02T13:05:00Z", "79.95", 1, _CLAIRE_BUYS)),
        (CLAIRE, _order(8, "2025-12-09T19:44:00Z", "258.05", 4, _CLAIRE_BUYS)),
        (CLAIRE, _order(9, "2026-04-03T00:00:00Z", "179.00", 1, _CLAIRE_BUYS)),
        (THOMAS, _order(10, "2026-07-04T16:41:00Z", "199.00", 1, _THOMAS_BUYS)),
        (KATRIN, _order(11, "2026-06-20T10:22:00Z", "69.95", 1, _KATRIN_BUYS)),
        (KATRIN, _order(12, "2026-09-18T19:30:00Z", "89.90", 1, _KATRIN_BUYS)),
    ),
    ("service", "Case"): (
        (ANNA, {
            "id": "SC-0001", "modifiedAt": "2026-10-14T09:30:00Z", "login": ANNA_LOGIN,
            "subject": "Falsche Größe geliefert", "status": "WORKING", "priority": "MEDIUM",
            "channel": "PORTAL", "openedAt": "2026-10-13T21:15:00Z",
        }),
        (ANNA, {
            "id": "SC-0002", "modifiedAt": "2025-12-19T10:02:00Z", "email": ANNA.email,
            "subject": "Frage zur Garantie", "status": "CLOSED", "priority": "LOW", "channel": "EMAIL",
            "openedAt": "2025-12-17T16:40:00Z",
        }),
        (FELIX, {
            "id": "SC-0003", "modifiedAt": "2026-05-05T13:11:00Z", "email": FELIX.email,
            "subject": "Passwort zurücksetzen klappt nicht", "status": "CLOSED", "priority": "LOW",
            "channel": "CHAT", "openedAt": "2026-05-05T12:50:00Z",
        }),
    ),
    ("web", "WebEngagement"): (
        (ANNA, _visit(1, "2026-08-21T17:40:00Z", "SEARCH", "/search?q=trail+shoes", _ANNA_BROWSES)),
        (ANNA, _visit(2, "2026-08-21T17:42:00Z", "PAGE_VIEW", "/p/trail-shoes", _ANNA_BROWSES)),
        (ANNA, _visit(3, "2026-10-12T18:20:00Z", "PAGE_VIEW", "/p/merino-shirt", _ANNA_BROWSES)),
        (ANNA, _visit(4, "2026-10-12T18:31:00Z", "CART", "/cart", _ANNA_BROWSES)),
        (ANNA, _visit(5, "2026-10-12T18:36:00Z", "PURCHASE", "/thanks", _ANNA_BROWSES)),
        (ROBIN, _visit(6, "2026-09-27T20:01:00Z", "PAGE_VIEW", "/", _ROBIN_BROWSES)),
        (ROBIN, _visit(7, "2026-09-27T20:04:00Z", "SEARCH", "/search?q=tent", _ROBIN_BROWSES)),
        (ROBIN, _visit(8, "2026-09-27T20:06:00Z", "PAGE_VIEW", "/p/two-person-tent", _ROBIN_BROWSES)),
        (ROBIN, _visit(9, "2026-10-30T19:12:00Z", "PAGE_VIEW", "/p/two-person-tent", _ROBIN_BROWSES)),
        (ROBIN, _visit(10, "2026-10-30T19:15:00Z", "PAGE_VIEW", "/p/sleeping-mat", _ROBIN_BROWSES)),
        (ROBIN, _visit(11, "2026-10-30T19:21:00Z", "CART", "/cart", _ROBIN_BROWSES)),
    ),
}
"""By source and object: the persona and the record about them."""
