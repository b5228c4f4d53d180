"""What somebody did, and when. The moment of an engagement never changes."""

from __future__ import annotations

from graph_model.metadata.declaring import (
    CAMPAIGN_ID,
    COOKIE,
    CUSTOMER_NUMBER,
    DEVICE,
    EMAIL,
    INDIVIDUAL_ID,
    LOGIN,
    OF_CAMPAIGN,
    OF_INDIVIDUAL,
    OF_PRODUCT,
    PERSONAL,
    PHONE,
    PRODUCT_ID,
    currency,
    decimal,
    enum,
    in_cim,
    integer,
    moment,
    money,
    reference,
    text,
)
from graph_model.metadata.fields import Category, ObjectType

_AT = moment("occurredAt", "When it was done.", cim="engagementDateTm")
_BROWSER = (
    DEVICE,
    in_cim(COOKIE, "webCookieId"),
    LOGIN,
)
_SESSION = reference("sessionId", "Id of the session that it was part of.", cim="sessionId")
_URL = text("url", "Address of the page.", PERSONAL, cim="linkURL")
_SKU = text("sku", "Number under which the product is kept.", cim="productSKU")

WEB_ENGAGEMENT = ObjectType(
    "WebEngagement",
    Category.ENGAGEMENT,
    "Something that somebody did on a website.",
    (
        *_BROWSER,
        INDIVIDUAL_ID,
        enum(
            "type",
            "What was done.",
            {
                "PAGE_VIEW": "Looked at a page.",
                "SEARCH": "Searched.",
                "CART": "Changed the cart.",
                "PURCHASE": "Bought.",
            },
            cim="engagementChannelActionId",
        ),
        _URL,
        text("referrer", "Address of the page before.", PERSONAL, cim="referrerURL"),
        _SESSION,
        _AT,
    ),
    time_field="occurredAt",
    immutable=True,
    cim="WebsiteEngagement",
    relations=(OF_INDIVIDUAL,),
)

EMAIL_ENGAGEMENT = ObjectType(
    "EmailEngagement",
    Category.ENGAGEMENT,
    "What became of an e-mail, or what somebody did with it.",
    (
        in_cim(EMAIL, "sendtimeEmailAddress"),
        CUSTOMER_NUMBER,
        INDIVIDUAL_ID,
        CAMPAIGN_ID,
        enum(
            "type",
            "What happened.",
            {
                "SENT": "It was sent.",
                "DELIVERED": "It arrived.",
                "OPENED": "It was opened.",
                "CLICKED": "A link in it was followed.",
                "REPLIED": "It was answered.",
                "BOUNCED": "It came back.",
                "COMPLAINED": "It was called unwanted.",
                "UNSUBSCRIBED": "No more are wanted.",
            },
            cim="engagementChannelActionId",
        ),
        text("subject", "Its subject.", PERSONAL, folded=True, cim="subjectLineText"),
        reference("messageId", "Id of the e-mail.", cim="engagementPublicationId"),
        text("url", "Address of the link that was followed.", PERSONAL, cim="linkURL"),
        text("bounceReason", "Why it came back.", cim="bounceReason"),
        _AT,
    ),
    time_field="occurredAt",
    immutable=True,
    cim="EmailEngagement",
    relations=(OF_INDIVIDUAL, OF_CAMPAIGN),
)

MESSAGE_ENGAGEMENT = ObjectType(
    "MessageEngagement",
    Category.ENGAGEMENT,
    "What became of a short message, or what somebody did with it.",
    (
        PHONE,
        DEVICE,
        CUSTOMER_NUMBER,
        LOGIN,
        INDIVIDUAL_ID,
        CAMPAIGN_ID,
        enum(
            "type",
            "What happened.",
            {
                "SENT": "It was sent.",
                "DELIVERED": "It arrived.",
                "OPENED": "It was opened.",
                "CLICKED": "A link in it was followed.",
                "REPLIED": "It was answered.",
                "FAILED": "It could not be delivered.",
                "UNSUBSCRIBED": "No more are wanted.",
            },
            cim="engagementChannelActionId",
        ),
        enum(
            "channel",
            "How it was sent.",
            {
                "TEXT_MESSAGE": "As a text message.",
                "PUSH": "To an app.",
                "MESSENGER": "By a messenger.",
                "CHAT": "In a chat.",
            },
            cim="engagementChannelTypeId",
        ),
        reference("messageId", "Id of the message.", cim="engagementPublicationId"),
        _AT,
    ),
    time_field="occurredAt",
    immutable=True,
    cim="MessageEngagement",
    relations=(OF_INDIVIDUAL, OF_CAMPAIGN),
)

