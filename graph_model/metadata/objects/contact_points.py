"""How a party is reached and known, where a source keeps it apart from the party: contact points,
identifications, devices."""

from __future__ import annotations

from dataclasses import replace

from graph_model.metadata.declaring import (
    CUSTOMER_NUMBER,
    DEVICE,
    EMAIL,
    LOGIN,
    PERSONAL,
    SENSITIVE,
    date,
    enum,
    flag,
    in_cim,
    integer,
    moment,
    reference,
    text,
    typed,
)
from graph_model.metadata.fields import (
    Addition,
    Category,
    Field,
    FieldType,
    ObjectType,
    Relation,
    Satellite,
)
from graph_model.metadata.identifier_types import IdentifierType
from graph_model.metadata.objects.parties import ADDRESS

PARTY = (
    reference("partyId", "Id of the party's record in the source.", cim="partyId", required=True),
    text(
        "partyObject",
        "The source's object that the party's record is of, where that is not Individual.",
        most=64,
    ),
)
OF_PARTY = Relation("partyId", "Individual", "The party that it belongs to.", owning=True)
_CONTACT_POINT = (
    *PARTY,
    flag("isPrimary", "Whether it is the first of its kind.", cim="primaryFlag"),
    date("activeFrom", "The day from which it is in use.", cim="activeFromDate"),
    date("activeTo", "The last day of its use.", cim="activeToDate"),
    flag("forBusinessUse", "Whether it is used for business.", cim="forBusinessUse"),
    flag("forPersonalUse", "Whether it is used privately.", cim="forPersonalUse"),
    flag("isUndeliverable", "Whether nothing reaches it any longer.", cim="isUndeliverable"),
)
_REPEATED = frozenset(
    {"contactPointTypeId", "partyRoleId", "bestTimeToContactStartTime", "bestTimeToContactEndTime"}
)

CONTACT_POINT_EMAIL = ObjectType(
    "ContactPointEmail",
    Category.PROFILE,
    "An e-mail address of a party, as a source keeps it apart from the party.",
    (
        *_CONTACT_POINT,
        in_cim(EMAIL, "emailAddress"),
        moment("bouncedAt", "When a message last bounced.", cim="emailLatestBounceDateTime"),
        text("bounceReason", "Why it bounced.", cim="emailLatestBounceReasonText"),
    ),
    cim="ContactPointEmail",
    relations=(OF_PARTY,),
    satellite=Satellite((Addition("email", "email"),)),
    ignored=_REPEATED | {"emailMailBox", "emailDomain"},
)

CONTACT_POINT_PHONE = ObjectType(
    "ContactPointPhone",
    Category.PROFILE,
    "A phone number of a party, as a source keeps it apart from the party.",
    (
        *_CONTACT_POINT,
        Field(
            "phone",
            FieldType.PHONE,
            "Phone number.",
            PERSONAL,
            "telephoneNumber",
            identifier=IdentifierType.PHONE,
        ),
        typed("country", FieldType.COUNTRY, "Country of the number, ISO 3166-1 alpha-2.", cim="countryName"),
        text("extension", "Extension.", PERSONAL, cim="extensionNumber"),
        text("phoneType", "What kind of phone it is: mobile, home.", cim="primaryPhoneTypeId"),
        flag("takesTextMessages", "Whether it takes text messages.", cim="isSMSCapable"),
        flag("takesFax", "Whether it takes faxes.", cim="isFaxCapable"),
    ),
    cim="ContactPointPhone",
    relations=(OF_PARTY,),
    satellite=Satellite((Addition("phone", "phone"),)),
    ignored=_REPEATED
    | {
        "areaCode",
        "phoneCountryCode",
        "shortCode",
        "formattedE164PhoneNumber",
        "formattedInternationalPhoneNumber",
        "formattedNationalPhoneNumber",
    },
)

_IN_CIM = {
    "street": "addressLine1",
    "addressLine2": "addressLine2",
    "locality": "addressLine3",
    "city": "cityName",
    "postalCode": "postalCodeText",
    "state": "stateProvinceName",
    "country": "countryName",
}

CONTACT_POINT_ADDRESS = ObjectType(
    "ContactPointAddress",
    Category.PROFILE,
    "A postal address of a party, as a source keeps it apart from the party.",
    (
        *_CONTACT_POINT,
        *(in_cim(part, _IN_CIM[part.name]) if part.name in _IN_CIM else part for part in ADDRESS),
        typed(
            "latitude",
            FieldType.LATITUDE,
            "Latitude in degrees, WGS 84.",
            PERSONAL,
            cim="geoLatitude",
        ),
        typed(
            "longitude",
            FieldType.LONGITUDE,
            "Longitude in degrees, WGS 84.",
            PERSONAL,
            cim="geoLongitude",
        ),
        flag("forShipping", "Whether goods are sent there.", cim="isUsedForShipping"),
        flag("forBilling", "Whether bills are sent there.", cim="isUsedForBilling"),
    ),
    cim="ContactPointAddress",
    relations=(OF_PARTY,),
    satellite=Satellite((Addition("addresses", parts=tuple((part.name, part.name) for part in ADDRESS)),)),
    ignored=_REPEATED | {"addressLine4", "contactPhoneId"},
)

