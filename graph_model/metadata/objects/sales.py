"""What sales knows: accounts."""

from __future__ import annotations

from graph_model.metadata.declaring import EMAIL, PHONE, moment, text
from graph_model.metadata.fields import Category, ObjectType

ACCOUNT = ObjectType(
    "Account",
    Category.OTHER,
    "A business relationship that sales keeps with a person or their organisation.",
    (
        text("name", "Name of the account.", folded=True),
        text("industry", "Industry.", folded=True),
        text("accountNumber", "Account number."),
        EMAIL,
        PHONE,
        moment("createdAt", "When the account was created."),
    ),
    time_field="createdAt",
    cim="Account",
)

SALES = (ACCOUNT,)
