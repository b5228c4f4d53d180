"""What the service center knows: cases, and what people say when they are asked."""

from __future__ import annotations

from graph_model.metadata.declaring import (
    ACCOUNT_ID,
    CAMPAIGN_ID,
    CUSTOMER_NUMBER,
    EMAIL,
    INDIVIDUAL_ID,
    LOGIN,
    LOYALTY_NUMBER,
    OF_ACCOUNT,
    OF_CAMPAIGN,
    OF_INDIVIDUAL,
    OF_PRODUCT,
    PERSONAL,
    PHONE,
    PRODUCT_ID,
    decimal,
    enum,
    integer,
    moment,
    reference,
    text,
)
from graph_model.metadata.fields import Category, ObjectType, Relation

CASE = ObjectType(
    "Case",
    Category.ENGAGEMENT,
    "A question or a problem that somebody brought to the service center.",
    (
        EMAIL,
        PHONE,
        CUSTOMER_NUMBER,
        LOGIN,
        INDIVIDUAL_ID,
        ACCOUNT_ID,
        PRODUCT_ID,
        text("caseNumber", "Number of the case, as customers see it.", cim="caseNumber"),
        text("subject", "What it is about.", PERSONAL, folded=True, cim="caseSubjectText"),
        enum(
            "status",
            "State of the case.",
            {
                "NEW": "Nobody works on it yet.",
                "WORKING": "Somebody works on it.",
                "ESCALATED": "It was escalated.",
                "CLOSED": "It is closed.",
            },
            cim="caseStatusId",
        ),
        enum(
            "priority",
            "Priority.",
            {"LOW": "Low.", "MEDIUM": "Medium.", "HIGH": "High."},
            cim="casePriorityId",
        ),
        enum(
            "channel",
            "Where it was opened.",
            {
                "PORTAL": "The customer portal.",
                "EMAIL": "By e-mail.",
                "PHONE": "By phone.",
                "CHAT": "In a chat.",
            },
            cim="caseCreationChannelId",
        ),
        moment("openedAt", "When the case was opened.", cim="createdDate"),
        moment("closedAt", "When the case was closed.", cim="closedDateTime"),
    ),
    time_field="openedAt",
    cim="Case",
    relations=(OF_INDIVIDUAL, OF_ACCOUNT, OF_PRODUCT),
)

SURVEY_RESPONSE = ObjectType(
    "SurveyResponse",
    Category.ENGAGEMENT,
    "What somebody answered in a survey.",
    (
        CUSTOMER_NUMBER,
        EMAIL,
        PHONE,
        LOGIN,
        LOYALTY_NUMBER,
        INDIVIDUAL_ID,
        reference("caseId", "Id of the case that it is about.", cim="caseId"),
        CAMPAIGN_ID,
        text("survey", "Name of the survey.", cim="surveyName"),
        text("question", "The question.", cim="questionText"),
        text("answer", "The answer, in words.", PERSONAL, cim="responseText"),
        decimal("score", "The answer, as a number.", cim="responseValue"),
        integer("recommendation", "How likely they would recommend it, from 0 to 10 (Net Promoter Score)."),
        moment("respondedAt", "When it was answered.", cim="responseDateTime"),
    ),
    time_field="respondedAt",
    immutable=True,
    relations=(
        OF_INDIVIDUAL,
        Relation("caseId", "Case", "The case that it is about.", owning=True),
        OF_CAMPAIGN,
    ),
)

SERVICE = (CASE, SURVEY_RESPONSE)
