"""What somebody did, and when: visits."""

from __future__ import annotations

from graph_model.metadata.declaring import COOKIE, DEVICE, LOGIN, PERSONAL, enum, moment, text
from graph_model.metadata.fields import Category, ObjectType

WEB_ENGAGEMENT = ObjectType(
    "WebEngagement",
    Category.ENGAGEMENT,
    "Something that somebody did on a website.",
    (
        DEVICE,
        COOKIE,
        LOGIN,
        enum("type", "What was done.", "PAGE_VIEW", "SEARCH", "CART", "PURCHASE"),
        text("url", "Address of the page.", PERSONAL),
        text("referrer", "Address of the page before.", PERSONAL),
        moment("occurredAt", "When it was done."),
    ),
    time_field="occurredAt",
    immutable=True,
)

ENGAGEMENTS = (WEB_ENGAGEMENT,)
