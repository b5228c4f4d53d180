"""A job as it is watched, with what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import strawberry

from graph_model import times
from graph_model.identity.rulesets import model as rulesets
from graph_model.identity.rulesets import store
from graph_model.ingestion.bulk.model import Assignment, Reached
from graph_model.jobs import model
from resolvers.context import Info
from resolvers.fields import resolved, shown
from resolvers.jobs.enums import FileFormat, IngestOperation, JobKind, JobState
from resolvers.principal import Scope
from resolvers.rulesets.types import Ruleset
from resolvers.scalars import DateTime
from resolvers.sources.rederivation import Rederivation
from resolvers.types.node import Node

_READ = Scope.METADATA_READ
_SAMPLES = 20


@strawberry.type(description="Individuals of now that would be one.")
class MergeSample:
    individual_ids: list[strawberry.ID] = shown(Scope.STEWARD, "The individuals, by the id of now.")
    record_count: int = shown(Scope.STEWARD, "How many records they have together.")
    record_ids: list[strawberry.ID] = shown(
        Scope.STEWARD, "The two source records that speak for it most; empty if a constraint does."
    )
    rule: str | None = shown(Scope.STEWARD, "The match rule that links those two, or WEIGHT.")
    weight: float | None = shown(Scope.STEWARD, "What those two weigh, in bits.")


@strawberry.type(description="An individual of now that would be parted.")
class SplitSample:
    individual_id: strawberry.ID = shown(Scope.STEWARD, "The individual.")
    parts: list[list[strawberry.ID]] = shown(
        Scope.STEWARD, "The source records of each part, the largest first; 20 of 20 parts at most."
    )


@strawberry.type(description="What a ruleset would change.")
class RulesetPreview:
    population: int = shown(Scope.STEWARD, "How many source records there are.")
    records: int = shown(
        Scope.STEWARD, "How many of them were looked at: all, or those of a sample of the individuals."
    )
    pairs_compared: int = shown(Scope.STEWARD, "How many pairs were compared.")
    individuals_before: int = shown(Scope.STEWARD, "How many individuals they form now.")
    individuals_after: int = shown(Scope.STEWARD, "How many they would form.")
    merges: int = shown(Scope.STEWARD, "Individuals that would hold records of several of now.")
    merged_individuals: int = shown(Scope.STEWARD, "Individuals of now that would be merged with others.")
    splits: int = shown(Scope.STEWARD, "Individuals of now whose records would part.")
    moved_records: int = shown(Scope.STEWARD, "Records that would belong to another id than now.")
    merge_samples: list[MergeSample] = shown(Scope.STEWARD, "The largest merges.", size=_SAMPLES)
    split_samples: list[SplitSample] = shown(
        Scope.STEWARD, "Splits of the largest individuals.", size=_SAMPLES
    )

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """The report of a preview as it is shown."""
        return cls(
            population=found["population"],
            records=found["records"],
            pairs_compared=found["pairsCompared"],
            individuals_before=found["individualsBefore"],
            individuals_after=found["individualsAfter"],
            merges=found["merges"],
            merged_individuals=found["mergedIndividuals"],
            splits=found["splits"],
            moved_records=found["movedRecords"],
            merge_samples=[_merge(item) for item in found["mergeSamples"]],
            split_samples=[
                SplitSample(
                    individual_id=strawberry.ID(item["individual"]),
                    parts=[[strawberry.ID(id_) for id_ in part] for part in item["parts"]],
                )
                for item in found["splitSamples"]
            ],
        )


def _merge(item: Mapping[str, Any]) -> MergeSample:
    records = [item["one"], item["other"]] if item["one"] else []
    return MergeSample(
        individual_ids=[strawberry.ID(id_) for id_ in item["individuals"]],
        record_count=item["records"],
        record_ids=[strawberry.ID(id_) for id_ in records],
        rule=item["rule"],
        weight=None if item["weight"] is None else item["weight"] / rulesets.BIT,
    )


@strawberry.type(description="What a job that stores files is to do, and what became of the rows.")
class IngestionProgress:
    source: str = shown(_READ, "Whose records they are.")
    object: str = shown(_READ, "What they are.")
    operation: IngestOperation = shown(_READ, "What the rows say.")
    format: FileFormat = shown(_READ, "What the files are.")
    parts: int = shown(_READ, "How many files there are; 0 until the upload is complete.")
    bytes: float = shown(_READ, "How long they are together, as they were sent.")
    rows_read: int = shown(_READ, "Rows that are stored or rejected; the sum of those below.")
    created: int = shown(_READ, "Rows that brought a record which was not there.")
    updated: int = shown(_READ, "Rows that changed one.")
    unchanged: int = shown(_READ, "Rows that said what was known.")
    stale: int = shown(_READ, "Rows that were older than what is stored.")
    deleted: int = shown(_READ, "Rows that deleted a record.")
    rejected: int = shown(
        _READ, "Rows that are wrong: GET /jobs/{id}/rejected gives them back, with the reasons."
    )
    warned: int = shown(_READ, "Rows that were stored although a value is not what its field holds.")
    individuals: int = shown(_READ, "Individuals that these rows changed, each counted once.")

    @classmethod
    def of(cls, job: model.Job) -> Self:
        """What an ingesting job has done so far."""
        assignment, counts = Assignment.of(job.input), Reached.of(job.progress.resume_point).counts
        return cls(
            source=assignment.source,
            object=assignment.object,
            operation=IngestOperation(assignment.mode.value),
            format=FileFormat(assignment.format.value),
            parts=len(assignment.parts),
            bytes=float(assignment.size),
            rows_read=counts.rows,
            created=counts.created,
            updated=counts.updated,
            unchanged=counts.unchanged,
            stale=counts.stale,
            deleted=counts.deleted,
            rejected=counts.rejected,
            warned=counts.warned,
            individuals=counts.individuals,
        )


@strawberry.type(description="Long work, which one gateway process at a time runs, and which outlives it.")
class Job(Node):
    id: strawberry.ID = shown(_READ, "The job's id.")
    kind: JobKind = shown(_READ, "What it does.")
    state: JobState = shown(_READ, "How far it is.")
    phase: str | None = shown(_READ, "What it is at; `done` and `total` count anew in each phase.")
    done: int = shown(_READ, "How much of the phase is done, such as records.")
    total: int | None = shown(_READ, "How much there is in the phase; null while that is not known.")
    rate: float | None = shown(_READ, "How much is done in a second; null unless it runs.")
    seconds_left: float | None = shown(_READ, "How long the phase will take at that rate.")
    abortable: bool = shown(_READ, "Whether it can be aborted: not any more once it cannot be taken back.")
    error_code: str | None = shown(_READ, "Why it failed, for programs.")
    error_message: str | None = shown(_READ, "Why it failed, for people.")
    actor: str = shown(_READ, "Who asked for it.")
    created_at: DateTime = shown(_READ, "When it was asked for.")
    started_at: DateTime | None = shown(_READ, "When a process began to run it.")
    updated_at: DateTime = shown(_READ, "When its progress was noted last.")
    finished_at: DateTime | None = shown(_READ, "When it ended.")
    age: float = shown(_READ, "Seconds since it was asked for.")
    ingestion: IngestionProgress | None = shown(
        _READ, "What became of the rows of its files; null for other jobs."
    )
    content: strawberry.Private[model.Job]

    @resolved(
        Scope.STEWARD,
        "The version of the ruleset that it is about; of a training the draft that it made, null until then.",
    )
    async def ruleset(self, info: Info) -> Ruleset | None:
        info.context.require(Scope.STEWARD)
        about = (self.content.result or {}) | self.content.input
        if (version := about.get("version")) is None:
            return None
        found = await store.find(info.context.services.graph, version)
        return Ruleset.of(found) if found is not None else None

    @resolved(
        Scope.SOURCE_MANAGE,
        "What came of mapping records anew, or of a replay; null for other jobs, and until it is complete.",
    )
    async def rederivation(self, info: Info) -> Rederivation | None:
        info.context.require(Scope.SOURCE_MANAGE)
        kinds = (model.JobKind.REMAP_RECORDS, model.JobKind.REPLAY_RECORDS)
        if self.content.kind not in kinds or self.content.result is None:
            return None
        return Rederivation.of(self.content.result)

    @resolved(Scope.STEWARD, "What a preview found; null for other jobs, and until it is complete.")
    async def preview(self, info: Info) -> RulesetPreview | None:
        info.context.require(Scope.STEWARD)
        if self.content.kind is not model.JobKind.PREVIEW_RULESET or self.content.result is None:
            return None
        return RulesetPreview.of(self.content.result)

    @classmethod
    def of(cls, job: model.Job, now: datetime) -> Self:
        """The job as it is shown at this moment."""
        left = job.seconds_left(now)
        rate = job.rate()
        return cls(
            id=strawberry.ID(job.id),
            kind=JobKind(job.kind.value),
            state=JobState(job.state.value),
            phase=job.progress.phase or None,
            done=job.progress.done,
            total=job.progress.total,
            rate=None if rate is None else round(rate, 3),
            seconds_left=None if left is None else round(left, 1),
            abortable=job.progress.abortable and job.state not in model.FINAL,
            error_code=job.error_code,
            error_message=job.error_message,
            actor=job.actor,
            created_at=DateTime(job.created_at),
            started_at=DateTime(job.started_at) if job.started_at else None,
            updated_at=DateTime(job.updated_at),
            finished_at=DateTime(job.finished_at) if job.finished_at else None,
            age=round((now - times.from_text(job.created_at)).total_seconds(), 1),
            ingestion=IngestionProgress.of(job) if job.kind is model.JobKind.INGEST else None,
            content=job,
        )
