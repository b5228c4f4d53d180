"""A unified profile as it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graph_model.insights.model import InsightValue


@dataclass(frozen=True, slots=True)
class ProfileRecord:
    """A source record of the profile; `key` is unique in the graph."""

    id: str
    key: str
    source: str
    object: str
    record_id: str
    modified_at: str
    received_at: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProfileLink:
    """Why two records (by key) of the profile are one person; `score` in thousandths."""

    a: str
    b: str
    rule: str
    score: int
    since: str
    actor: str


@dataclass(frozen=True, slots=True)
class ProfileIdentifier:
    """An identifier that a record of the profile carries."""

    type: str
    issuer: str
    value: str


@dataclass(frozen=True, slots=True)
class BusinessObject:
    """An order, a case, an account or a visit that belongs to the profile."""

    id: str
    source: str
    record_id: str
    modified_at: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """An individual: golden values by property name, and what they rest on."""

    id: str
    created_at: str
    updated_at: str
    golden: dict[str, Any]
    merged_ids: list[str]
    records: list[ProfileRecord]
    links: list[ProfileLink]
    identifiers: list[ProfileIdentifier]
    insights: list[InsightValue]
    orders: list[BusinessObject]
    cases: list[BusinessObject]
    accounts: list[BusinessObject]
    web_engagements: list[BusinessObject]
