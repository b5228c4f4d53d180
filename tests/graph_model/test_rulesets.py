"""Rulesets as versions: drafts change, what counts or counted never does, and one counts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from graph_model.errors import BadInput
from graph_model.graph import Graph
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.rulesets import store
from graph_model.identity.rulesets.active import Active, Phase, active
from graph_model.identity.rulesets.model import (
    Comparison,
    Criterion,
    FrequencyTable,
    Guards,
    IdentifierLimit,
    Method,
    Reconciliation,
    ReconciliationRule,
    Rule,
    Ruleset,
)
from graph_model.identity.rulesets.stored import RulesetState, StoredRuleset, exported, imported, write
from graph_model.identity.rulesets.validation import InvalidRuleset, problems
from graph_model.migrations import migrate
from tests.graph_model.populations import START
from tests.servers.engine import Engine, wipe


async def drafted(graph: Graph, based_on: int | None = 1) -> StoredRuleset:
    return await store.create_draft(graph, based_on=based_on, actor="tester", now=START)


async def changed(graph: Graph, version: int, **values: Any) -> StoredRuleset:
    return await store.update_draft(
        graph, version, lambda ruleset: ruleset.model_copy(update=values), now=START
    )


async def what_counts(graph: Graph) -> Active:
    return await graph.write(active)


async def test_a_new_graph_has_the_default_as_its_active_version(graph: Graph) -> None:
    (first,) = await store.all_rulesets(graph)
    assert (first.version, first.state, first.has_frequencies) == (1, RulesetState.ACTIVE, False)
    found = await store.find(graph)
    assert found is not None
    assert found.ruleset == DEFAULT
    counting = await what_counts(graph)
    assert (counting.current.version, counting.current.ruleset) == (1, DEFAULT)
    assert (counting.next, counting.phase, counting.deciding) == (None, None, counting.current)


async def test_gateways_that_start_at_once_seed_it_once(graph: Graph, engine: Engine) -> None:
    await wipe(graph)
    async with engine.connect() as other:
        await asyncio.gather(migrate(graph), migrate(other))
    assert [ruleset.version for ruleset in await store.all_rulesets(graph)] == [1]
    found = await store.find(graph)
    assert found is not None
    assert found.ruleset == DEFAULT


async def test_a_draft_begins_as_what_it_is_based_on_and_changes_alone(graph: Graph) -> None:
    draft = await drafted(graph)
    assert (draft.version, draft.state, draft.based_on) == (2, RulesetState.DRAFT, 1)
    assert draft.ruleset == DEFAULT
    edited = await changed(graph, 2, link=1_500)
    assert edited.ruleset == DEFAULT.model_copy(update={"link": 1_500})
    assert edited.digest != draft.digest
    assert (await what_counts(graph)).current.ruleset == DEFAULT


async def test_drafts_that_are_changed_at_once_lose_nothing(graph: Graph, engine: Engine) -> None:
    draft = await drafted(graph)
    async with engine.connect() as other:
        await asyncio.gather(
            changed(graph, draft.version, link=1_500), changed(other, draft.version, generic_cap=77)
        )
    found = await store.find(graph, draft.version)
    assert found is not None
    assert (found.ruleset.link, found.ruleset.generic_cap) == (1_500, 77)


async def test_only_drafts_are_changed_or_deleted(graph: Graph) -> None:
    for version, code in ((1, "NOT_A_DRAFT"), (9, "NOT_FOUND")):
        with pytest.raises(BadInput) as caught:
            await changed(graph, version, link=5)
        assert caught.value.code == code
        with pytest.raises(BadInput) as caught:
            await store.delete_draft(graph, version, now=START)
        assert caught.value.code == code
    draft = await drafted(graph)
    await store.delete_draft(graph, draft.version, now=START)
    assert await store.find(graph, draft.version) is None
    assert (await drafted(graph)).version == draft.version + 1


async def test_a_draft_that_cannot_be_is_refused_and_nothing_of_it_is_kept(graph: Graph) -> None:
    draft = await drafted(graph)
    with pytest.raises(InvalidRuleset) as caught:
        await changed(graph, draft.version, key_kinds=("nothing",), link=-99_000)
    assert {problem.code for problem in caught.value.problems} == {"UNKNOWN_KEY_KIND", "INVALID_THRESHOLDS"}
    assert await store.find(graph, draft.version) == draft


async def test_large_tables_of_frequencies_are_kept_whole(graph: Graph) -> None:
    table = FrequencyTable(total=999_999, counts={f"näme {number}": number for number in range(3, 60_000)})
    draft = await drafted(graph)
    edited = await changed(graph, draft.version, frequencies={"names": table})
    assert edited.ruleset.frequencies == {"names": table}
    smaller = await changed(graph, draft.version, frequencies={})
    assert smaller.ruleset.frequencies == {}


async def test_a_ruleset_is_carried_into_another_graph_as_json(graph: Graph) -> None:
    table = FrequencyTable(total=50, counts={"smith": 12})
    draft = await drafted(graph)
    edited = await changed(graph, draft.version, frequencies={"names": table})
    ruleset, trained_on, note = imported(exported(edited))
    assert (ruleset, trained_on, note) == (edited.ruleset, None, None)
    assert write(ruleset).digest == edited.digest


@pytest.mark.parametrize(
    "value", [None, [], {"format": 2}, {"format": 1, "ruleset": {}}, {"format": 1, "trainedOn": "many"}]
)
def test_what_is_no_exported_ruleset_is_refused(value: Any) -> None:
    with pytest.raises(BadInput) as caught:
        imported(value)
    assert caught.value.code == "INVALID_RULESET"


async def test_what_counts_is_seen_at_once_by_every_process(graph: Graph) -> None:
    draft = await drafted(graph)
    edited = await changed(graph, draft.version, link=1_500)

    async def begin(transaction: Any) -> None:
        await transaction.run(
            "MATCH (s:RulesetState {name: 'rulesets'})"
            " SET s.next = $version, s.nextDigest = $digest, s.nextGeneration = 1, s.phase = 'EDGES'",
            version=edited.version,
            digest=edited.digest,
        )

    await graph.write(begin)
    counting = await what_counts(graph)
    assert counting.next is not None
    assert (counting.next.version, counting.next.ruleset.link) == (2, 1_500)
    assert (counting.phase, counting.deciding.version) == (Phase.EDGES, 1)


def rule(*criteria: Criterion) -> Rule:
    return Rule(name="one", criteria=criteria)


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ({"key_kinds": ()}, "INVALID_KEY_KINDS", ("keyKinds",)),
        ({"key_kinds": (DEFAULT.key_kinds[0],) * 2}, "DUPLICATE", ("keyKinds",)),
        ({"key_cap": 1}, "INVALID_CAP", ("keyCap",)),
        ({"review": 5, "link": 4}, "INVALID_THRESHOLDS", ("thresholds",)),
        ({"clip": 0}, "INVALID_CLIP", ("thresholds", "clip")),
        ({"rules": (rule(),)}, "MISSING_CRITERIA", ("rules", 0, "criteria")),
        (
            {"rules": (rule(Criterion(attribute="shoe_size")),)},
            "UNKNOWN_ATTRIBUTE",
            ("rules", 0, "criteria", 0, "attribute"),
        ),
        (
            {"rules": (rule(Criterion(attribute="gender", method=Method.FUZZY, level="ELSE")),)},
            "UNKNOWN_LEVEL",
            ("rules", 0, "criteria", 0, "level"),
        ),
        (
            {"rules": (rule(Criterion(attribute="gender", level="EQUAL")),)},
            "UNEXPECTED_LEVEL",
            ("rules", 0, "criteria", 0, "level"),
        ),
        (
            {"guards": Guards.model_construct(**Guards().model_dump() | {"blocked": ("[",)})},
            "INVALID_VALUE",
            ("guards", "blocked", 0),
        ),
        (
            {"comparisons": (Comparison(attribute="shoe_size", levels=()),)},
            "UNKNOWN_ATTRIBUTE",
            ("comparisons", 0, "attribute"),
        ),
        (
            {"comparisons": (Comparison(attribute="gender", levels=()),)},
            "INVALID_LEVELS",
            ("comparisons", 0, "levels"),
        ),
        (
            {"reconciliation": Reconciliation(fields={"shoeSize": ReconciliationRule()})},
            "UNKNOWN_FIELD",
            ("reconciliation",),
        ),
        (
            {"guards": Guards(limits=(IdentifierLimit(type="EMAIL", most=0),))},
            "INVALID_LIMIT",
            ("guards", "limits", 0),
        ),
        ({"guards": Guards(size=1)}, "INVALID_SIZE", ("guards", "size")),
    ],
)
def test_a_ruleset_says_where_it_is_wrong(
    values: dict[str, Any], code: str, path: tuple[str | int, ...]
) -> None:
    ruleset: Ruleset = DEFAULT.model_copy(update=values)
    assert (code, path) in {(problem.code, problem.path) for problem in problems(ruleset)}


def test_the_default_is_a_ruleset_that_can_be() -> None:
    assert problems(DEFAULT) == []
