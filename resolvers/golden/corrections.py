"""A steward corrects an individual, and takes a correction back."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from graph_model.errors import BadInput
from graph_model.identity.corrections.actions import Correcting
from graph_model.identity.corrections.model import Corrected
from resolvers.context import Info
from resolvers.enums import Gender
from resolvers.fields import mutation, resolved, shown
from resolvers.planning.answer import plan_here
from resolvers.planning.objects import build_object
from resolvers.principal import Scope
from resolvers.scalars import Date
from resolvers.types.individual import Individual
from resolvers.types.payloads import UserError

_LEFT = strawberry.UNSET


@strawberry.input(description="An address as a steward has it. It replaces the whole address.")
class CorrectedAddressInput:
    street: str | None = strawberry.field(default=_LEFT, description="Street and house number.")
    house_number: str | None = strawberry.field(default=_LEFT, description="House number, if kept apart.")
    address_line2: str | None = strawberry.field(
        default=_LEFT, description="What stands beside the street: building, unit, care of."
    )
    locality: str | None = strawberry.field(default=_LEFT, description="District or place within the city.")
    city: str | None = strawberry.field(default=_LEFT, description="City.")
    postal_code: str | None = strawberry.field(default=_LEFT, description="Postal code.")
    state: str | None = strawberry.field(default=_LEFT, description="State, province or county.")
    country: str | None = strawberry.field(default=_LEFT, description="Country, ISO 3166-1 alpha-2.")
    latitude: float | None = strawberry.field(default=_LEFT, description="Latitude in degrees, WGS 84.")
    longitude: float | None = strawberry.field(default=_LEFT, description="Longitude in degrees, WGS 84.")


@strawberry.input(
    description="What is to be corrected. A field that is left out stays as the records have it; null says "
    "that there is no value."
)
class CorrectedFieldsInput:
    salutation: str | None = strawberry.field(default=_LEFT, description="Form of address.")
    first_name: str | None = strawberry.field(default=_LEFT, description="Given name.")
    middle_name: str | None = strawberry.field(default=_LEFT, description="Middle name.")
    last_name: str | None = strawberry.field(default=_LEFT, description="Family name.")
    suffix: str | None = strawberry.field(
        default=_LEFT, description="What follows the name, such as Jr or III."
    )
    birth_date: Date | None = strawberry.field(default=_LEFT, description="Date of birth.")
    birth_place: str | None = strawberry.field(default=_LEFT, description="Place of birth.")
    gender: Gender | None = strawberry.field(default=_LEFT, description="Gender.")
    organization_name: str | None = strawberry.field(
        default=_LEFT, description="Name of the organisation, if it is one."
    )
    address: CorrectedAddressInput | None = strawberry.field(
        default=_LEFT, description="The address, as a whole."
    )
    emails: list[str] | None = strawberry.field(
        default=_LEFT, description="All e-mail addresses that are shown, the best first."
    )
    phones: list[str] | None = strawberry.field(
        default=_LEFT, description="All phone numbers that are shown, the best first."
    )


@strawberry.input(description="A correction of an individual.")
class CorrectIndividualInput:
    id: strawberry.ID = strawberry.field(description="The individual's id.")
    fields: CorrectedFieldsInput = strawberry.field(description="What is to be corrected.")
    reason: str = strawberry.field(description="Why, for whoever looks at it later.")


@strawberry.input(description="A correction that is to be taken back.")
class WithdrawCorrectionInput:
    id: strawberry.ID = strawberry.field(description="The correction's id, which begins with `cor_`.")
    reason: str = strawberry.field(description="Why, for whoever looks at it later.")


@strawberry.type(description="The corrected individual.")
class CorrectionPayload:
    correction_id: strawberry.ID | None = shown(
        Scope.STEWARD, "The correction's id, by which it is taken back; null if the input is wrong."
    )
    user_errors: list[UserError] = shown(
        Scope.STEWARD, "What is wrong in the input; nothing was stored then."
    )
    individual_id: strawberry.Private[str | None]

    @resolved(Scope.PROFILE_READ, "The individual as it is now; null if the input is wrong.")
    async def individual(self, info: Info) -> Individual | None:
        info.context.require(Scope.PROFILE_READ)
        if self.individual_id is None:
            return None
        services = info.context.services
        plan = plan_here(info)
        row = await services.together.lane(plan.shape).by_id(self.individual_id)
        found: Individual | None = build_object(plan, row, services.clock()) if row else None
        return found


def _payload(corrected: Corrected) -> CorrectionPayload:
    return CorrectionPayload(
        correction_id=strawberry.ID(corrected.correction) if corrected.correction else None,
        user_errors=[UserError.of(problem) for problem in corrected.problems],
        individual_id=corrected.individual_id,
    )


def _refused(error: BadInput) -> CorrectionPayload:
    return CorrectionPayload(correction_id=None, user_errors=[UserError.of_input(error)], individual_id=None)


def _named(given: object) -> dict[str, Any]:
    """The fields that the client named, by the schema's names."""
    return {
        to_camel_case(name): _plain(value)
        for name, value in vars(given).items()
        if value is not strawberry.UNSET
    }


def _plain(value: Any) -> Any:
    if isinstance(value, CorrectedAddressInput):
        return _named(value)
    return value.value if isinstance(value, Enum) else value


@strawberry.type
class CorrectionMutation:
    """The mutations about corrections."""

    @mutation(
        Scope.STEWARD,
        "Let an individual show what a steward says, whatever its records say. The correction is a record of "
        "its own, of the source `steward`; it goes before every reconciliation rule until it is withdrawn, "
        "and takes no part in matching. Of several corrections of one field the newest counts.",
    )
    async def correct_individual(
        self,
        info: Info,
        input: Annotated[CorrectIndividualInput, strawberry.argument(description="The correction.")],
    ) -> CorrectionPayload:
        info.context.require(Scope.STEWARD)
        try:
            return _payload(await _correcting(info).correct(input.id, _named(input.fields), input.reason))
        except BadInput as error:
            return _refused(error)

    @mutation(Scope.STEWARD, "Take a correction back: the individual shows what its records say again.")
    async def withdraw_correction(
        self,
        info: Info,
        input: Annotated[WithdrawCorrectionInput, strawberry.argument(description="The correction.")],
    ) -> CorrectionPayload:
        info.context.require(Scope.STEWARD)
        try:
            return _payload(await _correcting(info).withdraw(input.id, input.reason))
        except BadInput as error:
            return _refused(error)


def _correcting(info: Info) -> Correcting:
    services = info.context.services
    return Correcting(
        services.graph,
        services.ingestion,
        info.context.principal.id,
        services.clock(),
        services.default_country,
    )
