"""Who somebody is: persons and organisations, whose records are resolved into individuals."""

from __future__ import annotations

from graph_model.metadata.declaring import (
    CUSTOMER_NUMBER,
    INTERNAL,
    LOGIN,
    LOYALTY_NUMBER,
    PERSONAL,
    PUBLIC,
    SENSITIVE,
    enum,
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
NO_MERGE = text("noMergeReason", "Why this record must never be merged with others; left out, it may.")
NAME = (
    text("firstName", "Given name.", PERSONAL, cim="firstName"),
    text("middleName", "Middle name.", PERSONAL),
    text("lastName", "Family name.", PERSONAL),
    text("suffix", "What follows the name, such as Jr or III.", PERSONAL),
    text("fullName", "The whole name, where the source does not keep its parts apart.", PERSONAL),
)

INDIVIDUAL = ObjectType(
    "Individual",
    Category.PROFILE,
    "A person as one source knows them: a contact, a customer, a registered user.",
    (
        text("salutation", "Form of address, such as Ms or Dr.", PERSONAL),
        *NAME,
        Field(
            "alternateNames",
            FieldType.OBJECT,
            "Other names of this person: before a marriage, in another script, an alias.",
            PERSONAL,
            many=True,
            parts=NAME,
        ),
        typed("birthDate", FieldType.DATE, "Date of birth.", SENSITIVE),
        text("birthPlace", "Place of birth.", SENSITIVE),
        enum("gender", "Gender.", "FEMALE", "MALE", "OTHER", classification=SENSITIVE),
        EMAILS,
        PHONES,
        *ADDRESS,
        typed("latitude", FieldType.LATITUDE, "Latitude of the address in degrees, WGS 84.", PERSONAL),
        typed("longitude", FieldType.LONGITUDE, "Longitude of the address in degrees, WGS 84.", PERSONAL),
        ADDRESSES,
        PARTY_IDENTIFICATIONS,
        CUSTOMER_NUMBER,
        LOYALTY_NUMBER,
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
)

ORGANIZATION = ObjectType(
    "Organization",
    Category.PROFILE,
    "A company, an association or an authority as one source knows it; resolved among organisations only.",
    (
        text("name", "Name, with or without the legal form.", PUBLIC),
        text("alternateNames", "Other names: trading names, brands, former names.", PUBLIC, many=True),
        text("website", "Address of the website.", PUBLIC),
        EMAILS,
        PHONES,
        *ADDRESS,
        ADDRESSES,
        PARTY_IDENTIFICATIONS,
        CUSTOMER_NUMBER,
        NO_MERGE,
    ),
    cim="Organization",
)
