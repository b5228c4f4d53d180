"""What the service center knows: cases."""

from __future__ import annotations

from graph_model.metadata.declaring import CUSTOMER_NUMBER, EMAIL, LOGIN, PERSONAL, PHONE, enum, moment, text
from graph_model.metadata.fields import Category, ObjectType

CASE = ObjectType(
    "Case",
    Category.ENGAGEMENT,
    "A question or a problem that somebody brought to the service center.",
    (
        EMAIL,
        PHONE,
        CUSTOMER_NUMBER,
        LOGIN,
        text("subject", "What it is about.", PERSONAL, folded=True),
        enum("status", "State of the case.", "NEW", "WORKING", "ESCALATED", "CLOSED"),
        enum("priority", "Priority.", "LOW", "MEDIUM", "HIGH"),
        enum("channel", "Where it was opened.", "PORTAL", "EMAIL", "PHONE", "CHAT"),
        moment("openedAt", "When the case was opened."),
    ),
    time_field="openedAt",
)

SERVICE = (CASE,)
