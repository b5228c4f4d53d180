"""The mutations of rulesets: drafts, training, previews, activation."""

from __future__ import annotations

from typing import Annotated

import strawberry
from pydantic import ValidationError

from graph_model import times
from graph_model.errors import BadInput
from graph_model.graph import Transaction
from graph_model.identity.rulesets import phases, preview_job, store, stored, training_job
from graph_model.identity.rulesets.population import MOST
from graph_model.identity.rulesets.validation import InvalidRuleset, of_form
from graph_model.ids import new_id
from graph_model.jobs import model as jobs
from graph_model.jobs import store as job_store
from graph_model.records.model import Problem
from resolvers.context import Info
from resolvers.fields import mutation, shown
from resolvers.jobs.types import Job
from resolvers.principal import Scope
from resolvers.rulesets.inputs import RulesetPatch
from resolvers.rulesets.types import Ruleset
from resolvers.scalars import JSON
from resolvers.types.payloads import UserError


@strawberry.input(description="A draft to begin.")
class CreateRulesetDraftInput:
    based_on: int | None = strawberry.field(
        default=None, description="The version to begin as. Left out: the default of the software."
    )
    name: str | None = strawberry.field(default=None, description="Its name. Left out: that of the version.")


@strawberry.input(description="A draft to change.")
class UpdateRulesetDraftInput:
    version: int = strawberry.field(description="The draft.")
    patch: RulesetPatch = strawberry.field(description="The change.")


@strawberry.input(description="A draft to delete.")
class DeleteRulesetDraftInput:
    version: int = strawberry.field(description="The draft.")


@strawberry.input(description="A ruleset of another graph.")
class ImportRulesetInput:
    ruleset: JSON = strawberry.field(description="What exportRuleset gave.")
    name: str | None = strawberry.field(default=None, description="Its name. Left out: the one that it has.")


@strawberry.input(description="What to learn a ruleset from.")
class TrainRulesetInput:
    based_on: int | None = strawberry.field(
        default=None, description="The version to begin with. Left out: the one that counts."
    )
    name: str | None = strawberry.field(default=None, description="The name of the draft that it makes.")
    sample_size: int | None = strawberry.field(
        default=None,
        description=f"Records to learn from at most, up to {MOST:,}, which is the default. Of more, the "
        "records of a sample of the individuals, always the same one.",
    )


@strawberry.input(description="A ruleset to try.")
class PreviewRulesetInput:
    version: int = strawberry.field(description="The version.")
    sample_size: int | None = strawberry.field(
        default=None,
        description=f"Records to look at, at most, up to {MOST:,}; {preview_job.SAMPLE:,} if left out. Of "
        "more, the records of a sample of the individuals, always the same one.",
    )


@strawberry.input(description="A ruleset that is to count.")
class ActivateRulesetInput:
    version: int = strawberry.field(description="A draft, or a version that counted once.")


@strawberry.type(description="A version of the ruleset.")
class RulesetPayload:
    ruleset: Ruleset | None = shown(Scope.STEWARD, "The version; null if the input is wrong.")
    user_errors: list[UserError] = shown(Scope.STEWARD, "What is wrong in the input.")


@strawberry.type(description="The draft that was deleted.")
class DeleteRulesetDraftPayload:
    deleted_version: int | None = shown(Scope.STEWARD, "Its number; null if it could not be deleted.")
    user_errors: list[UserError] = shown(Scope.STEWARD, "What is wrong in the input.")


@strawberry.type(description="A job about a ruleset.")
class RulesetJobPayload:
    job: Job | None = shown(Scope.STEWARD, "The job, watched by `job(id:)`; null if the input is wrong.")
    user_errors: list[UserError] = shown(Scope.STEWARD, "What is wrong in the input.")


