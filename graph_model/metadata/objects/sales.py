"""What sales knows: accounts and who speaks for them, leads, opportunities."""

from __future__ import annotations

from graph_model.metadata.declaring import (
    ACCOUNT_ID,
    CAMPAIGN_ID,
    CUSTOMER_NUMBER,
    EMAIL,
    INDIVIDUAL_ID,
    OF_ACCOUNT,
    OF_CAMPAIGN,
    OF_INDIVIDUAL,
    PERSONAL,
    PHONE,
    currency,
    date,
    decimal,
    enum,
    in_cim,
    integer,
    moment,
    money,
    reference,
    text,
    typed,
)
from graph_model.metadata.fields import Category, FieldType, ObjectType, Relation

ACCOUNT = ObjectType(
    "Account",
    Category.OTHER,
    "A business relationship that sales keeps with a person or their organisation.",
    (
        text("name", "Name of the account.", folded=True, cim="name"),
        text("industry", "Industry.", folded=True, cim="primaryIndustryName"),
        text("accountNumber", "Account number.", cim="accountNumber"),
        EMAIL,
        PHONE,
        CUSTOMER_NUMBER,
        in_cim(INDIVIDUAL_ID, "partyId"),
        reference("parentAccountId", "Id of the account above it in the source.", cim="parentAccountId"),
        moment("createdAt", "When the account was created.", cim="createdDate"),
    ),
    time_field="createdAt",
    cim="Account",
    relations=(
        OF_INDIVIDUAL,
        Relation("parentAccountId", "Account", "The account above it."),
    ),
)

ACCOUNT_CONTACT = ObjectType(
    "AccountContact",
    Category.OTHER,
    "That a person speaks for an account.",
    (
        EMAIL,
        PHONE,
        CUSTOMER_NUMBER,
        INDIVIDUAL_ID,
        reference("accountId", "Id of the account in the source.", cim="accountId", required=True),
        text("title", "The person's position.", PERSONAL, cim="title"),
        text("department", "The person's department.", PERSONAL, cim="departmentName"),
        reference(
            "reportsToId", "Id of the contact above it in the source.", cim="reportsToAccountContactId"
        ),
        moment("createdAt", "When the contact was created.", cim="createdDate"),
    ),
    cim="AccountContact",
    relations=(
        OF_INDIVIDUAL,
        OF_ACCOUNT,
        Relation("reportsToId", "AccountContact", "The contact above it."),
    ),
)

LEAD = ObjectType(
    "Lead",
    Category.OTHER,
    "Somebody who may become a customer, as sales follows them.",
    (
        EMAIL,
        PHONE,
        CUSTOMER_NUMBER,
        INDIVIDUAL_ID,
        text("company", "The company that they are from.", PERSONAL, folded=True, cim="companyName"),
        text("title", "Their position.", PERSONAL, cim="title"),
        text("industry", "Industry.", cim="primaryIndustryName"),
        text("website", "Address of their website.", PERSONAL, cim="website"),
        enum(
            "status",
            "State of the lead.",
            {
                "NEW": "Nobody has worked on it yet.",
                "WORKING": "Somebody works on it.",
                "QUALIFIED": "It is worth following.",
                "UNQUALIFIED": "It is not worth following.",
                "CONVERTED": "It became an account or an opportunity.",
            },
            cim="leadStatusId",
        ),
        text("leadSource", "Where it came from.", cim="leadSourceId"),
        text("rating", "How promising it is.", cim="leadRating"),
        integer("score", "How promising it is, as a number.", cim="leadScore"),
        typed("country", FieldType.COUNTRY, "Country, ISO 3166-1 alpha-2.", PERSONAL, cim="countryName"),
        money("annualRevenue", "What the company turns over in a year.", cim="annualRevenue"),
        currency("the revenue", cim="currencyId"),
        moment("convertedAt", "When it was converted.", cim="convertedDate"),
        reference("accountId", "Id of the account that it became.", cim="convertedToAccountId"),
        reference("opportunityId", "Id of the opportunity that it became.", cim="convertedToOpportunityId"),
        moment("createdAt", "When the lead was created.", cim="createdDate"),
    ),
    time_field="createdAt",
    cim="Lead",
    relations=(
        OF_INDIVIDUAL,
        OF_ACCOUNT,
        Relation("opportunityId", "Opportunity", "The opportunity that it became."),
    ),
    ignored=frozenset({"partyRoleId", "isConverted"}),
)

OPPORTUNITY = ObjectType(
    "Opportunity",
    Category.OTHER,
    "A sale that may come about.",
    (
        EMAIL,
        PHONE,
        CUSTOMER_NUMBER,
        INDIVIDUAL_ID,
        in_cim(ACCOUNT_ID, "customerAccountId"),
        CAMPAIGN_ID,
        reference("leadId", "Id of the lead that it came from.", cim="leadId"),
        text("name", "Name of the opportunity.", folded=True, cim="name"),
        text("stage", "How far it is, in the words of the source.", folded=True, cim="opportunityStageId"),
        enum(
            "status",
            "Whether it is decided.",
            {"OPEN": "Not decided yet.", "WON": "It became a sale.", "LOST": "It came to nothing."},
        ),
        decimal("probability", "Probability of the sale in percent.", cim="probabilityPercent"),
        money("amount", "What the sale would bring.", cim="totalAmount"),
        currency("the amount", cim="currencyId"),
        text("leadSource", "Where it came from.", cim="leadSourceId"),
        text("nextStep", "What is to be done next.", cim="nextStepText"),
        date("closesOn", "The day on which it is or was decided.", cim="closeDate"),
        moment("createdAt", "When the opportunity was created.", cim="createdDate"),
    ),
    time_field="createdAt",
    cim="Opportunity",
    relations=(
        OF_INDIVIDUAL,
        OF_ACCOUNT,
        Relation("leadId", "Lead", "The lead that it came from.", owning=True),
        OF_CAMPAIGN,
    ),
)

SALES = (ACCOUNT, ACCOUNT_CONTACT, LEAD, OPPORTUNITY)
