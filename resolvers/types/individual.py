"""The unified individual: golden values, and everything that they rest on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from graph_model import times
from graph_model.filters.model import And, Compare, Filter, Not, Operator
from graph_model.identity.golden.model import ADDRESS_FIELDS, address_rows, provenance_rows
from graph_model.insights.conditions import value_condition
from graph_model.insights.model import InsightValue
from graph_model.insights.rules import current_value
from graph_model.reading.shape import Direction, Hop, Order, Path, Value
from graph_model.records.model import STEWARD
from resolvers.enums import Gender, IdentifierType, IndividualKind, MatchRule, PartyType
from resolvers.fields import computed, counted, embedded, related, stored, unpacked
from resolvers.principal import Scope
from resolvers.scalars import Date, DateTime
from resolvers.scalars import Decimal as Amount
from resolvers.stewardship.constraint import Constraint
from resolvers.stewardship.paths import CONSTRAINTS
from resolvers.types.business_objects import with_business_objects
from resolvers.types.coordinates import Coordinates
from resolvers.types.golden import GOLDEN_COLUMNS, Correction, GoldenValue
from resolvers.types.node import Node
from resolvers.types.resolution import Resolution
from resolvers.types.source_record import SourceRecord
from resolvers.types.weights import (
    as_probability,
    bits_condition,
    in_bits,
    match_rule,
    match_rule_condition,
    probability_condition,
)

_IN, _OUT = Direction.IN, Direction.OUT
_NEWEST = 50

_MERGED = Path((Hop("MERGED_INTO", _IN, "Individual", "o"),), (Order(Value("id", "o")),))
_RECORDS = Path((Hop("UNIFIED", _IN, "SourceRecord", "r"),), (Order(Value("key", "r")),))
_CORRECTIONS = Path(
    (Hop("UNIFIED", _IN, "SourceRecord", "r"),),
    (Order(Value("modifiedAt", "r"), descending=True), Order(Value("key", "r"))),
    where=((Value("source", "r"), STEWARD),),
)
_IDENTIFIERS = Path(
    (Hop("UNIFIED", _IN, "SourceRecord"), Hop("CARRIES", _OUT, "Identifier", "x")),
    (Order(Value("key", "x")),),
    distinct=True,
)
_LINKS = Path(
    (
        Hop("UNIFIED", _IN, "SourceRecord", "a"),
        Hop("MATCH", _OUT, "SourceRecord", "b", "m"),
        Hop("UNIFIED", _OUT, "Individual", "n"),
    ),
    (Order(Value("key", "a")), Order(Value("key", "b"))),
)
_INSIGHTS = Path((Hop("OF", _IN, "InsightValue", "v"),), (Order(Value("key", "v")),))


def _newest(object_name: str) -> Path:
    """The newest business objects of this kind that the individual's identifiers lead to."""
    return Path(
        (
            Hop("BELONGS_TO", _IN, "Identifier"),
            Hop("LEADS_TO", _IN, "Trace", "t"),
            Hop("CAUSED_BY", _IN, "BusinessObject", "o"),
        ),
        (Order(Value("at", "o"), descending=True), Order(Value("key", "o"))),
        where=((Value("objectType", "t"), object_name),),
        limit=_NEWEST,
    )


def _insight_value(now: datetime, amount: int | None, since: str | None) -> str:
    return current_value(InsightValue("", "", amount, since), now)


def _issuer_condition(how: Operator, operand: Any, issuer: Value) -> Filter:
    """An identifier without an issuer is stored with an empty one."""
    if how is Operator.IS_NULL:
        without = Compare(issuer, Operator.EQUAL, "")
        return without if operand else Not(without)
    return And((Not(Compare(issuer, Operator.EQUAL, "")), Compare(issuer, how, operand)))


@strawberry.type(description="A postal address, taken as a whole from one source record.")
class Address:
    street: str | None = stored(Scope.PROFILE_PII, "Street and house number.", folded=True)
    house_number: str | None = stored(Scope.PROFILE_PII, "House number, where the source keeps it apart.")
    address_line2: str | None = stored(
        Scope.PROFILE_PII, "What stands beside the street: building, unit, care of."
    )
    locality: str | None = stored(
        Scope.PROFILE_PII, "District, suburb or place within the city.", folded=True
    )
    city: str | None = stored(Scope.PROFILE_PII, "City.", folded=True)
    postal_code: str | None = stored(Scope.PROFILE_PII, "Postal code.")
    state: str | None = stored(Scope.PROFILE_PII, "State, province or county.", folded=True)
    country: str | None = stored(Scope.PROFILE_PII, "Country, ISO 3166-1 alpha-2.")
    location: Coordinates | None = embedded(Scope.PROFILE_PII, "Where it is, if the source says so.")


@strawberry.type(description="An identifier that a source record of the individual carries.")
class Identifier:
    type: IdentifierType = stored(Scope.PROFILE_READ, "Its kind.")
    value: str = stored(Scope.PROFILE_PII, "Its value, normalised.")
    issuer: str | None = computed(
        Scope.PROFILE_READ,
        "Who issued it, where its value means something only there; else null.",
        lambda _, issuer: issuer or None,
        "issuer",
        condition=_issuer_condition,
    )


