"""Keeping rulesets: drafts that change, versions that count and counted, and which of them counts now.

The node `RulesetState {name: 'rulesets'}` says which version is active, which one is being activated and how
far, so that a write learns all of it from one look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, LiteralString

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Graph, Transaction
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.rulesets.model import Ruleset
from graph_model.identity.rulesets.stored import RulesetState, StoredRuleset, read, write
from graph_model.identity.rulesets.validation import InvalidRuleset, problems
from graph_model.ids import new_id

MAX_NAME = 200
MAX_NOTE = 2_000

_HEAD: LiteralString = """
r.id, r.version, r.state, r.definition, r.digest, r.basedOn, r.trainedOn, r.note, r.createdAt, r.createdBy,
r.activatedAt
"""

_PARTS: LiteralString = """
WITH r
OPTIONAL MATCH (p:RulesetPart {version: r.version})
WITH r, p ORDER BY p.place
WITH r, collect(p.text) AS parts
"""

_ALL: LiteralString = (
    """
MATCH (r:Ruleset)
WITH r ORDER BY r.version DESC
RETURN collect(["""
    + _HEAD
    + "])"
)

_BY_VERSION: LiteralString = (
    "MATCH (r:Ruleset {version: $version})" + _PARTS + "RETURN [" + _HEAD + ", parts]"
)

_BY_ID: LiteralString = "MATCH (r:Ruleset {id: $id}) RETURN r.version"

_ACTIVE_VERSION: LiteralString = "MATCH (s:RulesetState {name: 'rulesets'}) RETURN s.active"

_NEXT_VERSION: LiteralString = """
MATCH (s:RulesetState {name: 'rulesets'})
SET s.last = s.last + 1
RETURN s.last
"""

_CREATE: LiteralString = """
CREATE (r:Ruleset {version: $version})
SET r += $properties
RETURN r.version
"""

# Writing first takes the node's lock: of two that change a draft the second sees what the first one did.
_DRAFT: LiteralString = (
    """
MATCH (r:Ruleset {version: $version})
SET r.askedAt = $now
"""
    + _PARTS
    + "RETURN ["
    + _HEAD
    + ", parts]"
)

_CHANGE: LiteralString = """
MATCH (r:Ruleset {version: $version})
SET r += $properties
"""

_DROP_PARTS: LiteralString = "MATCH (p:RulesetPart {version: $version}) DELETE p"

_ADD_PARTS: LiteralString = """
UNWIND $rows AS row
CREATE (:RulesetPart {key: row.key, version: $version, place: row.place, text: row.text})
"""

_DELETE: LiteralString = "MATCH (r:Ruleset {version: $version}) DELETE r"


async def all_rulesets(graph: Graph) -> list[StoredRuleset]:
    """Every version, the newest first, without their frequencies."""
    return [_stored([*row, None]) for row in await graph.read(_ALL)]


async def find(graph: Graph, version: int | None = None) -> StoredRuleset | None:
    """A version, whole; without a number the active one."""
    if version is None:
        version = await graph.read(_ACTIVE_VERSION)
    row = await graph.read(_BY_VERSION, version=version)
    return _stored(row) if row else None


async def version_of(graph: Graph, id_: str) -> int | None:
    """The version of the ruleset with this id."""
    found: int | None = await graph.read(_BY_ID, id=id_)
    return found


async def load(transaction: Transaction, version: int) -> StoredRuleset | None:
    """A version, whole, as the transaction sees it."""
    row = await transaction.run(_BY_VERSION, version=version)
    return _stored(row) if row else None


async def create_draft(
    graph: Graph, *, based_on: int | None, name: str | None = None, actor: str, now: datetime
) -> StoredRuleset:
    """A new draft that begins as that version, or as the default of the software. Raises BadInput."""
    base = None
    if based_on is not None:
        base = await find(graph, based_on)
        if base is None:
            raise _unknown(based_on)
    ruleset = base.ruleset if base else DEFAULT
    if name is not None:
        ruleset = ruleset.model_copy(update={"name": check_name(name)})
    return await add_draft(
        graph,
        ruleset,
        based_on=based_on,
        trained_on=base.trained_on if base else None,
        note=base.note if base else None,
        actor=actor,
        now=now,
    )


async def add_draft(
    graph: Graph,
    ruleset: Ruleset,
    *,
    based_on: int | None,
    trained_on: int | None,
    note: str | None,
    actor: str,
    now: datetime,
) -> StoredRuleset:
    """A new draft with this content. Raises InvalidRuleset."""
    id_ = new_id("rul")

    async def work(transaction: Transaction) -> int:
        # Where the answer to a commit was lost, the work is run again.
        known: int | None = await transaction.run(_BY_ID, id=id_)
        if known is not None:
            return known
        return await insert(
            transaction,
            ruleset,
            id_=id_,
            based_on=based_on,
            trained_on=trained_on,
            note=note,
            actor=actor,
            now=now,
        )

    version = await graph.write(work)
    stored = await find(graph, version)
    if stored is None:
        raise _unknown(version)
    return stored


async def insert(
    transaction: Transaction,
    ruleset: Ruleset,
    *,
    id_: str,
    based_on: int | None,
    trained_on: int | None,
    note: str | None,
    actor: str,
    now: datetime,
) -> int:
    """Store a new draft; its version. Raises InvalidRuleset."""
    if found := problems(ruleset):
        raise InvalidRuleset(found)
    version: int = await transaction.run(_NEXT_VERSION)
    properties = {
        "id": id_,
        "state": str(RulesetState.DRAFT),
        "basedOn": based_on,
        "trainedOn": trained_on,
        "note": note,
        "createdAt": times.to_text(now),
        "createdBy": actor,
    }
    await transaction.run(_CREATE, version=version, properties=properties)
    await save_content(transaction, version, ruleset)
    return version


async def update_draft(
    graph: Graph,
    version: int,
    change: Callable[[Ruleset], Ruleset],
    *,
    note: str | None = None,
    now: datetime,
) -> StoredRuleset:
    """Change a draft, and its note if one is given. Raises BadInput if it is no draft, InvalidRuleset if what
    becomes of it cannot be, and what `change` raises."""

    async def work(transaction: Transaction) -> None:
        draft = await _draft(transaction, version, now)
        changed = change(draft.ruleset)
        if found := problems(changed):
            raise InvalidRuleset(found)
        await save_content(transaction, version, changed)
        if note is not None:
            await transaction.run(_CHANGE, version=version, properties={"note": note[:MAX_NOTE]})

    await graph.write(work)
    stored = await find(graph, version)
    if stored is None:
        raise _unknown(version)
    return stored


async def delete_draft(graph: Graph, version: int, *, now: datetime) -> None:
    """Remove a draft; its number is not used again. Raises BadInput if it is no draft."""

    async def work(transaction: Transaction) -> None:
        await _draft(transaction, version, now)
        await transaction.run(_DROP_PARTS, version=version)
        await transaction.run(_DELETE, version=version)

    await graph.write(work)


async def save_content(transaction: Transaction, version: int, ruleset: Ruleset) -> None:
    """Save what a version consists of."""
    written = write(ruleset)
    await transaction.run(_DROP_PARTS, version=version)
    rows = [
        {"key": f"{version}/{place}", "place": place, "text": text}
        for place, text in enumerate(written.parts)
    ]
    await transaction.run(_ADD_PARTS, version=version, rows=rows)
    properties = {"name": ruleset.name, "definition": written.definition, "digest": written.digest}
    await transaction.run(_CHANGE, version=version, properties=properties)


async def _draft(transaction: Transaction, version: int, now: datetime) -> StoredRuleset:
    row = await transaction.run(_DRAFT, version=version, now=times.to_text(now))
    if row is None:
        raise _unknown(version)
    stored = _stored(row)
    if stored.state is not RulesetState.DRAFT:
        raise BadInput("Only a draft can be changed; make one that is based on it.", code="NOT_A_DRAFT")
    return stored


def check_name(name: str) -> str:
    """The name of a ruleset, if it can be one. Raises BadInput otherwise."""
    if not name.strip() or len(name) > MAX_NAME:
        raise BadInput(f"A name has 1 to {MAX_NAME} characters.", code="INVALID_NAME")
    return name.strip()


def _unknown(version: int) -> BadInput:
    return BadInput(f"There is no ruleset of version {version}.", code="NOT_FOUND")


def _stored(row: Sequence[Any]) -> StoredRuleset:
    id_, version, state, definition, digest, *rest = row
    parts = rest.pop()
    ruleset, whole = read(definition, parts), parts is not None
    return StoredRuleset(id_, version, RulesetState(state), ruleset, digest, whole, *rest)
