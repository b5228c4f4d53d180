"""The ready mappings take rows as the real systems send them, and what they make finds its person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest

from graph_model.graph import Graph
from graph_model.ingestion.ingestion import Ingestion
from graph_model.insights.model import Threshold
from graph_model.metadata.catalogue import Catalogues
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import Mode, Outcome, Record
from graph_model.sources import registering
from graph_model.sources.checking import problems
from graph_model.sources.form import read_objects, write_objects
from graph_model.sources.model import Source
from graph_model.sources.templates import TemplateName, template, with_defaults
from graph_model.sources.trying import try_rows
from tests.graph_model.snapshots import snapshot
from tests.graph_model.sources.forms import NOW, catalogue
from tests.graph_model.sources.rows import (
    ACCOUNT,
    CONTACT,
    OTHER_CONTACT,
    SALESFORCE,
    SHOP,
    WEB,
    Rows,
    as_exported,
)

SAMPLES = {
    TemplateName.SALESFORCE_CRM: SALESFORCE,
    TemplateName.SHOP: SHOP,
    TemplateName.WEB_ANALYTICS: WEB,
}


def source_of(name: TemplateName, **defaults: str) -> Source:
    objects = with_defaults(template(name).objects, **defaults)
    return Source(
        name="s",
        version=1,
        objects={item.name: item for item in objects},
        created_at="2026-11-25T12:00:00.000000Z",
        created_by="test",
    )


def records_of(name: TemplateName, **defaults: str) -> Mapping[str, Record]:
    """What the sample rows become, by key; nothing is wrong with them."""
    source = source_of(name, **defaults)
    made: dict[str, Record] = {}
    for object_name, rows in SAMPLES[name].items():
        for tried in try_rows(rows, source, object_name, catalogue(), now=NOW):
            assert tried.problems == ()
            made |= {str(record.key): record for record in tried.records}
    return made


@pytest.mark.parametrize("name", TemplateName)
def test_a_ready_mapping_is_right(name: TemplateName) -> None:
    ready = template(name)
    assert problems(ready.objects, SHIPPED) == []
    assert read_objects(write_objects(ready.objects)) == ready.objects
    assert problems(with_defaults(ready.objects, currency="EUR", country="DE"), SHIPPED) == []


def test_salesforce() -> None:
    made = records_of(TemplateName.SALESFORCE_CRM)
    contact = made[f"s/Contact/{CONTACT}"]
    assert contact.modified_at == "2026-03-04T10:20:30.000000Z"
    assert contact.fields == {
        "salutation": "Ms.",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "occupation": "Head of Computing",
        "birthDate": "1990-12-10",
        "email": ["ada@lovelace.example"],
        "phone": ["030 1234567", "0171 7654321"],
        "street": "Torstr. 1",
        "city": "Berlin",
        "postalCode": "10119",
        "country": "DE",
        "customerNumber": CONTACT,
    }
    assert made[f"s/Contact/{OTHER_CONTACT}"].deleted
    assert made[f"s/Account/{ACCOUNT}"].object_type.name == "Account"
    organization = made[f"s/Account.Organization/{ACCOUNT}"]
    assert organization.fields["customerNumber"] == ACCOUNT
    assert organization.fields["partyIdentifications"] == [{"type": "DUNS", "number": "31-234-5678"}]
    won, open_ = (made[f"s/Opportunity/{row['Id']}"].fields for row in SALESFORCE["Opportunity"])
    assert (won["status"], won["amount"], won["currency"]) == ("WON", "125000.00", "EUR")
    assert (open_["status"], open_["customerNumber"]) == ("OPEN", ACCOUNT)
    # Its organisation keeps one currency, and does not say which.
    assert "amount" not in open_
    (case,) = (record.fields for key, record in made.items() if key.startswith("s/Case/"))
    assert (case["status"], case["priority"], case["channel"]) == ("ESCALATED", "HIGH", "PORTAL")
    assert case["customerNumber"] == CONTACT


def test_of_a_converted_lead_the_person_is_the_contact() -> None:
    made = records_of(TemplateName.SALESFORCE_CRM)
    (person,) = (record.fields for key, record in made.items() if key.startswith("s/Lead/"))
    (lead,) = (record.fields for key, record in made.items() if key.startswith("s/Lead.Lead/"))
    assert person["customerNumber"] == lead["customerNumber"] == CONTACT
    assert (lead["status"], lead["convertedAt"]) == ("CONVERTED", "2024-01-11T00:00:00.000000Z")


def test_a_source_of_one_currency_may_name_it() -> None:
    made = records_of(TemplateName.SALESFORCE_CRM, currency="CHF")
    (open_,) = (record.fields for record in made.values() if record.fields.get("name") == "Spare parts")
    assert (open_["amount"], open_["currency"]) == ("900.00", "CHF")


def test_shop() -> None:
    made = records_of(TemplateName.SHOP)
    customer = made["s/customers/207119551"].fields
    assert (customer["city"], customer["state"], customer["country"]) == ("Arlington", "VA", "US")
    assert customer["addresses"] == [
        {"street": "9 Yale Sq", "city": "New Haven", "state": "CT", "postalCode": "06511", "country": "US"}
    ]
    order, cancelled = made["s/orders/450789469"].fields, made["s/orders/450789470"].fields
    assert (order["status"], order["total"], order["customerNumber"]) == ("SHIPPED", "409.94", "207119551")
    assert cancelled["status"] == "CANCELLED"
    line = made["s/line_items/669751112"].fields
    assert (line["salesOrderId"], line["unitPrice"], line["quantity"]) == ("450789469", "199.00", "1")
    assert made["s/products/7513594"].fields["isActive"] is True
    payment = made["s/transactions/389404469"].fields
    assert (payment["kind"], payment["method"], payment["status"]) == ("CAPTURE", "CARD", "COMPLETED")
    assert made["s/checkouts/450789469"].fields["type"] == "ABANDONED"


def test_web_analytics() -> None:
    made = records_of(TemplateName.WEB_ANALYTICS)
    visits = [record.fields["type"] for key, record in made.items() if key.startswith("s/events/")]
    assert visits == ["PAGE_VIEW", "SEARCH", "PAGE_VIEW", "CART"]
    others = {record.key.object: record.fields for record in made.values() if record.key.object != "events"}
    assert others.keys() == {"events.search", "events.product", "events.cart"}
    assert others["events.search"]["searchTerms"] == "music player"
    assert (others["events.product"]["sku"], others["events.product"]["price"]) == ("IPOD-342-N", "199.00")
    cart = others["events.cart"]
    assert (cart["type"], cart["cartId"], cart["quantity"], cart["login"]) == (
        "ADDED",
        "cart-1",
        "2",
        "grace",
    )


async def stored(
    graph: Graph, name: TemplateName, rows: Rows, source: str = "s"
) -> dict[str, set[str | None]]:
    """The individuals that the rows of each object belong to."""
    catalogues = Catalogues(graph)
    if source not in (await catalogues.current()).sources:
        await registering.register(catalogues, source, template(name).objects, actor="test", now=NOW)
    ingestion = Ingestion(
        graph, threshold=Threshold(lifetime_value=500, silent_days=180), catalogues=catalogues
    )
    whose: defaultdict[str, set[str | None]] = defaultdict(set)
    for object_name, of_object in rows.items():
        results = await ingestion.ingest(source, object_name, of_object, actor="test")
        for row, result in zip(of_object, results, strict=True):
            assert result.outcome is not Outcome.REJECTED, result.problems
            if not row.get("IsDeleted"):
                whose[object_name].add(result.individual_id)
    return whose


async def test_what_salesforce_sends_finds_its_person(graph: Graph) -> None:
    await stored(graph, TemplateName.SALESFORCE_CRM, SALESFORCE)
    whose = await stored(graph, TemplateName.SALESFORCE_CRM, SALESFORCE)
    (ada,) = whose["Contact"]
    assert ada is not None
    assert whose["Lead"] == whose["Case"] == {ada}
    (lovelace,) = whose["Account"]
    assert whose["Opportunity"] == {ada, lovelace}
    assert lovelace not in (ada, None)


async def test_what_a_shop_sends_finds_its_person(graph: Graph) -> None:
    await stored(graph, TemplateName.SHOP, SHOP)
    whose = await stored(graph, TemplateName.SHOP, SHOP)
    (grace,) = whose["customers"]
    assert grace is not None
    assert whose["orders"] == whose["line_items"] == whose["transactions"] == whose["checkouts"] == {grace}


async def test_visits_belong_to_whoever_signs_in_with_the_cookie(graph: Graph) -> None:
    await stored(graph, TemplateName.WEB_ANALYTICS, WEB, "web")
    whose = await stored(graph, TemplateName.WEB_ANALYTICS, WEB, "web")
    assert len(whose["events"]) == 1
    assert None not in whose["events"]


async def test_an_initial_load_and_a_later_stream_end_in_the_same_state(graph: Graph) -> None:
    exported: Rows = {name: [as_exported(row) for row in rows] for name, rows in SALESFORCE.items()}
    await stored(graph, TemplateName.SALESFORCE_CRM, exported)
    loaded = await snapshot(graph)
    catalogues = Catalogues(graph)
    ingestion = Ingestion(
        graph, threshold=Threshold(lifetime_value=500, silent_days=180), catalogues=catalogues
    )
    for name, rows in SALESFORCE.items():
        results = await ingestion.ingest("s", name, rows, actor="test")
        assert {result.outcome for result in results} == {Outcome.UNCHANGED}
    assert await snapshot(graph) == loaded


async def test_a_change_of_one_field_is_a_patch(graph: Graph) -> None:
    await stored(graph, TemplateName.SALESFORCE_CRM, SALESFORCE)
    catalogues = Catalogues(graph)
    ingestion = Ingestion(
        graph, threshold=Threshold(lifetime_value=500, silent_days=180), catalogues=catalogues
    )
    change: dict[str, Any] = {
        "Id": CONTACT,
        "Email": "ada@new.example",
        "LastModifiedDate": "2026-05-01T00:00:00.000+0000",
    }
    (result,) = await ingestion.ingest("s", "Contact", [change], mode=Mode.PATCH, actor="test")
    assert result.outcome is Outcome.UPDATED
    fields = await graph.read(
        "MATCH (r:SourceRecord {key: $key}) RETURN r.fields", key=f"s/Contact/{CONTACT}"
    )
    assert '"ada@new.example"' in fields
    assert '"Lovelace"' in fields
