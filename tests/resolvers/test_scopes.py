"""A principal that lacks a scope is refused by every root field that asks for it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from resolvers.context import Context, Services
from resolvers.principal import Principal, Scope
from resolvers.schema import schema

NOBODY = Principal(id="nobody", kind="test", scopes=frozenset())

OPERATIONS = {
    "Query.individual": '{ individual(by: {id: "ind_1"}) { id } }',
    "Query.individuals": "{ individuals { edges { cursor } } }",
    "Query.node": '{ node(id: "ind_1") { id } }',
    "Query.nodes": '{ nodes(ids: ["ind_1"]) { id } }',
    "Query.reviews": "{ reviews { edges { cursor } } }",
    "Query.reviewQuality": "{ reviewQuality { decided } }",
    "Query.metadata": "{ metadata { version } }",
    "Query.sourceRecord": '{ sourceRecord(source: "s", object: "Case", recordId: "1") { id } }',
    "Mutation.registerCustomObject": (
        'mutation { registerCustomObject(input: {name: "V__c", category: OTHER, description: "V.", '
        "fields: []}) { object { name } } }"
    ),
    "Mutation.registerCustomFields": (
        'mutation { registerCustomFields(input: {object: "Case", fields: []}) { object { name } } }'
    ),
    "Mutation.updateCustomField": (
        'mutation { updateCustomField(input: {object: "Case", name: "tier__c"}) { object { name } } }'
    ),
    "Mutation.removeCustomField": (
        'mutation { removeCustomField(input: {object: "Case", name: "tier__c"}) { object { name } } }'
    ),
    "Mutation.removeCustomObject": 'mutation { removeCustomObject(input: {name: "V__c"}) { removedName } }',
    "Query.webhooks": "{ webhooks { id } }",
    "Query.whyLinked": '{ whyLinked(a: "rec_1", b: "rec_2") { linked } }',
    "Query.whyNotLinked": '{ whyNotLinked(a: "rec_1", b: "rec_2") { linked } }',
    "Query.howResolved": '{ howResolved(individual: "ind_1") { individualId } }',
    "Query.ruleset": "{ ruleset { version } }",
    "Query.rulesets": "{ rulesets { version } }",
    "Query.exportRuleset": "{ exportRuleset }",
    "Query.job": '{ job(id: "job_1") { id } }',
    "Query.jobs": "{ jobs { id } }",
    "Query.source": '{ source(name: "s") { version } }',
    "Query.testMapping": (
        '{ testMapping(input: {source: "s", object: "o", sample: []}) { rows { unmapped } } }'
    ),
    "Mutation.registerSource": (
        'mutation { registerSource(input: {name: "s", template: SHOP}) { source { version } } }'
    ),
    "Mutation.updateSourceMapping": (
        'mutation { updateSourceMapping(input: {source: "s", expectedVersion: 1}) { source { version } } }'
    ),
    "Mutation.removeSource": 'mutation { removeSource(input: {source: "s"}) { removedSource } }',
    "Mutation.remapRecords": 'mutation { remapRecords(input: {source: "s"}) { job { id } } }',
    "Mutation.replay": 'mutation { replay(input: {source: "s"}) { job { id } } }',
    "Mutation.createRulesetDraft": "mutation { createRulesetDraft(input: {}) { ruleset { id } } }",
    "Mutation.updateRulesetDraft": (
        "mutation { updateRulesetDraft(input: {version: 2, patch: {}}) { ruleset { id } } }"
    ),
    "Mutation.deleteRulesetDraft": (
        "mutation { deleteRulesetDraft(input: {version: 2}) { deletedVersion } }"
    ),
    "Mutation.importRuleset": "mutation { importRuleset(input: {ruleset: {}}) { ruleset { id } } }",
    "Mutation.trainRuleset": "mutation { trainRuleset(input: {}) { job { id } } }",
    "Mutation.previewRuleset": "mutation { previewRuleset(input: {version: 2}) { job { id } } }",
    "Mutation.activateRuleset": "mutation { activateRuleset(input: {version: 2}) { job { id } } }",
    "Mutation.abortJob": 'mutation { abortJob(input: {id: "job_1"}) { job { id } } }',
    "Mutation.deleteJob": 'mutation { deleteJob(input: {id: "job_1"}) { deletedId } }',
    "Mutation.createIngestJob": (
        'mutation { createIngestJob(input: {source: "s", object: "Individual"}) { job { id } } }'
    ),
    "Mutation.completeUpload": 'mutation { completeUpload(input: {id: "job_1"}) { job { id } } }',
    "Query.previewReconciliation": (
        '{ previewReconciliation(id: "ind_1", reconciliation: {}) { individualId } }'
    ),
    "Mutation.correctIndividual": (
        'mutation { correctIndividual(input: {id: "ind_1", fields: {suffix: "Jr"}, reason: "why"}) '
        "{ correctionId } }"
    ),
    "Mutation.withdrawCorrection": (
        'mutation { withdrawCorrection(input: {id: "cor_1", reason: "why"}) { correctionId } }'
    ),
    "Mutation.ingestRecords": (
        'mutation { ingestRecords(input: {source: "s", object: "Individual", records: []}) '
        "{ results { recordId } } }"
    ),
    "Mutation.deleteRecords": (
        'mutation { deleteRecords(input: {source: "s", object: "Individual", ids: []}) '
        "{ results { recordId } } }"
    ),
    "Mutation.registerWebhook": (
        'mutation { registerWebhook(input: {url: "https://example.com", kinds: []}) { secret } }'
    ),
    "Mutation.enableWebhook": 'mutation { enableWebhook(input: {id: "whk_1"}) { webhook { id } } }',
    "Mutation.deleteWebhook": 'mutation { deleteWebhook(input: {id: "whk_1"}) { deletedId } }',
    "Mutation.rotateWebhookSecret": 'mutation { rotateWebhookSecret(input: {id: "whk_1"}) { secret } }',
    "Mutation.redriveDeliveries": (
        'mutation { redriveDeliveries(input: {webhookId: "whk_1", which: {allDead: true}}) { count } }'
    ),
    "Mutation.discardDeliveries": (
        'mutation { discardDeliveries(input: {webhookId: "whk_1", which: {allDead: true}}) { count } }'
    ),
    "Query.deliveries": '{ deliveries(webhookId: "whk_1") { id } }',
    "Mutation.mergeIndividuals": (
        'mutation { mergeIndividuals(input: {ids: ["ind_1"], reason: "so"}) { dryRun } }'
    ),
    "Mutation.unmerge": 'mutation { unmerge(input: {id: "ind_1", reason: "so"}) { dryRun } }',
    "Mutation.splitIndividual": (
        'mutation { splitIndividual(input: {id: "ind_1", recordIds: [], reason: "so"}) { dryRun } }'
    ),
    "Mutation.alwaysLink": (
        'mutation { alwaysLink(input: {recordId: "rec_1", otherRecordId: "rec_2", reason: "so"}) { dryRun } }'
    ),
    "Mutation.neverLink": (
        'mutation { neverLink(input: {recordId: "rec_1", otherRecordId: "rec_2", reason: "so"}) { dryRun } }'
    ),
    "Mutation.undoConstraint": 'mutation { undoConstraint(input: {id: "con_1", reason: "so"}) { dryRun } }',
    "Mutation.assignReviews": "mutation { assignReviews(input: {ids: []}) { reviews { id } } }",
    "Mutation.decideReviews": "mutation { decideReviews(input: {decisions: []}) { reviews { id } } }",
    "Subscription.jobProgress": 'subscription { jobProgress(id: "job_1") { id } }',
    "Subscription.insightEvents": "subscription { insightEvents { id } }",
}


def context(principal: Principal) -> Context:
    """A context without services: who is refused must not get as far as needing one."""
    return Context(principal, "request", cast(Services, None))


async def messages(document: str, principal: Principal) -> list[str]:
    if not document.startswith("subscription"):
        result = await schema.execute(document, context_value=context(principal))
        return [error.message for error in result.errors or ()]
    failed: list[str] = []
    async for event in cast(Any, await schema.subscribe(document, context_value=context(principal))):
        failed += [error.message for error in event.errors or ()]
    return failed


def test_the_operations_here_cover_every_root_field() -> None:
    roots = [type_ for type_ in (schema.query, schema.mutation, schema.subscription) if type_ is not None]
    names = {
        f"{root.__name__}.{name}"
        for root in roots
        for name in cast(Any, schema._schema.type_map[root.__name__]).fields
    }
    assert names == OPERATIONS.keys()


@pytest.mark.parametrize("name", OPERATIONS)
async def test_without_the_scope_it_is_refused(name: str) -> None:
    assert any(
        message.startswith("This needs the scope ") for message in await messages(OPERATIONS[name], NOBODY)
    )


@pytest.mark.parametrize("scope", list(Scope))
def test_a_principal_may_do_what_its_scopes_say_and_no_more(scope: Scope) -> None:
    holder = context(Principal(id="one", kind="test", scopes=frozenset({scope})))
    holder.require(scope)
    for other in set(Scope) - {scope}:
        with pytest.raises(Exception, match="This needs the scope"):
            holder.require(other)
