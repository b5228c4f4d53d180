"""The schema of the graph as numbered migrations, recorded in the graph itself.

A migration is never changed once released; a change of the schema is a new one. Every step can be run
again, so a migration that was interrupted is simply run anew.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import LiteralString

from graph_model import times
from graph_model.backfill import fold_texts, name_types, prepare_matching, tie_objects
from graph_model.events.packing import pack_events
from graph_model.graph import Graph, Transaction
from graph_model.identity.candidates import SLOTS
from graph_model.identity.rulesets.seed import seed_rulesets
from graph_model.jobs.listing import list_jobs
from graph_model.metadata.counts import count_all


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: `rewrite`, which brings nodes that are there into the form of now,
    `definitions` (constraints, indexes), then `fill`, which makes what Python must work out, and `seeds`
    (nodes that must exist)."""

    number: int
    name: str
    definitions: tuple[LiteralString, ...]
    seeds: tuple[LiteralString, ...] = ()
    rewrite: Callable[[Graph], Awaitable[None]] | None = None
    fill: Callable[[Graph], Awaitable[None]] | None = None


MIGRATIONS = (
    Migration(
        1,
        "identity graph",
        (
            "CREATE CONSTRAINT migration_number IF NOT EXISTS FOR (n:Migration) REQUIRE n.number IS UNIQUE",
            "CREATE CONSTRAINT source_record_key IF NOT EXISTS FOR (n:SourceRecord) REQUIRE n.key IS UNIQUE",
            "CREATE CONSTRAINT source_record_id IF NOT EXISTS FOR (n:SourceRecord) REQUIRE n.id IS UNIQUE",
            "CREATE INDEX source_record_birth_key IF NOT EXISTS FOR (n:SourceRecord) ON (n.birthKey)",
            "CREATE CONSTRAINT business_object_key IF NOT EXISTS FOR (n:BusinessObject)"
            " REQUIRE n.key IS UNIQUE",
            "CREATE CONSTRAINT business_object_id IF NOT EXISTS FOR (n:BusinessObject)"
            " REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT identifier_key IF NOT EXISTS FOR (n:Identifier) REQUIRE n.key IS UNIQUE",
            "CREATE CONSTRAINT individual_id IF NOT EXISTS FOR (n:Individual) REQUIRE n.id IS UNIQUE",
            "CREATE INDEX individual_due IF NOT EXISTS FOR (n:Individual) ON (n.dueAt)",
            "CREATE CONSTRAINT insight_value_key IF NOT EXISTS FOR (n:InsightValue) REQUIRE n.key IS UNIQUE",
            "CREATE CONSTRAINT event_sequence IF NOT EXISTS FOR (n:Event) REQUIRE n.sequence IS UNIQUE",
            "CREATE CONSTRAINT event_id IF NOT EXISTS FOR (n:Event) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT webhook_id IF NOT EXISTS FOR (n:Webhook) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT counter_name IF NOT EXISTS FOR (n:Counter) REQUIRE n.name IS UNIQUE",
            "CREATE CONSTRAINT lock_name IF NOT EXISTS FOR (n:Lock) REQUIRE n.name IS UNIQUE",
        ),
        (
            "MERGE (c:Counter {name: 'events'}) ON CREATE SET c.value = 0",
            "MERGE (l:Lock {name: 'resolution'}) ON CREATE SET l.holder = ''",
        ),
    ),
    Migration(
        2,
        "folded texts and orders",
        (
            *(
                f"CREATE INDEX {name} IF NOT EXISTS FOR (n:Individual) ON (n.{value}, n.id)"
                for name, value in (
                    ("individual_display_name", "displayNameFolded"),
                    ("individual_last_name", "lastNameFolded"),
                    ("individual_created", "createdAt"),
                    ("individual_updated", "updatedAt"),
                )
            ),
            "CREATE INDEX individual_status IF NOT EXISTS FOR (n:Individual) ON (n.status)",
        ),
        rewrite=fold_texts,
    ),
    Migration(
        3,
        "matching by weight",
        (
            "CREATE CONSTRAINT key_set_id IF NOT EXISTS FOR (n:KeySet) REQUIRE n.id IS UNIQUE",
            *(
                f"CREATE INDEX key_set_{slot} IF NOT EXISTS FOR (n:KeySet) ON (n.k{slot})"
                for slot in range(SLOTS)
            ),
            "CREATE INDEX source_record_component IF NOT EXISTS FOR (n:SourceRecord) ON (n.component)",
            "CREATE INDEX source_record_ruleset IF NOT EXISTS FOR (n:SourceRecord) ON (n.ruleset)",
        ),
        rewrite=prepare_matching,
    ),
    Migration(
        4,
        "rulesets and jobs",
        (
            "CREATE CONSTRAINT ruleset_version IF NOT EXISTS FOR (n:Ruleset) REQUIRE n.version IS UNIQUE",
            "CREATE CONSTRAINT ruleset_part_key IF NOT EXISTS FOR (n:RulesetPart) REQUIRE n.key IS UNIQUE",
            "CREATE CONSTRAINT ruleset_state_name IF NOT EXISTS FOR (n:RulesetState)"
            " REQUIRE n.name IS UNIQUE",
            "CREATE CONSTRAINT matching_cost_key IF NOT EXISTS FOR (n:MatchingCost) REQUIRE n.key IS UNIQUE",
            "CREATE INDEX matching_cost_version IF NOT EXISTS FOR (n:MatchingCost) ON (n.version)",
            "CREATE CONSTRAINT job_id IF NOT EXISTS FOR (n:Job) REQUIRE n.id IS UNIQUE",
            "CREATE INDEX job_state IF NOT EXISTS FOR (n:Job) ON (n.state)",
        ),
        fill=seed_rulesets,
    ),
    Migration(
        5,
        "constraints and reviews",
        (
            "CREATE CONSTRAINT constraint_id IF NOT EXISTS FOR (n:Constraint) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT review_item_id IF NOT EXISTS FOR (n:ReviewItem) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT review_item_key IF NOT EXISTS FOR (n:ReviewItem) REQUIRE n.key IS UNIQUE",
            "CREATE INDEX review_item_state IF NOT EXISTS FOR (n:ReviewItem) ON (n.state)",
        ),
    ),
    Migration(
        6,
        "catalogue",
        (
            "CREATE CONSTRAINT catalogue_name IF NOT EXISTS FOR (n:Catalogue) REQUIRE n.name IS UNIQUE",
            "CREATE CONSTRAINT custom_object_name IF NOT EXISTS FOR (n:CustomObject)"
            " REQUIRE n.name IS UNIQUE",
            "CREATE CONSTRAINT custom_field_key IF NOT EXISTS FOR (n:CustomField) REQUIRE n.key IS UNIQUE",
            "CREATE CONSTRAINT source_name IF NOT EXISTS FOR (n:Source) REQUIRE n.name IS UNIQUE",
            "CREATE CONSTRAINT source_version_key IF NOT EXISTS FOR (n:SourceVersion)"
            " REQUIRE n.key IS UNIQUE",
        ),
        ("MERGE (c:Catalogue {name: 'catalogue'}) ON CREATE SET c.version = 0",),
    ),
    Migration(
        7,
        "requests that are remembered",
        (
            "CREATE CONSTRAINT idempotent_request_key IF NOT EXISTS FOR (n:IdempotentRequest)"
            " REQUIRE n.key IS UNIQUE",
            "CREATE INDEX idempotent_request_expiry IF NOT EXISTS FOR (n:IdempotentRequest) ON (n.expiresAt)",
        ),
    ),
    Migration(
        8,
        "traces",
        (
            "CREATE CONSTRAINT trace_key IF NOT EXISTS FOR (n:Trace) REQUIRE n.key IS UNIQUE",
            "CREATE CONSTRAINT unsettled_identifier IF NOT EXISTS FOR (n:Unsettled)"
            " REQUIRE n.identifier IS UNIQUE",
            "CREATE CONSTRAINT reference_key IF NOT EXISTS FOR (n:Reference) REQUIRE n.key IS UNIQUE",
        ),
        # Of what was there one identifier each is known; a job finds the others when it normalises anew.
        (
            "MATCH (s:RulesetState {name: 'rulesets'}) WHERE EXISTS { MATCH (:BusinessObject) }"
            " SET s.normaliser = 0",
        ),
        fill=tie_objects,
    ),
    Migration(
        9,
        "jobs with files",
        (
            *(
                f"CREATE INDEX job_{name} IF NOT EXISTS FOR (n:Job) ON (n.{value})"
                for name, value in (
                    ("listed", "listed"),
                    ("listed_in", "listedIn"),
                    ("listed_of", "listedOf"),
                    ("listed_of_in", "listedOfIn"),
                )
            ),
            "CREATE CONSTRAINT rejected_rows_id IF NOT EXISTS FOR (n:RejectedRows) REQUIRE n.id IS UNIQUE",
            "CREATE INDEX rejected_rows_job IF NOT EXISTS FOR (n:RejectedRows) ON (n.job)",
            "CREATE CONSTRAINT deleted_files_job IF NOT EXISTS FOR (n:DeletedFiles) REQUIRE n.job IS UNIQUE",
            "CREATE INDEX deleted_files_holder IF NOT EXISTS FOR (n:DeletedFiles) ON (n.holder)",
        ),
        fill=list_jobs,
    ),
    Migration(
        10,
        "pages of events, and deliveries",
        (
            "CREATE CONSTRAINT event_page_sequence IF NOT EXISTS FOR (n:EventPage)"
            " REQUIRE n.sequence IS UNIQUE",
            "CREATE CONSTRAINT event_page_id IF NOT EXISTS FOR (n:EventPage) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT delivery_id IF NOT EXISTS FOR (n:Delivery) REQUIRE n.id IS UNIQUE",
            "CREATE INDEX delivery_open IF NOT EXISTS FOR (n:Delivery) ON (n.open)",
            "CREATE INDEX delivery_dead IF NOT EXISTS FOR (n:Delivery) ON (n.dead)",
        ),
        (
            "MATCH (w:Webhook) WHERE w.revision IS NULL"
            " SET w.revision = 0, w.failures = 0, w.done = [], w.nextAttemptAt = null",
        ),
        fill=pack_events,
    ),
    Migration(
        11,
        "counts of records",
        ("CREATE CONSTRAINT record_count_key IF NOT EXISTS FOR (n:RecordCount) REQUIRE n.key IS UNIQUE",),
        fill=count_all,
    ),
    Migration(
        12,
        "versions of records",
        (
            "CREATE CONSTRAINT record_version_id IF NOT EXISTS FOR (n:RecordVersion) REQUIRE n.id IS UNIQUE",
            "CREATE INDEX record_version_record IF NOT EXISTS FOR (n:RecordVersion) ON (n.record)",
            "CREATE INDEX business_object_party IF NOT EXISTS FOR (n:BusinessObject) ON (n.party)",
        ),
        rewrite=name_types,
    ),
)

_APPLIED: LiteralString = "MATCH (m:Migration) RETURN collect(m.number)"
_RECORD: LiteralString = "MERGE (m:Migration {number: $number}) SET m.name = $name, m.appliedAt = $at"


async def migrate(graph: Graph, migrations: Iterable[Migration] = MIGRATIONS) -> list[Migration]:
    """Bring the graph's schema up to date (or as far as these migrations go) and return the migrations that
    were applied, in order."""
    applied = set(await graph.read(_APPLIED))
    missing = [migration for migration in migrations if migration.number not in applied]
    for migration in missing:
        if migration.rewrite:
            await migration.rewrite(graph)
        for definition in migration.definitions:
            await graph.define(definition)
        if migration.fill:
            await migration.fill(graph)

        async def record(transaction: Transaction, migration: Migration = migration) -> None:
            for seed in migration.seeds:
                await transaction.run(seed)
            await transaction.run(
                _RECORD, number=migration.number, name=migration.name, at=times.to_text(times.utc_now())
            )

        await graph.write(record)
    return missing