@strawberry.type
class RulesetMutation:
    """What can be done with rulesets."""

    @mutation(Scope.STEWARD, "Begin a draft as an existing version.")
    async def create_ruleset_draft(
        self,
        info: Info,
        input: Annotated[CreateRulesetDraftInput, strawberry.argument(description="What to begin as.")],
    ) -> RulesetPayload:
        info.context.require(Scope.STEWARD)
        services = info.context.services
        try:
            draft = await store.create_draft(
                services.graph,
                based_on=input.based_on,
                name=input.name,
                actor=info.context.principal.id,
                now=services.clock(),
            )
        except BadInput as error:
            return _wrong(error)
        return RulesetPayload(ruleset=Ruleset.of(draft), user_errors=[])

    @mutation(Scope.STEWARD, "Change a draft. If anything is wrong, nothing is changed.")
    async def update_ruleset_draft(
        self,
        info: Info,
        input: Annotated[UpdateRulesetDraftInput, strawberry.argument(description="The change.")],
    ) -> RulesetPayload:
        info.context.require(Scope.STEWARD)
        services = info.context.services
        note = input.patch.note if isinstance(input.patch.note, str) else None
        try:
            draft = await store.update_draft(
                services.graph, input.version, input.patch.apply, note=note, now=services.clock()
            )
        except ValidationError as error:
            return RulesetPayload(ruleset=None, user_errors=_in_patch(of_form(error)))
        except InvalidRuleset as error:
            return RulesetPayload(ruleset=None, user_errors=_in_patch(error.problems))
        except BadInput as error:
            return _wrong(error, "version")
        return RulesetPayload(ruleset=Ruleset.of(draft), user_errors=[])

    @mutation(Scope.STEWARD, "Delete a draft. Its number is not used again.")
    async def delete_ruleset_draft(
        self,
        info: Info,
        input: Annotated[DeleteRulesetDraftInput, strawberry.argument(description="The draft.")],
    ) -> DeleteRulesetDraftPayload:
        info.context.require(Scope.STEWARD)
        services = info.context.services
        try:
            await store.delete_draft(services.graph, input.version, now=services.clock())
        except BadInput as error:
            return DeleteRulesetDraftPayload(
                deleted_version=None, user_errors=[UserError.of_input(error, "version")]
            )
        return DeleteRulesetDraftPayload(deleted_version=input.version, user_errors=[])

    @mutation(Scope.STEWARD, "Take over a ruleset of another graph, as a new draft.")
    async def import_ruleset(
        self,
        info: Info,
        input: Annotated[ImportRulesetInput, strawberry.argument(description="The ruleset.")],
    ) -> RulesetPayload:
        info.context.require(Scope.STEWARD)
        services = info.context.services
        try:
            ruleset, trained_on, note = stored.imported(input.ruleset)
            if input.name is not None:
                ruleset = ruleset.model_copy(update={"name": store.check_name(input.name)})
            draft = await store.add_draft(
                services.graph,
                ruleset,
                based_on=None,
                trained_on=trained_on,
                note=note,
                actor=info.context.principal.id,
                now=services.clock(),
            )
        except BadInput as error:
            return _wrong(error, "ruleset")
        return RulesetPayload(ruleset=Ruleset.of(draft), user_errors=[])

    @mutation(
        Scope.STEWARD,
        "Learn weights, frequencies and kinds of key from the graph's own records, without labels, into a "
        "new draft. A job.",
    )
    async def train_ruleset(
        self,
        info: Info,
        input: Annotated[TrainRulesetInput, strawberry.argument(description="What to learn from.")],
    ) -> RulesetJobPayload:
        info.context.require(Scope.STEWARD)
        try:
            base = await _version(info, input.based_on)
            name = None if input.name is None else store.check_name(input.name)
            size = _sample(input.sample_size, MOST)
        except BadInput as error:
            return RulesetJobPayload(job=None, user_errors=[UserError.of_input(error)])
        request = training_job.Request(base, name, size)
        return await _submitted(info, jobs.JobKind.TRAIN_RULESET, request.as_input())

    @mutation(
        Scope.STEWARD,
        "Find out what a version would change: how many individuals it would merge and split, with samples. "
        "A job, which changes nothing.",
    )
    async def preview_ruleset(
        self,
        info: Info,
        input: Annotated[PreviewRulesetInput, strawberry.argument(description="What to try.")],
    ) -> RulesetJobPayload:
        info.context.require(Scope.STEWARD)
        try:
            version = await _version(info, input.version)
            size = _sample(input.sample_size, preview_job.SAMPLE)
        except BadInput as error:
            return RulesetJobPayload(job=None, user_errors=[UserError.of_input(error)])
        request = preview_job.Request(version, size)
        return await _submitted(info, jobs.JobKind.PREVIEW_RULESET, request.as_input())

    @mutation(
        Scope.ADMIN,
        "Let a version count: everything is resolved anew beside what counts now, then cut over, person by "
        "person; ids stay. A job, which goes on after a crash and can be aborted until it cuts over.",
    )
    async def activate_ruleset(
        self,
        info: Info,
        input: Annotated[ActivateRulesetInput, strawberry.argument(description="The version.")],
    ) -> RulesetJobPayload:
        info.context.require(Scope.ADMIN)
        services = info.context.services
        id_, now = new_id("job"), services.clock()

        async def work(transaction: Transaction) -> jobs.Job:
            await phases.check_startable(transaction, input.version, time=times.to_text(now))
            return await job_store.create(
                transaction,
                jobs.JobKind.ACTIVATE_RULESET,
                {"version": input.version},
                id_=id_,
                actor=info.context.principal.id,
                now=now,
            )

        try:
            job = await services.graph.write(work)
        except BadInput as error:
            return RulesetJobPayload(job=None, user_errors=[UserError.of_input(error, "version")])
        services.jobs_changed()
        return RulesetJobPayload(job=Job.of(job, now), user_errors=[])


async def _submitted(info: Info, kind: jobs.JobKind, input_: dict[str, object]) -> RulesetJobPayload:
    services = info.context.services
    now = services.clock()
    job = await job_store.submit(services.graph, kind, input_, actor=info.context.principal.id, now=now)
    services.jobs_changed()
    return RulesetJobPayload(job=Job.of(job, now), user_errors=[])


async def _version(info: Info, version: int | None) -> int:
    """The number of a version that exists. Raises BadInput."""
    found = await store.find(info.context.services.graph, version)
    if found is None:
        raise BadInput(f"There is no ruleset of version {version}.", code="NOT_FOUND")
    return found.version


def _sample(size: int | None, default: int) -> int:
    if size is None:
        return default
    if not 1 <= size <= MOST:
        raise BadInput(f"A sample has 1 to {MOST:,} records.", code="INVALID_SAMPLE_SIZE")
    return size


def _in_patch(problems: list[Problem] | tuple[Problem, ...]) -> list[UserError]:
    """The problems of a draft, with the paths of the patch that would mend them."""
    return [
        UserError.of(Problem(problem.code, problem.message, ("patch", *_renamed(problem.path))))
        for problem in problems
    ]


def _renamed(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    if not path:
        return path
    head, *rest = path
    if head in ("link", "review", "floor", "clip", "support"):
        return ("thresholds", head)
    return ("matchRules" if head == "rules" else head, *rest)


def _wrong(error: BadInput, *path: str) -> RulesetPayload:
    return RulesetPayload(ruleset=None, user_errors=[UserError.of_input(error, *path)])
