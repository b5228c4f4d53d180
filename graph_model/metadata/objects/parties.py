"""Who somebody is: persons and organisations, whose records are resolved into individuals."""

from __future__ import annotations

from graph_model.metadata.declaring import (
    CUSTOMER_NUMBER,
    INTERNAL,
    LOGIN,
    PERSONAL,
    PUBLIC,
    SENSITIVE,
    date,
    enum,
    integer,
    text,
    typed,
)
from graph_model.metadata.fields import Category, Field, FieldType, ObjectType
from graph_model.metadata.identifier_types import IdentifierType

EMAILS = Field(
    "email", FieldType.EMAIL, "E-mail addresses.", PERSONAL, many=True, identifier=IdentifierType.EMAIL
)
PHONES = Field(
    "phone", FieldType.PHONE, "Phone numbers.", PERSONAL, many=True, identifier=IdentifierType.PHONE
)
ADDRESS = (
    text("street", "Street and house number; an address that is known only as one line goes here.", PERSONAL),
    text("houseNumber", "House number, where the source keeps it apart.", PERSONAL, most=64),
    text("addressLine2", "What stands beside the street: building, unit, care of.", PERSONAL),
    text("locality", "District, suburb or place within the city.", PERSONAL),
    text("city", "City.", PERSONAL),
    text("postalCode", "Postal code.", PERSONAL, most=32),
    text("state", "State, province or county.", PERSONAL),
    typed("country", FieldType.COUNTRY, "Country, ISO 3166-1 alpha-2.", PERSONAL),
)
ADDRESSES = Field("addresses", FieldType.OBJECT, "Further addresses.", PERSONAL, many=True, parts=ADDRESS)
PARTY_IDENTIFICATIONS = Field(
    "partyIdentifications",
    FieldType.OBJECT,
    "Numbers by which authorities and others know the party.",
    SENSITIVE,
    many=True,
    parts=(
        text(
            "type",
            "`NATIONAL_ID`, `PASSPORT`, `DRIVERS_LICENSE`, `TAX_ID` or a type of your own, such as `LEI`.",
            INTERNAL,
            most=64,
            required=True,
        ),
        text("issuer", "Who issued it: a country's code, an authority.", INTERNAL, most=64),
        text("number", "The number.", SENSITIVE, most=128, required=True),
    ),
)
NO_MERGE = text(
    "noMergeReason",
    "Why this record must never be merged with others; left out, it may.",
    cim="noMergeReasonId",
)
NAME = (
    text("firstName", "Given name.", PERSONAL, cim="firstName"),
    text("middleName", "Middle name.", PERSONAL, cim="middleName"),
    text("lastName", "Family name.", PERSONAL, cim="lastName"),
    text("suffix", "What follows the name, such as Jr or III.", PERSONAL, cim="nameSuffix"),
    text(
        "fullName",
        "The whole name, where the source does not keep its parts apart.",
        PERSONAL,
        cim="personName",
    ),
)

INDIVIDUAL = ObjectType(
    "Individual",
    Category.PROFILE,
    "A person as one source knows them: a contact, a customer, a registered user.",
    (
        text("salutation", "Form of address, such as Ms or Dr.", PERSONAL, cim="salutation"),
        *NAME,
        text("secondLastName", "Second family name.", PERSONAL, cim="secondLastName"),
        text("preferredName", "What the person wants to be called.", PERSONAL, cim="preferredName"),
        Field(
            "alternateNames",
            FieldType.OBJECT,
            "Other names of this person: before a marriage, in another script, an alias.",
            PERSONAL,
            many=True,
            parts=NAME,
        ),
        date("birthDate", "Date of birth.", SENSITIVE, cim="birthDate"),
        text("birthPlace", "Place of birth.", SENSITIVE, cim="birthPlace"),
        date("deathDate", "Date of death.", SENSITIVE, cim="deathDate"),
        enum(
            "gender",
            "Gender.",
            {"FEMALE": "Female.", "MALE": "Male.", "OTHER": "Another gender."},
            classification=PERSONAL,
            cim="genderId",
        ),
        text("pronoun", "Pronoun by which to speak of the person.", PERSONAL, cim="pronounId"),
        typed(
            "residenceCountry",
            FieldType.COUNTRY,
            "Country where the person lives, ISO 3166-1 alpha-2.",
            PERSONAL,
            cim="residenceCountryName",
        ),
        text("occupation", "Occupation.", PERSONAL, cim="occupation"),
        text("website", "Address of the person's website.", PERSONAL, cim="webSiteURL"),
        EMAILS,
        PHONES,
        *ADDRESS,
        typed("latitude", FieldType.LATITUDE, "Latitude of the address in degrees, WGS 84.", PERSONAL),
        typed("longitude", FieldType.LONGITUDE, "Longitude of the address in degrees, WGS 84.", PERSONAL),
        ADDRESSES,
        PARTY_IDENTIFICATIONS,
        CUSTOMER_NUMBER,
        text(
            "loyaltyNumber",
            "Loyalty membership numbers.",
            PERSONAL,
            identifier=IdentifierType.LOYALTY_NUMBER,
            many=True,
        ),
        LOGIN,
        text(
            "deviceId",
            "Devices or app installations of this person.",
            PERSONAL,
            identifier=IdentifierType.DEVICE,
            many=True,
        ),
        text(
            "cookieId",
            "Cookies of this person's browsers, as the source set them.",
            PERSONAL,
            identifier=IdentifierType.COOKIE,
            many=True,
        ),
        NO_MERGE,
    ),
    cim="Individual",
    ignored=frozenset({"partyId", "partyTypeId"}),
)

ORGANIZATION = ObjectType(
    "Organization",
    Category.PROFILE,
    "A company, an association or an authority as one source knows it; resolved among organisations only.",
    (
        text("name", "Name, with or without the legal form.", PUBLIC, cim="businessName"),
        text("alternateNames", "Other names: trading names, brands, former names.", PUBLIC, many=True),
        text("website", "Address of the website.", PUBLIC),
        text("industry", "Industry.", cim="primaryIndustryName"),
        integer("employeeCount", "How many work there.", cim="employeeCount"),
        EMAILS,
        PHONES,
        *ADDRESS,
        ADDRESSES,
        PARTY_IDENTIFICATIONS,
        CUSTOMER_NUMBER,
        NO_MERGE,
    ),
    cim="Organization",
    ignored=frozenset({"partyId", "partyTypeId"}),
)
