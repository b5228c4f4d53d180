"""What parties are to each other and to programmes: memberships, households, relations."""

from __future__ import annotations

from dataclasses import replace

from graph_model.metadata.declaring import (
    CUSTOMER_NUMBER,
    EMAIL,
    LOYALTY_NUMBER,
    PERSONAL,
    PHONE,
    date,
    enum,
    in_cim,
    integer,
    moment,
    reference,
    text,
)
from graph_model.metadata.fields import Addition, Category, ObjectType, Relation, Satellite
from graph_model.metadata.objects.contact_points import OF_PARTY, PARTY

LOYALTY_MEMBERSHIP = ObjectType(
    "LoyaltyMembership",
    Category.OTHER,
    "That somebody is a member of a loyalty programme.",
    (
        in_cim(LOYALTY_NUMBER, "membershipNumber"),
        CUSTOMER_NUMBER,
        EMAIL,
        PHONE,
        *(replace(field, required=False) for field in PARTY),
        text("programme", "The loyalty programme.", folded=True, cim="loyaltyProgramId"),
        text("tier", "The member's rank.", folded=True, cim="loyaltyTierId"),
        enum(
            "status",
            "State of the membership.",
            {"ACTIVE": "It runs.", "PAUSED": "It rests.", "ENDED": "It is over."},
            cim="memberStatus",
        ),
        integer("points", "Points that the member has.", cim="pointsBalance"),
        text("enrolledBy", "Where the member enrolled.", cim="enrollmentChannel"),
        moment("enrolledAt", "When the member enrolled.", cim="enrollmentDate"),
        date("endsOn", "The last day of the membership.", cim="membershipEndDate"),
    ),
    time_field="enrolledAt",
    cim="LoyaltyProgramMember",
    relations=(OF_PARTY,),
    satellite=Satellite((Addition("loyaltyNumber", "loyaltyNumber"),)),
)

HOUSEHOLD = ObjectType(
    "Household",
    Category.OTHER,
    "People who live together, as a source knows them; who belongs to it, PartyRelation says.",
    (
        text("name", "Name of the household.", PERSONAL, cim="name"),
        integer("memberCount", "How many they are.", cim="householdMemberCount"),
        date("formedOn", "The day on which it came about.", cim="householdFormedDate"),
        date("dissolvedOn", "The day on which it ended.", cim="householdDissolvedDate"),
    ),
    cim="Household",
)

PARTY_RELATION = ObjectType(
    "PartyRelation",
    Category.OTHER,
    "What one party is to another, or to a household.",
    (
        reference("partyId", "Id of the party's record in the source.", cim="partyId", required=True),
        reference(
            "relatedPartyId",
            "Id of the other one's record in the source.",
            cim="relatedPartyId",
            required=True,
        ),
        enum(
            "type",
            "What the party is to the other one.",
            {
                "SPOUSE": "Husband or wife.",
                "PARTNER": "Partner.",
                "PARENT": "Father or mother.",
                "CHILD": "Son or daughter.",
                "SIBLING": "Brother or sister.",
                "RELATIVE": "Another relative.",
                "GUARDIAN": "Guardian.",
                "HOUSEHOLD_MEMBER": "Belongs to the household.",
                "EMPLOYEE": "Works for the organisation.",
                "MEMBER": "Belongs to the organisation.",
                "SUBSIDIARY": "Belongs to the other company.",
                "OTHER": "Anything else.",
            },
            classification=PERSONAL,
            cim="partyRelationshipTypeId",
        ),
        date("validFrom", "The day from which it holds.", cim="relatedFromDate"),
        date("validTo", "The last day on which it holds.", cim="relatedToDate"),
    ),
    cim="PartyRelatedParty",
    relations=(
        OF_PARTY,
        Relation("relatedPartyId", "Individual", "The other party."),
    ),
)

RELATIONS = (LOYALTY_MEMBERSHIP, HOUSEHOLD, PARTY_RELATION)
