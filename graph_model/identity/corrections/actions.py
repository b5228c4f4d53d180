"""Correcting an individual, and taking a correction back: each in one transaction with all that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.identity.constraints import store as constraints
from graph_model.identity.constraints.model import Constraint, ConstraintCause, ConstraintKind, pair_of
from graph_model.identity.corrections import store
from graph_model.identity.corrections.model import Corrected, correction_record
from graph_model.identity.matching.features import Party
from graph_model.identity.stewardship.rules import check_reason
from graph_model.ids import new_id
from graph_model.ingestion.ingestion import Ingestion
from graph_model.metadata.objects import INDIVIDUAL, ORGANIZATION
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import STEWARD, Record
from graph_model.records.validation import tombstone


@dataclass(frozen=True, slots=True)
class Correcting:
    """Who corrects, when, and what it is done with. A phone number has the country of the individual, else
    the `default_country`."""

    graph: Graph
    ingestion: Ingestion
    actor: str
    now: datetime
    default_country: str | None = None

    async def correct(self, id_: str, fields: Mapping[str, Any], reason: str) -> Corrected:
        """Let these fields of the individual be what a steward says, whatever its records say; or what is
        wrong with them. Raises BadInput if the rest of the input is wrong."""
        reason = check_reason(reason)
        target = await store.target(self.graph, id_)
        if target is None:
            raise BadInput("There is no individual with that id.", code="NOT_FOUND")
        correction = new_id("cor")
        record = correction_record(
            ORGANIZATION if target.party_type == Party.ORGANIZATION else INDIVIDUAL,
            fields,
            id_=correction,
            now=self.now,
            default_country=target.country or self.default_country,
        )
        if not isinstance(record, Record):
            return Corrected(None, None, tuple(record))
        key = str(record.key)

        async def tie(transaction: Transaction) -> None:
            if not await store.lives(transaction, target.record):
                raise BadInput("Its records have changed meanwhile; try again.", code="CONFLICT")
            await store.sign(transaction, key, actor=self.actor, reason=reason)
            await constraints.save(
                transaction, tying(key, target.record, self.actor, reason, record.modified_at)
            )

        (result,) = await self.ingestion.store([record], actor=self.actor, also=tie)
        return Corrected(correction, result.individual_id)

    async def withdraw(self, correction: str, reason: str) -> Corrected:
        """Let the records speak again. Raises BadInput if there is no such correction or it was withdrawn."""
        reason = check_reason(reason)
        missing = BadInput("There is no correction with that id, or it was withdrawn.", code="NOT_FOUND")
        standing = await store.find(self.graph, correction)
        if standing is None:
            raise missing
        record = tombstone(STEWARD, SHIPPED.objects[standing.object], correction, deleted_at=self.now)
        assert isinstance(record, Record)

        async def untie(transaction: Transaction) -> None:
            constraint = await constraints.find(transaction, standing.constraint)
            if constraint is None or constraint.until is not None:
                raise missing
            time = record.modified_at
            await constraints.end(transaction, constraint, actor=self.actor, reason=reason, time=time)

        await self.ingestion.store([record], actor=self.actor, also=untie)
        return Corrected(correction, standing.individual_id)


def tying(correction: str, record: str, actor: str, reason: str, time: str) -> Constraint:
    """The constraint by which a correction goes where a record goes, both by key."""
    return Constraint(
        new_id("con"),
        ConstraintKind.ALWAYS_LINK,
        ConstraintCause.CORRECTION,
        reason,
        actor,
        time,
        (pair_of(correction, record),),
    )
