"""The unified individual: golden values, and everything that they rest on."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry

from graph_model import times
from graph_model.insights.model import InsightValue
from graph_model.insights.rules import current_value
from graph_model.profiles.model import Profile, ProfileLink, ProfileRecord
from resolvers.enums import Gender, IdentifierType, IndividualKind, MatchRule
from resolvers.fields import shown
from resolvers.principal import Scope
from resolvers.scalars import JSON, Date, DateTime, Decimal
from resolvers.types.business_objects import Account, Case, SalesOrder, WebEngagement


@strawberry.type(description="A postal address, taken as a whole from one source record.")
class Address:
    street: str | None = shown(Scope.PROFILE_PII, "Street and house number.")
    city: str | None = shown(Scope.PROFILE_PII, "City.")
    postal_code: str | None = shown(Scope.PROFILE_PII, "Postal code.")
    state: str | None = shown(Scope.PROFILE_PII, "State, province or county.")
    country: str | None = shown(Scope.PROFILE_PII, "Country, ISO 3166-1 alpha-2.")


@strawberry.type(description="A record as one source last said it; the gateway never edits it.")
class SourceRecord:
    id: strawberry.ID = shown(Scope.PROFILE_READ, "The gateway's id of this record.")
    source: str = shown(Scope.PROFILE_READ, "The source that sent it.")
    object: str = shown(
        Scope.PROFILE_READ, "The object that it is, such as Individual, or Device for a browser."
    )
    record_id: str = shown(Scope.PROFILE_READ, "Its id in the source.")
    modified_at: DateTime = shown(Scope.PROFILE_READ, "When the source last changed it.")
    received_at: DateTime = shown(Scope.PROFILE_READ, "When this version arrived.")
    fields: JSON = shown(Scope.PROFILE_PII, "Its fields, as the source wrote them.")

    @classmethod
    def of(cls, record: ProfileRecord) -> Self:
        """The record as it is shown."""
        return cls(
            id=strawberry.ID(record.id),
            source=record.source,
            object=record.object,
            record_id=record.record_id,
            modified_at=DateTime(record.modified_at),
            received_at=DateTime(record.received_at),
            fields=JSON(record.fields),
        )


@strawberry.type(description="An identifier that a source record of the individual carries.")
class Identifier:
    type: IdentifierType = shown(Scope.PROFILE_READ, "Its kind.")
    value: str = shown(Scope.PROFILE_PII, "Its value, normalised.")
    issuer: str | None = shown(
        Scope.PROFILE_READ, "Who issued it, where its value means something only there; else null."
    )


@strawberry.type(description="Why two source records are one person.")
class Link:
    from_: SourceRecord = shown(Scope.PROFILE_READ, "One of the two records.", name="from")
    to: SourceRecord = shown(Scope.PROFILE_READ, "The other record.")
    rule: MatchRule = shown(Scope.PROFILE_READ, "The rule that linked them.")
    score: float = shown(
        Scope.PROFILE_READ, "How alike they are by this rule, from 0 to 1; 1 for exact rules."
    )
    since: DateTime = shown(Scope.PROFILE_READ, "When the link was made.")
    actor: str = shown(Scope.PROFILE_READ, "The principal whose record caused the link.")

    @classmethod
    def of(cls, link: ProfileLink, records: dict[str, SourceRecord]) -> Self:
        """The link as it is shown; `records` are by key."""
        return cls(
            from_=records[link.a],
            to=records[link.b],
            rule=MatchRule(link.rule),
            score=link.score / 1_000,
            since=DateTime(link.since),
            actor=link.actor,
        )


@strawberry.type(description="The value of a calculated insight.")
class Insight:
    name: str = shown(Scope.PROFILE_READ, "Name of the insight: lifetime_value, days_since_last_order.")
    value: Decimal = shown(Scope.PROFILE_READ, "The value, in the unit.")
    unit: str = shown(Scope.PROFILE_READ, "What the value counts: a currency (ISO 4217), or day.")
    as_of: DateTime = shown(Scope.PROFILE_READ, "The moment for which the value holds.")

    @classmethod
    def of(cls, value: InsightValue, now: datetime) -> Self:
        """The value as it is at this moment."""
        return cls(
            name=value.name,
            value=Decimal(current_value(value, now)),
            unit=value.unit,
            as_of=DateTime(times.to_text(now)),
        )


@strawberry.type(
    description="A unified individual: one person, made of the source records that are about them."
)
class Individual:
    id: strawberry.ID = shown(
        Scope.PROFILE_READ,
        "Universal id. It is stable: after a merge the other id still finds this individual.",
    )
    kind: IndividualKind = shown(Scope.PROFILE_READ, "Whether it is known who this is.")
    display_name: str = shown(Scope.PROFILE_PII, "A name to show: full name, else e-mail address.")
    salutation: str | None = shown(Scope.PROFILE_PII, "Form of address.")
    first_name: str | None = shown(Scope.PROFILE_PII, "Given name.")
    middle_name: str | None = shown(Scope.PROFILE_PII, "Middle name.")
    last_name: str | None = shown(Scope.PROFILE_PII, "Family name.")
    birth_date: Date | None = shown(Scope.PROFILE_PII, "Date of birth.")
    gender: Gender | None = shown(Scope.PROFILE_PII, "Gender.")
    address: Address | None = shown(Scope.PROFILE_PII, "The address that was updated last.")
    emails: list[str] = shown(Scope.PROFILE_PII, "All e-mail addresses, the one updated last first.")
    phones: list[str] = shown(Scope.PROFILE_PII, "All phone numbers, the one updated last first.")
    created_at: DateTime = shown(Scope.PROFILE_READ, "When the individual came about.")
    updated_at: DateTime = shown(Scope.PROFILE_READ, "When its records last changed.")
    merged_ids: list[strawberry.ID] = shown(
        Scope.PROFILE_READ, "Ids that were merged into this individual and find it."
    )
    source_records: list[SourceRecord] = shown(Scope.PROFILE_READ, "The records that are this individual.")
    links: list[Link] = shown(Scope.PROFILE_READ, "Why these records are one person.")
    identifiers: list[Identifier] = shown(Scope.PROFILE_READ, "The identifiers that its records carry.")
    insights: list[Insight] = shown(Scope.PROFILE_READ, "Calculated insights, by name.")
    orders: list[SalesOrder] = shown(Scope.PROFILE_READ, "The 50 newest orders, the newest first.", size=50)
    cases: list[Case] = shown(Scope.PROFILE_READ, "The 50 newest cases, the newest first.", size=50)
    accounts: list[Account] = shown(Scope.PROFILE_READ, "The 50 newest accounts, the newest first.", size=50)
    web_engagements: list[WebEngagement] = shown(
        Scope.PROFILE_READ, "The 50 newest things done on websites, the newest first.", size=50
    )

    @classmethod
    def of(cls, profile: Profile, now: datetime) -> Self:
        """The individual that this profile shows."""
        golden = profile.golden
        records = {record.key: SourceRecord.of(record) for record in profile.records}
        address = Address(
            street=golden["street"],
            city=golden["city"],
            postal_code=golden["postalCode"],
            state=golden["state"],
            country=golden["country"],
        )
        return cls(
            id=strawberry.ID(profile.id),
            kind=IndividualKind(golden["kind"]),
            display_name=golden["displayName"],
            salutation=golden["salutation"],
            first_name=golden["firstName"],
            middle_name=golden["middleName"],
            last_name=golden["lastName"],
            birth_date=golden["birthDate"],
            gender=Gender(golden["gender"]) if golden["gender"] else None,
            address=address if any(vars(address).values()) else None,
            emails=golden["emails"] or [],
            phones=golden["phones"] or [],
            created_at=DateTime(profile.created_at),
            updated_at=DateTime(profile.updated_at),
            merged_ids=[strawberry.ID(id_) for id_ in profile.merged_ids],
            source_records=list(records.values()),
            links=[Link.of(link, records) for link in profile.links],
            identifiers=[
                Identifier(type=IdentifierType(item.type), value=item.value, issuer=item.issuer or None)
                for item in profile.identifiers
            ],
            insights=[Insight.of(value, now) for value in profile.insights],
            orders=[SalesOrder.of(item) for item in profile.orders],
            cases=[Case.of(item) for item in profile.cases],
            accounts=[Account.of(item) for item in profile.accounts],
            web_engagements=[WebEngagement.of(item) for item in profile.web_engagements],
        )
