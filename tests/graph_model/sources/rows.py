"""Rows as well-known systems send them: over their interfaces (JSON), and in their exports (CSV)."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
Rows = dict[str, list[Row]]

CONTACT = "003Qy00000A1b2cIAB"
OTHER_CONTACT = "003Qy00000B2c3dIAC"
LEAD = "00QQy00000C3d4eMAB"
ACCOUNT = "001Qy00000D4e5fIAB"
_STAMP = "2026-03-04T10:20:30.000+0000"

SALESFORCE: Rows = {
    "Account": [
        {
            "attributes": {"type": "Account", "url": f"/services/data/v62.0/sobjects/Account/{ACCOUNT}"},
            "Id": ACCOUNT,
            "IsDeleted": False,
            "Name": "Lovelace Engines GmbH",
            "Type": "Customer - Direct",
            "ParentId": None,
            "BillingStreet": "Hauptstr. 5",
            "BillingCity": "Berlin",
            "BillingState": None,
            "BillingPostalCode": "10115",
            "BillingCountry": "Germany",
            "Phone": "+49 30 901820",
            "Website": "https://lovelace.example",
            "Industry": "Machinery",
            "NumberOfEmployees": 120,
            "AnnualRevenue": 5000000.0,
            "DunsNumber": "31-234-5678",
            "CreatedDate": "2024-01-10T08:00:00.000+0000",
            "SystemModstamp": _STAMP,
        }
    ],
    "Contact": [
        {
            "Id": CONTACT,
            "IsDeleted": False,
            "AccountId": ACCOUNT,
            "Salutation": "Ms.",
            "FirstName": "Ada",
            "LastName": "Lovelace",
            "Title": "Head of Computing",
            "MailingStreet": "Torstr. 1",
            "MailingCity": "Berlin",
            "MailingState": None,
            "MailingPostalCode": "10119",
            "MailingCountry": "Germany",
            "Phone": "030 1234567",
            "MobilePhone": "0171 7654321",
            "Email": "ada@lovelace.example",
            "Birthdate": "1990-12-10",
            "HasOptedOutOfEmail": False,
            "CreatedDate": "2024-01-11T09:00:00.000+0000",
            "LastModifiedDate": "2026-03-01T00:00:00.000+0000",
            "SystemModstamp": _STAMP,
        },
        {
            "Id": OTHER_CONTACT,
            "IsDeleted": True,
            "LastName": "Gone",
            "Email": "gone@example.com",
            "LastModifiedDate": "2026-03-01T00:00:00.000+0000",
            "SystemModstamp": _STAMP,
        },
    ],
    "Lead": [
        {
            "Id": LEAD,
            "IsDeleted": False,
            "FirstName": "Ada",
            "LastName": "Lovelace",
            "Company": "Lovelace Engines",
            "Email": "a.lovelace@private.example",
            "Phone": None,
            "Country": "Germany",
            "Status": "Closed - Converted",
            "LeadSource": "Web",
            "IsConverted": True,
            "ConvertedDate": "2024-01-11",
            "ConvertedAccountId": ACCOUNT,
            "ConvertedContactId": CONTACT,
            "ConvertedOpportunityId": "006Qy00000E5f6gIAB",
            "CreatedDate": "2024-01-05T09:00:00.000+0000",
            "SystemModstamp": _STAMP,
        }
    ],
    "Opportunity": [
        {
            "Id": "006Qy00000E5f6gIAB",
            "IsDeleted": False,
            "AccountId": ACCOUNT,
            "ContactId": CONTACT,
            "Name": "Analytical engine",
            "StageName": "Closed Won",
            "Amount": 125000.0,
            "CurrencyIsoCode": "EUR",
            "Probability": 100.0,
            "CloseDate": "2026-02-28",
            "IsClosed": True,
            "IsWon": True,
            "CreatedDate": "2025-11-01T09:00:00.000+0000",
            "SystemModstamp": _STAMP,
        },
        {
            "Id": "006Qy00000F6g7hIAB",
            "IsDeleted": False,
            "AccountId": ACCOUNT,
            "ContactId": None,
            "Name": "Spare parts",
            "StageName": "Prospecting",
            "Amount": 900.0,
            "Probability": 10.0,
            "CloseDate": "2026-12-31",
            "IsClosed": False,
            "IsWon": False,
            "CreatedDate": "2026-02-01T09:00:00.000+0000",
            "SystemModstamp": _STAMP,
        },
    ],
    "Case": [
        {
            "Id": "500Qy00000G7h8iIAB",
            "IsDeleted": False,
            "CaseNumber": "00001042",
            "ContactId": CONTACT,
            "AccountId": ACCOUNT,
            "SuppliedEmail": None,
            "Subject": "The mill is stuck",
            "Status": "Escalated",
            "Priority": "High",
            "Origin": "Web",
            "IsClosed": False,
            "ClosedDate": None,
            "CreatedDate": "2026-03-02T07:30:00.000+0000",
            "SystemModstamp": _STAMP,
        }
    ],
}

SHOP: Rows = {
    "customers": [
        {
            "id": 207119551,
            "email": "grace@hopper.example",
            "first_name": "Grace",
            "last_name": "Hopper",
            "phone": "+15142546011",
            "state": "enabled",
            "tags": "vip",
            "created_at": "2025-01-01T10:00:00-05:00",
            "updated_at": "2026-01-02T10:00:00-05:00",
            "default_address": {
                "id": 1,
                "address1": "1 Navy Yard",
                "address2": "Pier 2",
                "city": "Arlington",
                "province": "Virginia",
                "province_code": "VA",
                "country": "United States",
                "country_code": "US",
                "zip": "22202",
                "phone": None,
            },
            "addresses": [
                {
                    "id": 2,
                    "address1": "9 Yale Sq",
                    "city": "New Haven",
                    "province_code": "CT",
                    "zip": "06511",
                    "country_code": "US",
                },
            ],
        }
    ],
    "orders": [
        {
            "id": 450789469,
            "name": "#1001",
            "order_number": 1001,
            "email": "grace@hopper.example",
            "contact_email": "grace@hopper.example",
            "phone": None,
            "created_at": "2026-01-10T11:00:00-05:00",
            "processed_at": "2026-01-10T11:00:00-05:00",
            "updated_at": "2026-01-12T13:05:24-05:00",
            "cancelled_at": None,
            "cancel_reason": None,
            "currency": "USD",
            "total_price": "409.94",
            "financial_status": "paid",
            "fulfillment_status": "fulfilled",
            "customer": {"id": 207119551, "email": "grace@hopper.example"},
            "line_items": [{"id": 669751112, "product_id": 7513594, "quantity": 1}],
        },
        {
            "id": 450789470,
            "name": "#1002",
            "email": None,
            "created_at": "2026-01-11T11:00:00-05:00",
            "updated_at": "2026-01-11T12:00:00-05:00",
            "cancelled_at": "2026-01-11T12:00:00-05:00",
            "cancel_reason": "customer",
            "currency": "USD",
            "total_price": "10.00",
            "financial_status": "voided",
            "fulfillment_status": None,
            "customer": {"id": 207119551},
        },
    ],
    "line_items": [
        {
            "id": 669751112,
            "order_id": 450789469,
            "product_id": 7513594,
            "variant_id": 4264112,
            "title": "IPod Nano",
            "name": "IPod Nano - 8GB",
            "sku": "IPOD-342-N",
            "quantity": 1,
            "current_quantity": 1,
            "price": "199.00",
            "total_discount": "0.00",
            "price_set": {"shop_money": {"amount": "199.00", "currency_code": "USD"}},
            "fulfillment_status": "fulfilled",
        }
    ],
    "products": [
        {
            "id": 7513594,
            "title": "IPod Nano",
            "vendor": "Apple",
            "product_type": "Music",
            "status": "active",
            "variants": [{"id": 4264112, "sku": "IPOD-342-N", "price": "199.00"}],
            "updated_at": "2026-01-01T00:00:00-05:00",
        }
    ],
    "transactions": [
        {
            "id": 389404469,
            "order_id": 450789469,
            "kind": "sale",
            "gateway": "shopify_payments",
            "status": "success",
            "amount": "409.94",
            "currency": "USD",
            "payment_id": "#1001.1",
            "created_at": "2026-01-10T11:00:05-05:00",
            "processed_at": "2026-01-10T11:00:06-05:00",
        }
    ],
    "checkouts": [
        {
            "id": 450789469,
            "token": "2a1ace52255252df566af0faaedfbfa7",
            "cart_token": "68778783ad298f1c80c3bafcddeea02f",
            "email": "grace@hopper.example",
            "created_at": "2026-01-09T08:00:00-05:00",
            "updated_at": "2026-01-09T08:05:00-05:00",
            "completed_at": None,
            "currency": "USD",
            "total_price": "398.00",
            "customer": {"id": 207119551},
        }
    ],
}

_COOKIE = "bc2e92ec6c204a14"
_ACTION = "unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_action_1"
_PRODUCT = "contexts_com_snowplowanalytics_snowplow_ecommerce_product_1"


def _event(number: int, name: str, **more: Any) -> Row:
    return {
        "app_id": "shop-web",
        "platform": "web",
        "event_id": f"c6ef3124-b53a-4b13-a233-0088f79dcb{number:02}",
        "event": "page_view" if name == "page_view" else "unstruct",
        "event_name": name,
        "collector_tstamp": f"2026-02-01 10:00:{number:02}.250",
        "derived_tstamp": f"2026-02-01 10:00:{number:02}.123",
        "domain_userid": _COOKIE,
        "domain_sessionid": "5c33fccf-6be5-4ce6-afb1-e34026a3ca75",
        "user_id": None,
        "page_url": f"https://shop.example/{number}",
        "page_referrer": "https://search.example/",
        **more,
    }


WEB: Rows = {
    "events": [
        _event(1, "page_view"),
        _event(
            2,
            "site_search",
            unstruct_event_com_snowplowanalytics_snowplow_site_search_1={"terms": ["music", "player"]},
        ),
        _event(
            3,
            "snowplow_ecommerce_action",
            **{
                _ACTION: {"type": "product_view"},
                _PRODUCT: [{"id": "IPOD-342-N", "category": "Music", "price": 199.0, "currency": "USD"}],
            },
        ),
        _event(
            4,
            "snowplow_ecommerce_action",
            user_id="grace",
            **{
                _ACTION: {"type": "add_to_cart"},
                _PRODUCT: [
                    {
                        "id": "IPOD-342-N",
                        "category": "Music",
                        "price": 199.0,
                        "currency": "USD",
                        "quantity": 2,
                    }
                ],
                "contexts_com_snowplowanalytics_snowplow_ecommerce_cart_1": [{"cart_id": "cart-1"}],
            },
        ),
    ]
}


def as_exported(row: Row) -> Row:
    """A flat row as a CSV file has it: every cell a text, what is empty not there."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in row.items()
        if value is not None and not isinstance(value, dict | list)
    }
