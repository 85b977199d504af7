"""/v1/me: the signed-in person, her devices, her second factor, and step-up."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field, StringConstraints

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Code, Input, ObjectId, Password
from app.api.policy import policy
from app.api.v1.sign_up import DONE, Done
from app.domains.identity.errors import (
    BadCredentialsError,
    EnrolmentMissingError,
    LoginSessionNotFoundError,
    SecondFactorNeededError,
    SecondFactorOnError,
    TooManyAttemptsError,
    WeakPasswordError,
    WrongCodeError,
)
from app.domains.identity.types import LoginSessionView, RateClass, StepUpAction, UserView

router = APIRouter(prefix="/v1/me", tags=["me"])


class Me(BaseModel):
    """The signed-in person."""

    id: str
    email: str
    name: str
    locale: str
    roles: list[str]
    totp_enabled: bool
    recovery_codes_left: int
    created_at: datetime

    @classmethod
    def of(cls, user: UserView) -> "Me":
        """Return the answer for a user."""
        return cls(
            id=user.user_id,
            email=user.email,
            name=user.name,
            locale=user.locale,
            roles=[role.value for role in sorted(user.roles)],
            totp_enabled=user.totp_enabled,
            recovery_codes_left=user.recovery_codes_left,
            created_at=user.created_at,
        )


class Enrolment(BaseModel):
    """A TOTP secret waiting for its first code; show the QR code or the secret."""

    secret: str
    uri: str
    qr_svg: str = Field(description="a complete SVG document")


class CodeRequest(Input):
    """A fresh code of the authenticator app."""

    code: Code


class RecoveryCodes(BaseModel):
    """Ten codes, each good for one log-in. They are shown this once."""

    recovery_codes: list[str]


class DisableRequest(Input):
    """Switching two-step verification off takes the password and a fresh code."""

    password: Password
    code: Code


class PasswordRequest(Input):
    """A new password; `code` is needed when two-step verification is on."""

    present: Password
    password: Password
    code: Code | None = None


class Device(BaseModel):
    """One signed-in device."""

    id: str
    device: str
    network: str
    current: bool
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, session: LoginSessionView, current: str) -> "Device":
        """Return the answer for a login session."""
        return cls(
            id=session.session_id,
            device=session.device,
            network=session.address_prefix,
            current=session.session_id == current,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            expires_at=session.expires_at,
        )


class Devices(BaseModel):
    """All signed-in devices, newest first."""

    sessions: list[Device]


ParamName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
ParamValue = Annotated[str, StringConstraints(max_length=200)]


class StepUpRequest(Input):
    """What the grant is for: one action with exactly these parameters, as text."""

    action: Annotated[StepUpAction, Field(strict=False)]
    params: dict[ParamName, ParamValue] = Field(
        max_length=12, examples=[{"amount_minor": "12000", "currency": "EUR", "payee": "p1"}]
    )
    code: Code


class Grant(BaseModel):
    """Send it as `X-Step-Up-Grant` with the call it is for."""

    grant: str
    expires_in: int = Field(description="seconds")


@router.get("", responses=declared())
@policy("user")
async def get_me(caller: CallerDep, services: ServicesDep) -> Me:
    """Return the signed-in person."""
    return Me.of(await services.identity.get_user_view(caller.user_id))


@router.post(
    "/password", responses=declared(BadCredentialsError, WeakPasswordError, WrongCodeError)
)
@policy("user", rate=RateClass.WRITE)
async def change_password(body: PasswordRequest, caller: CallerDep, services: ServicesDep) -> Done:
    """Set a new password; all other devices are signed out."""
    await services.identity.change_password(
        caller, present=body.present, password=body.password, code=body.code
    )
    return DONE


@router.post("/totp/begin", responses=declared(SecondFactorOnError))
@policy("user", rate=RateClass.WRITE)
async def begin_totp(caller: CallerDep, services: ServicesDep) -> Enrolment:
    """Start two-step verification: returns the secret and its QR code, good for 15 minutes."""
    enrolment = await services.identity.begin_totp(caller.user_id)
    return Enrolment(secret=enrolment.secret, uri=enrolment.uri, qr_svg=enrolment.qr_svg)


@router.post(
    "/totp/confirm",
    responses=declared(
        WrongCodeError, EnrolmentMissingError, SecondFactorOnError, TooManyAttemptsError
    ),
)
@policy("user", rate=RateClass.WRITE)
async def confirm_totp(
    body: CodeRequest, caller: CallerDep, services: ServicesDep
) -> RecoveryCodes:
    """Switch two-step verification on with its first code; returns the recovery codes."""
    codes = await services.identity.confirm_totp(caller, code=body.code)
    return RecoveryCodes(recovery_codes=codes)


@router.post(
    "/totp/disable",
    responses=declared(
        BadCredentialsError, WrongCodeError, SecondFactorNeededError, TooManyAttemptsError
    ),
)
@policy("user", rate=RateClass.WRITE)
async def disable_totp(body: DisableRequest, caller: CallerDep, services: ServicesDep) -> Done:
    """Switch two-step verification off; money cannot be moved without it."""
    await services.identity.disable_totp(caller.user_id, password=body.password, code=body.code)
    return DONE


@router.post(
    "/recovery-codes",
    responses=declared(WrongCodeError, SecondFactorNeededError, TooManyAttemptsError),
)
@policy("user", rate=RateClass.WRITE)
async def renew_recovery_codes(
    body: CodeRequest, caller: CallerDep, services: ServicesDep
) -> RecoveryCodes:
    """Replace all recovery codes."""
    codes = await services.identity.renew_recovery_codes(caller.user_id, code=body.code)
    return RecoveryCodes(recovery_codes=codes)


@router.get("/sessions", responses=declared())
@policy("user")
async def list_sessions(caller: CallerDep, services: ServicesDep) -> Devices:
    """Return all signed-in devices."""
    found = await services.identity.sign_out.devices(caller.user_id)
    return Devices(sessions=[Device.of(session, caller.session_id) for session in found])


@router.delete("/sessions", status_code=204, responses=declared())
@policy("user", rate=RateClass.WRITE)
async def end_other_sessions(caller: CallerDep, services: ServicesDep) -> None:
    """Sign out every other device; they are out within a second."""
    await services.identity.sign_out.end_others(caller.user_id, keep=caller.session_id)


@router.delete(
    "/sessions/{session_id}", status_code=204, responses=declared(LoginSessionNotFoundError)
)
@policy("user", rate=RateClass.WRITE)
async def end_session(
    session_id: Annotated[ObjectId, Path()], caller: CallerDep, services: ServicesDep
) -> None:
    """Sign one device out; repeating it changes nothing."""
    await services.identity.sign_out.end(caller.user_id, session_id, why="revoked")


@router.post(
    "/step-up", responses=declared(WrongCodeError, SecondFactorNeededError, TooManyAttemptsError)
)
@policy("user", rate=RateClass.WRITE)
async def step_up(body: StepUpRequest, caller: CallerDep, services: ServicesDep) -> Grant:
    """Trade a fresh code for a grant: one action, exactly these parameters, once, 5 minutes."""
    granted = await services.identity.grant_step_up(
        caller, action=body.action, params=body.params, code=body.code
    )
    return Grant(grant=granted.grant, expires_in=granted.expires_in_s)
