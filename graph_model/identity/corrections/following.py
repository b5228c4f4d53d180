"""What becomes of corrections whose record is deleted: they stay with the individual, or go with its last
record."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from graph_model import times
from graph_model.graph import Transaction
from graph_model.identity.constraints import store as constraints
from graph_model.identity.constraints.model import pair_of
from graph_model.identity.corrections import store
from graph_model.ids import new_id
from graph_model.metadata.registry import SHIPPED
from graph_model.records.model import STEWARD, Record, RecordKey
from graph_model.records.validation import tombstone

GONE = "its record was deleted"
"""Why a correction was tied to another record, or went."""


@dataclass(frozen=True, slots=True)
class Bereaved:
    """The corrections that are tied to records which are about to be deleted."""

    tied: Sequence[store.Tied]

    def tombstones(self, *, now: datetime) -> list[Record]:
        """Of those that have no record left to be tied to."""
        found = (
            tombstone(STEWARD, SHIPPED.objects[item.object], item.correction, deleted_at=now)
            for item in self.tied
            if item.next is None
        )
        return [record for record in found if isinstance(record, Record)]

    async def tie_anew(self, transaction: Transaction, actor: str, *, now: datetime) -> None:
        """Tie each to the oldest record that its individual has left; who decided it, and why, stays."""
        time = times.to_text(now)
        for item in self.tied:
            constraint = await constraints.find(transaction, item.constraint)
            assert constraint is not None
            await constraints.end(transaction, constraint, actor=actor, reason=GONE, time=time)
            if item.next is not None:
                key = str(RecordKey(STEWARD, item.object, item.correction))
                anew = replace(constraint, id=new_id("con"), since=time, pairs=(pair_of(key, item.next),))
                await constraints.save(transaction, anew)


async def bereaved(transaction: Transaction, deleted: Collection[str]) -> Bereaved:
    """Look at it before the records, by key, are saved as deleted."""
    return Bereaved(await store.tied_to(transaction, deleted))
