"""The enums of the schema, each value described for an integrator."""

from __future__ import annotations

from enum import Enum

import strawberry

from graph_model.events import model as events
from graph_model.identity import golden, kinds
from graph_model.identity import model as identity
from graph_model.identity.matching import features
from graph_model.identity.rulesets.model import Reconcile
from graph_model.metadata import objects
from graph_model.records import model as records


def described(value: str, description: str) -> str:
    """The member of an enum that has this value."""
    member: str = strawberry.enum_value(str(value), description=description)  # type: ignore[assignment]
    return member


_value = described


@strawberry.enum(description="Whether it is known who an individual is.")
class IndividualKind(Enum):
    KNOWN = _value(kinds.Kind.KNOWN, "At least one source record says who it is.")
    ANONYMOUS = _value(kinds.Kind.ANONYMOUS, "Only devices or browsers are known so far.")


@strawberry.enum(description="What kind of party an individual is; the two are never linked with each other.")
class PartyType(Enum):
    PERSON = _value(features.Party.PERSON, "A person.")
    ORGANIZATION = _value(features.Party.ORGANIZATION, "A company, an association, an authority.")


@strawberry.enum(description="Gender, as a source states it.")
class Gender(Enum):
    FEMALE = _value("FEMALE", "Female.")
    MALE = _value("MALE", "Male.")
    OTHER = _value("OTHER", "Another gender.")


@strawberry.enum(description="A kind of identifier that leads to an individual.")
class IdentifierType(Enum):
    NATIONAL_ID = _value(
        objects.IdentifierType.NATIONAL_ID, "The number by which a country knows a person, of an issuer."
    )
    TAX_ID = _value(objects.IdentifierType.TAX_ID, "A tax number, of an issuer.")
    PASSPORT = _value(objects.IdentifierType.PASSPORT, "The number of a passport, of an issuer.")
    DRIVERS_LICENSE = _value(
        objects.IdentifierType.DRIVERS_LICENSE, "The number of a driver's license, of an issuer."
    )
    CUSTOMER_NUMBER = _value(
        objects.IdentifierType.CUSTOMER_NUMBER, "A customer number; means something only with its issuer."
    )
    LOYALTY_NUMBER = _value(objects.IdentifierType.LOYALTY_NUMBER, "A loyalty membership number.")
    OTHER_ID = _value(
        objects.IdentifierType.OTHER_ID,
        "A party identification of another type. Its issuer is the name of that type, followed by a colon "
        "and who issued it, if that is known: LEI, LIBRARY_CARD:paris.",
    )
    LOGIN = _value(objects.IdentifierType.LOGIN, "The name under which somebody signs in.")
    EMAIL = _value(objects.IdentifierType.EMAIL, "An e-mail address.")
    PHONE = _value(objects.IdentifierType.PHONE, "A phone number in E.164, such as +493012345678.")
    DEVICE = _value(objects.IdentifierType.DEVICE, "A device or an app installation.")
    COOKIE = _value(
        objects.IdentifierType.COOKIE, "A browser's cookie; means something only with its issuer."
    )


@strawberry.enum(description="The rule by which two source records were linked.")
class MatchRule(Enum):
    EMAIL = _value(identity.MatchRule.EMAIL, "The same normalised e-mail address.")
    PHONE_AND_NAME = _value(identity.MatchRule.PHONE_AND_NAME, "The same phone number and a similar name.")
    NAME_BIRTH_DATE_POSTCODE = _value(
        identity.MatchRule.NAME_BIRTH_DATE_POSTCODE,
        "A similar name, the same date of birth and the same postal code.",
    )
    ACCOUNT = _value("ACCOUNT", "The same customer or loyalty number, or login.")
    DEVICE = _value(identity.MatchRule.DEVICE, "The same device or cookie, used by no other person.")
    WEIGHT = _value(
        identity.MatchRule.WEIGHT, "No single rule: all that they agree and disagree on, weighed."
    )
    CUSTOM = _value("CUSTOM", "A match rule of the ruleset's own.")


