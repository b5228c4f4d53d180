"""What marketing knows: campaigns, whom they reached, who answered, and offers."""

from __future__ import annotations

from graph_model.metadata.declaring import (
    CAMPAIGN_ID,
    COOKIE,
    CUSTOMER_NUMBER,
    DEVICE,
    EMAIL,
    INDIVIDUAL_ID,
    LOYALTY_NUMBER,
    OF_CAMPAIGN,
    OF_INDIVIDUAL,
    OF_PRODUCT,
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
from graph_model.metadata.fields import Category, Field, ObjectType, Relation


def _channel(name: str, description: str, cim: str) -> Field:
    return enum(
        name,
        description,
        {
            "EMAIL": "E-mail.",
            "TEXT_MESSAGE": "Text messages.",
            "PUSH": "Messages of an app.",
            "WEB": "Websites.",
            "SEARCH": "Search engines.",
            "SOCIAL": "Social networks.",
            "DISPLAY": "Advertisements on other websites.",
            "MAIL": "Letters.",
            "PHONE": "Phone calls.",
            "EVENT": "Fairs and other events.",
            "STORE": "Stores.",
            "OTHER": "Anything else.",
        },
        cim=cim,
    )


CAMPAIGN = ObjectType(
    "Campaign",
    Category.OTHER,
    "What marketing does over some time to a purpose.",
    (
        text("name", "Name of the campaign.", folded=True, cim="campaignName"),
        _channel("channel", "Where it runs.", "campaignType"),
        enum(
            "status",
            "State of the campaign.",
            {"PLANNED": "It is to begin.", "ACTIVE": "It runs.", "ENDED": "It is over."},
            cim="campaignStatus",
        ),
        moment("startsAt", "When it begins.", cim="campaignStartDate"),
        moment("endsAt", "When it ends.", cim="campaignEndDate"),
        money("budget", "What it may cost.", cim="budgetedCostAmount"),
        money("spend", "What it has cost.", cim="actualCostAmount"),
        currency("the amounts", cim="currency"),
        text("goal", "What it is to bring about.", cim="primaryGoalText"),
        reference("parentCampaignId", "Id of the campaign that it is part of.", cim="parentCampaignId"),
    ),
    cim="Campaign",
    relations=(Relation("parentCampaignId", "Campaign", "The campaign that it is part of."),),
)

_REACHED = (
    EMAIL,
    PHONE,
    CUSTOMER_NUMBER,
    LOYALTY_NUMBER,
    DEVICE,
    COOKIE,
    in_cim(INDIVIDUAL_ID, "individualId"),
    reference("campaignId", "Id of the campaign in the source.", cim="campaignId", required=True),
)

CAMPAIGN_TOUCH = ObjectType(
    "CampaignTouch",
    Category.ENGAGEMENT,
    "That a campaign reached somebody.",
    (
        *_REACHED,
        _channel("channel", "Where it reached them.", "engagementChannelTypeId"),
        text("content", "Which message or advertisement it was.", cim="engagementAssetId"),
        money("cost", "What it cost."),
        currency("the cost"),
        moment("touchedAt", "When it reached them.", cim="engagementDateTm"),
    ),
    time_field="touchedAt",
    immutable=True,
    cim="CampaignTouch",
    relations=(OF_INDIVIDUAL, OF_CAMPAIGN),
)

CAMPAIGN_RESPONSE = ObjectType(
    "CampaignResponse",
    Category.ENGAGEMENT,
    "That somebody answered a campaign.",
    (
        *_REACHED,
        enum(
            "response",
            "How they answered.",
            {
                "OPENED": "They opened the message.",
                "CLICKED": "They followed a link.",
                "REGISTERED": "They registered.",
                "ATTENDED": "They came.",
                "PURCHASED": "They bought.",
                "DECLINED": "They declined.",
                "UNSUBSCRIBED": "They wanted no more of it.",
                "OTHER": "In another way.",
            },
            cim="campaignMemberStatus",
        ),
        _channel("channel", "Where they answered.", "engagementChannelTypeId"),
        reference("touchId", "Id of the touch that they answered."),
        reference("offerId", "Id of the offer that they answered.", cim="offerId"),
        money("value", "What it brought."),
        currency("the value"),
        moment("respondedAt", "When they answered.", cim="engagementDateTm"),
    ),
    time_field="respondedAt",
    immutable=True,
    cim="CampaignMember",
    relations=(
        OF_INDIVIDUAL,
        Relation("touchId", "CampaignTouch", "The touch that they answered.", owning=True),
        OF_CAMPAIGN,
        Relation("offerId", "Offer", "The offer that they answered."),
    ),
)

OFFER = ObjectType(
    "Offer",
    Category.OTHER,
    "Something that is offered to whoever may have it.",
    (
        text("name", "Name of the offer.", folded=True, cim="name"),
        text("description", "What is offered.", cim="description"),
        text("code", "The code by which it is taken up.", cim="couponCode"),
        CAMPAIGN_ID,
        PRODUCT_ID,
        enum(
            "eligibility",
            "Who may have it.",
            {
                "EVERYBODY": "Everybody.",
                "NEW_CUSTOMERS": "Who has not bought yet.",
                "CUSTOMERS": "Who has bought.",
                "MEMBERS": "Members of a loyalty programme.",
                "SEGMENT": "Whoever the rule says.",
            },
        ),
        text("eligibilityRule", "Who may have it, in words or as the source writes it."),
        money("value", "What it is worth.", cim="discountAmount"),
        currency("the value", cim="discountAmountCurrency"),
        decimal("discountPercent", "What it takes off the price, in percent.", cim="discountPercentage"),
        integer("redemptionLimit", "How often one person may take it up.", cim="maxRedmPerCustCount"),
        moment("validFrom", "From when on it holds.", cim="validFromDateTime"),
        moment("validTo", "Until when it holds.", cim="validToDateTime"),
    ),
    cim="CouponDefinition",
    relations=(OF_CAMPAIGN, OF_PRODUCT),
)

MARKETING = (CAMPAIGN, CAMPAIGN_TOUCH, CAMPAIGN_RESPONSE, OFFER)
