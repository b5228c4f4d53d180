"""What shops know: orders."""

from __future__ import annotations

from graph_model.metadata.declaring import (
    CUSTOMER_NUMBER,
    DEVICE,
    EMAIL,
    PHONE,
    currency,
    enum,
    moment,
    money,
    typed,
)
from graph_model.metadata.fields import Category, FieldType, ObjectType

SALES_ORDER = ObjectType(
    "SalesOrder",
    Category.ENGAGEMENT,
    "An order that somebody placed.",
    (
        CUSTOMER_NUMBER,
        EMAIL,
        PHONE,
        DEVICE,
        moment("orderedAt", "When the order was placed."),
        money("total", "Total amount, a decimal string."),
        currency("the total"),
        enum("status", "State of the order.", "PLACED", "SHIPPED", "DELIVERED", "CANCELLED", "RETURNED"),
        typed("itemCount", FieldType.INTEGER, "Number of items."),
    ),
    time_field="orderedAt",
    cim="SalesOrder",
)

COMMERCE = (SALES_ORDER,)
