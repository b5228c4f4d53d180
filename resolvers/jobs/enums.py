"""The enums of jobs."""

from __future__ import annotations

from enum import Enum

import strawberry

from graph_model.ingestion.formats.model import Format
from graph_model.jobs import model
from graph_model.records.model import Mode
from resolvers.enums import _value


@strawberry.enum(description="What a job does.")
class JobKind(Enum):
    TRAIN_RULESET = _value(
        model.JobKind.TRAIN_RULESET, "Learns a ruleset from the graph's own records into a new draft."
    )
    PREVIEW_RULESET = _value(model.JobKind.PREVIEW_RULESET, "Says what a ruleset would change.")
    ACTIVATE_RULESET = _value(model.JobKind.ACTIVATE_RULESET, "Resolves everything anew under a ruleset.")
    NORMALISE_RECORDS = _value(
        model.JobKind.NORMALISE_RECORDS,
        "Normalises what is stored anew, after a release that does it otherwise; begins by itself.",
    )
    INGEST = _value(model.JobKind.INGEST, "Stores the records of the files that were uploaded for it.")
    REMAP_RECORDS = _value(
        model.JobKind.REMAP_RECORDS, "Maps a source's stored records anew, under its mapping of now."
    )
    REPLAY_RECORDS = _value(
        model.JobKind.REPLAY_RECORDS, "Ingests anew what a source sent in a period, as it was received."
    )


@strawberry.enum(description="How far a job is.")
class JobState(Enum):
    OPEN = _value(model.JobState.OPEN, "It takes files, until completeUpload; it never ends by itself.")
    UPLOAD_COMPLETE = _value(
        model.JobState.UPLOAD_COMPLETE, "Its files are there; it waits for the gateway process that has them."
    )
    QUEUED = _value(model.JobState.QUEUED, "It waits for a gateway process to run it.")
    IN_PROGRESS = _value(
        model.JobState.IN_PROGRESS, "A process runs it, or another will go on with it after a crash."
    )
    JOB_COMPLETE = _value(model.JobState.JOB_COMPLETE, "It is done.")
    FAILED = _value(model.JobState.FAILED, "It ended without being done; see errorCode.")
    ABORTED = _value(
        model.JobState.ABORTED,
        "Somebody ended it. What an ingestion stored stays; what another job did is taken back.",
    )


@strawberry.enum(description="What the rows of a file say.")
class IngestOperation(Enum):
    UPSERT = _value(Mode.UPSERT, "Each is the whole record: what it does not name has no value.")
    PATCH = _value(
        Mode.PATCH, "Each says some fields of its record, and null takes a value away; the other fields stay."
    )
    DELETE = _value(Mode.DELETE, "The record with this id is deleted; a row needs nothing else.")


@strawberry.enum(
    description="What a file is. Whether it is compressed, by gzip or zstd, its first bytes say."
)
class FileFormat(Enum):
    CSV = _value(Format.CSV, "Text in UTF-8 with a header, whose names are the fields; RFC 4180.")
    NDJSON = _value(Format.NDJSON, "One JSON object a line.")
    PARQUET = _value(Format.PARQUET, "Apache Parquet; the columns are the fields.")
