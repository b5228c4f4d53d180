"""The evidence that was found outside, brought into the graph: component by component, each judged by the
code that judges every other and saved with all that follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Transaction
from graph_model.identity import components, store
from graph_model.identity.candidates import Pair
from graph_model.identity.components import Member, Neighbourhood
from graph_model.identity.evidence import SYSTEM, Findings
from graph_model.identity.model import Evidence
from graph_model.identity.resolve import decide
from graph_model.identity.rulesets.active import active
from graph_model.ingestion.settle import NOTHING_WRITTEN, follow, tell
from graph_model.insights.model import Threshold

PAGE = 500
"""Records that are decided in one transaction, unless one component alone has more."""


class Found:
    """The evidence that was found among these records, as they were when they were read."""

    def __init__(
        self, version: int, records: Mapping[str, Member], evidence: Mapping[Pair, Evidence]
    ) -> None:
        self.version = version
        self.evidence = evidence
        self._records = records
        self._partners: defaultdict[str, list[str]] = defaultdict(list)
        for a, b in evidence:
            self._partners[a].append(b)
            self._partners[b].append(a)

    def pages(self) -> Iterator[list[str]]:
        """All records by key, in pages that part no component of the evidence."""
        page: list[str] = []
        for component in components.connected(self._records, self.evidence):
            if page and len(page) + len(component) > PAGE:
                yield page
                page = []
            page += sorted(component)
        if page:
            yield page

    def holds(self, member: Member) -> bool:
        """Whether the record is as it was when it was read."""
        known = self._records.get(member.key)
        return (
            known is not None
            and not member.deleted
            and (known.features, known.identifiers) == (member.features, member.identifiers)
        )

    def partners(self, keys: Iterable[str]) -> set[str]:
        """The records that evidence joins these with."""
        return {other for key in keys for other in self._partners.get(key, ())}

    def among(self, keys: Collection[str]) -> dict[Pair, Evidence]:
        """The evidence among these records."""
        pairs = {(min(key, other), max(key, other)) for key in keys for other in self._partners.get(key, ())}
        return {pair: self.evidence[pair] for pair in pairs if pair[1] in keys and pair[0] in keys}


async def decide_page(
    transaction: Transaction, found: Found, keys: Collection[str], threshold: Threshold, *, now: datetime
) -> None:
    """Let the evidence count for these records, and for all that shares a component with them now or then.
    A record that has changed since it was read keeps the evidence that it has. Raises BadInput if another
    ruleset counts by now."""
    await store.lock(transaction)
    ruling = await active(transaction)
    if ruling.next is not None or ruling.current.version != found.version:
        raise BadInput("Another ruleset counts by now; begin anew.", code="RULESET_CHANGED")
    here = Neighbourhood()
    reached = set(keys)
    while beyond := reached - here.members.keys():
        before = set(here.members)
        await components.load(transaction, here, (), beyond)
        if here.members.keys() == before:
            break
        reached |= found.partners(here.members)
    subjects = {key for key, member in here.members.items() if found.holds(member)}
    # Only where both records are as they were is what was found of them true.
    stored = {pair: evidence for pair, evidence in here.evidence.items() if not subjects.issuperset(pair)}
    time = times.to_text(now)
    resolution = await decide(
        transaction,
        ruling.current,
        here,
        Findings(evidence=stored | found.among(subjects), subjects=dict.fromkeys(sorted(subjects), SYSTEM)),
        time=time,
    )
    settled = await follow(transaction, resolution, NOTHING_WRITTEN, threshold, now=now)
    await tell(transaction, settled, (), time=time)