APP_ENGAGEMENT = ObjectType(
    "AppEngagement",
    Category.ENGAGEMENT,
    "Something that somebody did in an app.",
    (
        DEVICE,
        LOGIN,
        CUSTOMER_NUMBER,
        INDIVIDUAL_ID,
        enum(
            "type",
            "What was done.",
            {
                "INSTALLED": "The app was installed.",
                "OPENED": "The app was opened.",
                "REGISTERED": "Somebody registered.",
                "SIGNED_IN": "Somebody signed in.",
                "SCREEN_VIEW": "A screen was looked at.",
                "SEARCH": "Something was searched for.",
                "PURCHASE": "Something was bought.",
                "CLOSED": "The app was closed.",
                "UNINSTALLED": "The app was taken away.",
                "OTHER": "Anything else.",
            },
            cim="engagementChannelActionId",
        ),
        text("app", "Name of the app.", cim="softwareApplicationId"),
        text("screen", "The screen.", cim="screenName"),
        integer("seconds", "For how many seconds.", cim="timeInAppSecondsCt"),
        _SESSION,
        _AT,
    ),
    time_field="occurredAt",
    immutable=True,
    cim="DeviceApplicationEngagement",
    relations=(OF_INDIVIDUAL,),
)

CART_ENGAGEMENT = ObjectType(
    "CartEngagement",
    Category.ENGAGEMENT,
    "Something that somebody did with a shopping cart.",
    (
        *_BROWSER,
        CUSTOMER_NUMBER,
        EMAIL,
        INDIVIDUAL_ID,
        reference("cartId", "Id of the cart.", cim="shoppingCartId"),
        enum(
            "type",
            "What was done.",
            {
                "ADDED": "Something was put in.",
                "REMOVED": "Something was taken out.",
                "VIEWED": "The cart was looked at.",
                "CHECKED_OUT": "It was bought.",
                "ABANDONED": "It was left behind.",
            },
            cim="engagementChannelActionId",
        ),
        PRODUCT_ID,
        _SKU,
        decimal("quantity", "How much.", cim="productQuantity"),
        money("price", "Price of one.", cim="productPriceAmount"),
        currency("the price"),
        _SESSION,
        _AT,
    ),
    time_field="occurredAt",
    immutable=True,
    cim="ShoppingCartEngagement",
    relations=(OF_INDIVIDUAL, OF_PRODUCT),
)

PRODUCT_BROWSE_ENGAGEMENT = ObjectType(
    "ProductBrowseEngagement",
    Category.ENGAGEMENT,
    "That somebody looked at a product or searched for products.",
    (
        *_BROWSER,
        CUSTOMER_NUMBER,
        INDIVIDUAL_ID,
        enum(
            "type",
            "What was done.",
            {
                "VIEWED": "A product was looked at.",
                "LISTED": "A list of products was looked at.",
                "SEARCHED": "Products were searched for.",
                "COMPARED": "Products were compared.",
                "SAVED": "A product was put on a list.",
            },
            cim="engagementChannelActionId",
        ),
        PRODUCT_ID,
        _SKU,
        text("category", "Category of the product.", cim="productCategoryName"),
        text("searchTerms", "What was searched for.", PERSONAL, cim="keywordSearch"),
        money("price", "Price of the product.", cim="productPriceAmount"),
        currency("the price"),
        _URL,
        _SESSION,
        _AT,
    ),
    time_field="occurredAt",
    immutable=True,
    cim="ProductBrowseEngagement",
    relations=(OF_INDIVIDUAL, OF_PRODUCT),
)

ENGAGEMENTS = (
    WEB_ENGAGEMENT,
    EMAIL_ENGAGEMENT,
    MESSAGE_ENGAGEMENT,
    APP_ENGAGEMENT,
    CART_ENGAGEMENT,
    PRODUCT_BROWSE_ENGAGEMENT,
)
