"""/v1/admin: staff and mistakes; each change is a step-up, a reason and an audit row."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from app.api.deps import CallerDep, ServicesDep, StepUpDep
from app.api.errors import declared
from app.api.fields import Email, Input, ObjectId, Reason
from app.api.policy import policy
from app.api.v1.transfers import MovementId, MovementOut
from app.domains.identity.errors import (
    LastAdminError,
    OwnAccountError,
    StepUpRequiredError,
    UserNotFoundError,
)
from app.domains.identity.types import RateClass, Role, StaffUserView
from app.domains.ledger.errors import (
    InsufficientFundsError,
    JournalNotFoundError,
    JournalStateError,
)

router = APIRouter(prefix="/v1/admin", tags=["admin"])


class StaffUser(BaseModel):
    """A person as an admin sees her."""

    id: str
    email_hint: str
    roles: list[str]
    totp_enabled: bool
    created_at: datetime

    @classmethod
    def of(cls, user: StaffUserView) -> "StaffUser":
        """Return the answer for a person."""
        return cls(
            id=user.user_id,
            email_hint=user.email_hint,
            roles=[role.value for role in sorted(user.roles)],
            totp_enabled=user.totp_enabled,
            created_at=user.created_at,
        )


class StaffUsers(BaseModel):
    """Everybody with a staff role."""

    users: list[StaffUser]


class FindRequest(Input):
    """The address of the person looked for; a body keeps it out of logs."""

    email: Email


class RolesRequest(Input):
    """All staff roles the person is to have from now on, and why."""

    roles: list[Annotated[Role, Field(strict=False)]] = Field(
        max_length=len(Role), examples=[["kyc_reviewer"]]
    )
    reason: Reason = Field(examples=["joins the onboarding team"])


@router.get("/users", responses=declared())
@policy("staff", roles=(Role.ADMIN,))
# The caller is only asked for: the dependency checks the role.
async def list_staff(caller: CallerDep, services: ServicesDep) -> StaffUsers:  # noqa: ARG001
    """Return everybody with a staff role."""
    found = await services.identity.staff.list_staff()
    return StaffUsers(users=[StaffUser.of(user) for user in found])


@router.post("/users/find", responses=declared(UserNotFoundError))
@policy("staff", roles=(Role.ADMIN,))
async def find_user(
    body: FindRequest,
    caller: CallerDep,  # noqa: ARG001 - the dependency is the check
    services: ServicesDep,
) -> StaffUser:
    """Find a person by the full address."""
    return StaffUser.of(await services.identity.staff.find(email=body.email))


@router.post(
    "/users/{user_id}/roles",
    responses=declared(UserNotFoundError, OwnAccountError, StepUpRequiredError, LastAdminError),
)
@policy("staff", roles=(Role.ADMIN,), rate=RateClass.WRITE)
async def set_roles(
    user_id: Annotated[ObjectId, Path()],
    body: RolesRequest,
    caller: CallerDep,
    services: ServicesDep,
    grant: StepUpDep,
) -> StaffUser:
    """Set a person's staff roles; she is signed out everywhere.

    Needs a step-up for `role_change` with `user_id` and `roles` (the answer's list, sorted,
    joined by commas, `user` included).
    """
    changed = await services.identity.staff.change_roles(
        caller, user_id=user_id, roles=frozenset(body.roles), reason=body.reason, grant=grant
    )
    return StaffUser.of(changed)


class ReversalRequest(Input):
    """Why a movement is undone; its parties read it."""

    reason: Reason = Field(examples=["booked twice by the bank"])


@router.post(
    "/movements/{movement_id}/reversal",
    status_code=201,
    responses=declared(
        JournalNotFoundError,
        JournalStateError,
        OwnAccountError,
        StepUpRequiredError,
        InsufficientFundsError,
    ),
)
@policy("staff", roles=(Role.ADMIN,), rate=RateClass.MONEY)
async def reverse_movement(
    movement_id: MovementId,
    body: ReversalRequest,
    caller: CallerDep,
    services: ServicesDep,
    grant: StepUpDep,
) -> MovementOut:
    """Book the opposite of a posted movement: entries are never edited.

    Reversing twice reverses once. Needs a step-up for `reversal` with `movement_id`.
    """
    done = await services.ledger.reversals.reverse(
        caller, movement_id, why=body.reason, grant=grant
    )
    return MovementOut.of(done)