CONTACT_POINT_APP = ObjectType(
    "ContactPointApp",
    Category.PROFILE,
    "An installation of an app, by which a party is reached.",
    (
        *_CONTACT_POINT,
        DEVICE,
        text(
            "cookieId",
            "Cookie of the browser, as the source set it.",
            PERSONAL,
            cim="cookieIdText",
            identifier=IdentifierType.COOKIE,
        ),
        in_cim(LOGIN, "applicationLoginId"),
        text("appName", "Name of the app.", cim="softwareApplicationId"),
        text("appVersion", "Version of the app.", cim="softwareAppVerName"),
        text("previousAppVersion", "Version of the app before.", cim="softwareAppPriorVerName"),
        text("sdkVersion", "Version of the kit that the app reports by.", cim="sDKVerName"),
    ),
    cim="ContactPointApp",
    relations=(OF_PARTY,),
    satellite=Satellite((Addition("deviceId", "deviceId"), Addition("cookieId", "cookieId"))),
    ignored=_REPEATED,
)

CONTACT_POINT_SOCIAL = ObjectType(
    "ContactPointSocial",
    Category.PROFILE,
    "An account of a party in a social network.",
    (
        *_CONTACT_POINT,
        text("network", "The social network.", PERSONAL, cim="socialNetworkProviderId", most=64),
        text("handleId", "The network's own id of the account.", PERSONAL, cim="socialHandleId", most=128),
        text("handle", "Name under which the account is seen.", PERSONAL, cim="socialHandleName"),
        integer("followerCount", "How many follow it.", cim="followersCount"),
        text("pictureUrl", "Address of its picture.", PERSONAL, cim="profilePictureURL"),
    ),
    cim="ContactPointSocial",
    relations=(OF_PARTY,),
    satellite=Satellite(
        (
            Addition(
                "partyIdentifications",
                parts=(("issuer", "network"), ("number", "handleId")),
                constants=(("type", "SOCIAL_ACCOUNT"),),
                needs=("network", "handleId"),
            ),
        )
    ),
    ignored=_REPEATED | {"socialFanStatusId"},
)

PARTY_IDENTIFICATION = ObjectType(
    "PartyIdentification",
    Category.PROFILE,
    "A number by which an authority or somebody else knows a party.",
    (
        *PARTY,
        text(
            "type",
            "Its type: `NATIONAL_ID`, `PASSPORT`, `DRIVERS_LICENSE`, `TAX_ID` or one of your own: `LEI`.",
            cim="partyIdentificationTypeId",
            most=64,
            required=True,
        ),
        text("number", "The number.", SENSITIVE, cim="identificationNumber", most=128, required=True),
        text("issuer", "Who issued it: a country's code, an authority.", cim="issuedByAuthority", most=64),
        text("issuedAt", "Place where it was issued.", cim="issuedAtLocation"),
        date("issuedOn", "The day on which it was issued.", cim="issuedDate"),
        date("verifiedOn", "The day on which it was verified.", cim="verifiedDate"),
        date("expiresOn", "The day on which it expires.", cim="expiryDate"),
    ),
    cim="PartyIdentification",
    relations=(OF_PARTY,),
    satellite=Satellite(
        (
            Addition(
                "partyIdentifications",
                parts=(("type", "type"), ("issuer", "issuer"), ("number", "number")),
                needs=("type", "number"),
            ),
        )
    ),
    ignored=frozenset({"name", "partyRoleId"}),
)

DEVICE_OBJECT_TYPE = ObjectType(
    "Device",
    Category.OTHER,
    "A phone, a computer or another thing that sends signals.",
    (
        in_cim(DEVICE, "deviceNumber"),
        CUSTOMER_NUMBER,
        LOGIN,
        EMAIL,
        enum(
            "deviceType",
            "What kind of device it is.",
            {
                "PHONE": "A mobile phone.",
                "TABLET": "A tablet.",
                "COMPUTER": "A computer.",
                "TELEVISION": "A television or what is plugged into one.",
                "WEARABLE": "A watch or something else to wear.",
                "OTHER": "Anything else.",
            },
            cim="deviceTypeId",
        ),
        text("manufacturer", "Who made it.", cim="manufacturerName"),
        text("model", "Model.", cim="modelName"),
        text("operatingSystem", "Operating system.", cim="osName"),
        text("operatingSystemVersion", "Version of the operating system.", cim="osVersionNumber"),
        text("locale", "Language and region that it is set to, such as de-DE.", cim="deviceLocaleId"),
        text("advertisingId", "Id by which advertisers know it.", PERSONAL, cim="advertiserId"),
        *(replace(field, required=False) for field in PARTY),
    ),
    cim="Device",
    relations=(OF_PARTY,),
    satellite=Satellite((Addition("deviceId", "deviceId"),)),
)

CONTACT_POINTS = (
    CONTACT_POINT_EMAIL,
    CONTACT_POINT_PHONE,
    CONTACT_POINT_ADDRESS,
    CONTACT_POINT_APP,
    CONTACT_POINT_SOCIAL,
    PARTY_IDENTIFICATION,
    DEVICE_OBJECT_TYPE,
)