@strawberry.enum(description="How one of several values is chosen for an individual.")
class ReconciliationMethod(Enum):
    LAST_UPDATED = _value(
        Reconcile.LAST_UPDATED,
        "That of the record updated last; of equally late ones the first in the alphabet.",
    )
    MOST_FREQUENT = _value(
        Reconcile.MOST_FREQUENT, "That which most records say; of equally frequent ones the last updated."
    )
    SOURCE_PRIORITY = _value(
        Reconcile.SOURCE_PRIORITY,
        "That of the source named first; within one source, and among those not named, the last updated.",
    )
    LONGEST = _value(Reconcile.LONGEST, "The longest; of equally long ones the last updated.")
    MOST_COMPLETE = _value(
        Reconcile.MOST_COMPLETE, "That of the record with the most fields; of several the last updated."
    )


@strawberry.enum(description="The rule that chose a golden value.")
class GoldenRule(Enum):
    LAST_UPDATED = _value(Reconcile.LAST_UPDATED, "Its record was updated last.")
    MOST_FREQUENT = _value(Reconcile.MOST_FREQUENT, "Most records say so.")
    SOURCE_PRIORITY = _value(Reconcile.SOURCE_PRIORITY, "Its source comes first.")
    LONGEST = _value(Reconcile.LONGEST, "It is the longest.")
    MOST_COMPLETE = _value(Reconcile.MOST_COMPLETE, "Its record has the most fields.")
    CORRECTION = _value(golden.CORRECTION, "A steward says so, which goes before every rule.")


@strawberry.enum(description="What became of a record.")
class RecordOutcome(Enum):
    CREATED = _value(records.Outcome.CREATED, "It was not there before.")
    UPDATED = _value(records.Outcome.UPDATED, "It replaced an older version.")
    UNCHANGED = _value(records.Outcome.UNCHANGED, "The same content was there already.")
    STALE = _value(records.Outcome.STALE, "A newer version was there already; nothing was changed.")
    DELETED = _value(records.Outcome.DELETED, "It was deleted.")
    REJECTED = _value(records.Outcome.REJECTED, "It is wrong; see userErrors. Nothing of it was stored.")


@strawberry.enum(description="What the records of a request say.")
class IngestMode(Enum):
    UPSERT = _value(records.Mode.UPSERT, "Each is the whole record: what it does not name has no value.")
    PATCH = _value(
        records.Mode.PATCH,
        "Each says some fields of its record, and null takes a value away; the other fields stay.",
    )


@strawberry.enum(description="What happened.")
class EventKind(Enum):
    RECORD_CREATED = _value(events.EventKind.RECORD_CREATED, "A source sent a record that was not there.")
    RECORD_UPDATED = _value(events.EventKind.RECORD_UPDATED, "A source sent another version of a record.")
    RECORD_DELETED = _value(events.EventKind.RECORD_DELETED, "A source deleted a record.")
    INDIVIDUAL_CREATED = _value(events.EventKind.INDIVIDUAL_CREATED, "An individual came about.")
    INDIVIDUAL_UPDATED = _value(
        events.EventKind.INDIVIDUAL_UPDATED,
        "A record, a contact point or a business object of an individual was added or changed.",
    )
    INDIVIDUALS_MERGED = _value(
        events.EventKind.INDIVIDUALS_MERGED,
        "Individuals turned out to be one, or were merged; the ids in mergedIds find this one from now on.",
    )
    INDIVIDUAL_SPLIT = _value(
        events.EventKind.INDIVIDUAL_SPLIT,
        "Records of an individual are others' from now on; those came about or came back under splitIds.",
    )
    INDIVIDUAL_KIND_CHANGED = _value(
        events.EventKind.INDIVIDUAL_KIND_CHANGED,
        "It became known who an anonymous individual is, or it is not known any longer (individualKind).",
    )
    INDIVIDUAL_GONE = _value(
        events.EventKind.INDIVIDUAL_GONE,
        "Every record of an individual was deleted; its id answers GONE from now on.",
    )
    THRESHOLD_CROSSED = _value(
        events.EventKind.THRESHOLD_CROSSED, "An individual's insights crossed a threshold."
    )
    RULESET_STALE = _value(
        events.EventKind.RULESET_STALE,
        "The records are no longer those that the active ruleset was made for: a new version is due.",
    )
