"""What a merge, an unmerge and a split bind, as plain functions of the individuals that are there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from graph_model.errors import BadInput
from graph_model.identity.assignment import Retired
from graph_model.identity.constraints.model import Pair
from graph_model.identity.constraints.rules import parting, star
from graph_model.identity.matching.features import Features, Party
from graph_model.identity.stewardship.model import Found

MAX_REASON = 1_000
"""Characters of a reason."""
MAX_MERGED = 100
"""Individuals that one merge takes."""


def check_reason(reason: str) -> str:
    """The reason without white space around it. Raises BadInput if nothing is left, or too much."""
    reason = reason.strip()
    if not reason:
        raise BadInput("Say why: whoever reads the history will want to know.", code="MISSING_REASON")
    if len(reason) > MAX_REASON:
        raise BadInput(f"A reason has at most {MAX_REASON} characters.", code="REASON_TOO_LONG")
    return reason


def refuse_strangers(records: Iterable[Features]) -> None:
    """Raise BadInput if one of the records is never to be merged, or if they are of persons and of
    organisations: no link makes these one."""
    records = list(records)
    if any(record.alone for record in records):
        raise BadInput("One of the records has a reason not to be merged.", code="NOT_MERGEABLE")
    if len({record.party for record in records} - {Party.DEVICE}) > 1:
        raise BadInput("A person and an organisation are never one.", code="NOT_MERGEABLE")


def check_merged(ids: Collection[str]) -> None:
    """Raise BadInput if a merge is asked for of more individuals than it takes."""
    if len(ids) > MAX_MERGED:
        raise BadInput(f"A merge takes at most {MAX_MERGED} individuals.", code="TOO_MANY_INDIVIDUALS")


def survivor_of(individuals: Sequence[Found], named: str | None) -> str:
    """The id that a merge keeps: the one that the steward names, else the oldest. Raises BadInput."""
    ids = sorted({individual.id for individual in individuals})
    if len(ids) < 2:
        raise BadInput("A merge takes two individuals that are not one already.", code="NOTHING_TO_MERGE")
    if named is not None and named not in ids:
        raise BadInput("The survivor is one of the individuals that are merged.", code="INVALID_SURVIVOR")
    return named or ids[0]


def merge_pairs(individuals: Sequence[Found]) -> tuple[Pair, ...]:
    """One pair for each individual beyond the first: that one's record with the other's. The first is one
    that is known, if any is, because a device joins who uses it, but not two of them."""
    ordered = sorted(individuals, key=lambda individual: (individual.is_anonymous, individual.id))
    return star([individual.representative for individual in ordered])


def split_pairs(individual: Found, moved: Collection[str]) -> tuple[Pair, ...]:
    """The pairs that part these records, by key, from the individual's others. Raises BadInput."""
    if not set(moved) <= {member.key for member in individual.own}:
        raise BadInput("Not all of these are source records of the individual.", code="FOREIGN_RECORD")
    sides = _sides(individual, moved)
    if not all(sides):
        raise BadInput("A split takes some of the individual's records, not all.", code="NOTHING_TO_SPLIT")
    return parting(sides)


def unmerge_pairs(individual: Found, retired: Retired) -> tuple[Pair, ...]:
    """The pairs that undo an automatic merge: those between the records that the retired id brought and
    those that were there. Raises BadInput where either have gone.

    Records that came later belong to neither side: they go with whom they match. Nor do those that a later
    merge brought.
    """
    later = {
        key
        for other in individual.retired
        if other.marker > retired.marker
        for key in other.records - retired.records
    }
    brought, there = _sides(individual, retired.records)
    if retired.marker:
        age = {member.key: member.id for member in individual.members}
        there = [key for key in there if age[key] < retired.marker and key not in later]
    if not brought or not there:
        raise BadInput(
            "None of the records that this merge brought together are left.", code="NOTHING_TO_PART"
        )
    return parting((brought, there))


def retired_by(individual: Found, asked: str) -> Retired:
    """The id whose merge into the individual is meant: the one asked for, or else the only one. Raises
    BadInput."""
    for item in individual.retired:
        if item.id == asked:
            return item
    if not individual.retired:
        raise BadInput("Nothing was merged into this individual.", code="NOT_MERGED")
    if len(individual.retired) > 1:
        ids = ", ".join(item.id for item in individual.retired)
        raise BadInput(f"Name the merge by the id that it retired: {ids}.", code="AMBIGUOUS_MERGE")
    return individual.retired[0]


def _sides(individual: Found, keys: Collection[str]) -> tuple[list[str], list[str]]:
    """The individual's records that are among the keys, and the others, each by age. Corrections are on no
    side: they go with the records that they are tied to."""
    inside = [member.key for member in individual.own if member.key in keys]
    outside = [member.key for member in individual.own if member.key not in keys]
    return inside, outside