@strawberry.type(
    description="Evidence between two source records of the individual: what it weighs for or against their "
    "being one person."
)
class Link:
    from_: SourceRecord = embedded(Scope.PROFILE_READ, "One of the two records.", of="a", name="from")
    to: SourceRecord = embedded(Scope.PROFILE_READ, "The other record.", of="b")
    rule: MatchRule = computed(
        Scope.PROFILE_READ,
        "The rule that decided; CUSTOM for a match rule of the ruleset's own, which ruleName names.",
        match_rule,
        "rule",
        of="m",
        condition=match_rule_condition,
    )
    rule_name: str = stored(
        Scope.PROFILE_READ,
        "The name of the match rule that decided, or WEIGHT if no single rule did.",
        property="rule",
        of="m",
    )
    weight: float = computed(
        Scope.PROFILE_READ,
        "The weight of the evidence in bits (log2 odds): above 0 it speaks for one person, below against.",
        in_bits,
        "weight",
        of="m",
        condition=bits_condition,
    )
    score: float = computed(
        Scope.PROFILE_READ,
        "The weight as a probability, from 0 to 1.",
        as_probability,
        "weight",
        of="m",
        condition=probability_condition,
    )
    since: DateTime = stored(Scope.PROFILE_READ, "When the link was made.", of="m")
    actor: str = stored(Scope.PROFILE_READ, "The principal whose record caused the link.", of="m")


@strawberry.type(description="The value of a calculated insight.")
class Insight:
    name: str = stored(Scope.PROFILE_READ, "Name of the insight: lifetime_value, days_since_last_order.")
    value: Amount = computed(
        Scope.PROFILE_READ,
        "The value, in the unit.",
        _insight_value,
        "amount",
        "since",
        condition=value_condition,
    )
    unit: str = stored(Scope.PROFILE_READ, "What the value counts: a currency (ISO 4217), or day.")
    as_of: DateTime = computed(Scope.PROFILE_READ, "The moment for which the value holds.", times.to_text)


@strawberry.type(
    description="A unified individual: a person or an organisation, made of the source records about it."
)
@with_business_objects(_newest)
class Individual(Node):
    id: strawberry.ID = stored(
        Scope.PROFILE_READ,
        "Universal id. It is stable: after a merge the other id still finds this individual.",
    )
    kind: IndividualKind = stored(Scope.PROFILE_READ, "Whether it is known who this is.")
    party_type: PartyType = stored(Scope.PROFILE_READ, "Whether it is a person or an organisation.")
    display_name: str = stored(
        Scope.PROFILE_PII, "A name to show: full name, else e-mail address.", folded=True, indexed=True
    )
    organization_name: str | None = stored(Scope.PROFILE_PII, "Name of the organisation.", folded=True)
    salutation: str | None = stored(Scope.PROFILE_PII, "Form of address.")
    first_name: str | None = stored(Scope.PROFILE_PII, "Given name.", folded=True)
    middle_name: str | None = stored(Scope.PROFILE_PII, "Middle name.", folded=True)
    last_name: str | None = stored(Scope.PROFILE_PII, "Family name.", folded=True, indexed=True)
    suffix: str | None = stored(Scope.PROFILE_PII, "What follows the name, such as Jr or III.")
    birth_date: Date | None = stored(Scope.PROFILE_PII, "Date of birth.")
    birth_place: str | None = stored(Scope.PROFILE_PII, "Place of birth.", folded=True)
    gender: Gender | None = stored(Scope.PROFILE_PII, "Gender.")
    address: Address | None = embedded(Scope.PROFILE_PII, "The address, as a whole from one record.")
    addresses: list[Address] = unpacked(
        Scope.PROFILE_PII,
        "All addresses that its records have, each once, the one that `address` shows first.",
        address_rows,
        "addresses",
        columns=tuple(map(Value, ADDRESS_FIELDS)),
        size=5,
    )
    emails: list[str] = stored(
        Scope.PROFILE_PII, "All e-mail addresses, the best first, malformed ones last."
    )
    phones: list[str] = stored(Scope.PROFILE_PII, "All phone numbers, the best first, malformed ones last.")
    created_at: DateTime = stored(Scope.PROFILE_READ, "When the individual came about.", indexed=True)
    updated_at: DateTime = stored(Scope.PROFILE_READ, "When its records last changed.", indexed=True)
    golden_values: list[GoldenValue] = unpacked(
        Scope.PROFILE_PII,
        "The golden values one by one, each with the record that it is from and the rule that chose it.",
        provenance_rows,
        "provenance",
        columns=GOLDEN_COLUMNS,
        size=20,
    )
    corrections: list[Correction] = related(
        Scope.PROFILE_PII, "Stewards' corrections that stand, the newest first.", _CORRECTIONS
    )
    merged_ids: list[strawberry.ID] = related(
        Scope.PROFILE_READ, "Ids that were merged into this individual and find it.", _MERGED, value="id"
    )
    source_records: list[SourceRecord] = related(
        Scope.PROFILE_READ, "The records that are this individual.", _RECORDS
    )
    constraints: list[Constraint] = related(
        Scope.STEWARD,
        "What stewards decided about its records, the oldest first; what was taken back is still told.",
        CONSTRAINTS,
    )
    links: list[Link] = related(
        Scope.PROFILE_READ, "Why these records are one person: the evidence between them.", _LINKS
    )
    resolution: Resolution = embedded(
        Scope.PROFILE_READ, "How sure it is that these records are one person, and all of them."
    )
    identifiers: list[Identifier] = related(
        Scope.PROFILE_READ, "The identifiers that its records carry.", _IDENTIFIERS
    )
    insights: list[Insight] = related(Scope.PROFILE_READ, "Calculated insights, by name.", _INSIGHTS)
    order_count: int = counted(Scope.PROFILE_READ, "How many orders there are.", _newest("SalesOrder"))
    case_count: int = counted(Scope.PROFILE_READ, "How many cases there are.", _newest("Case"))
