"""/v1/auth: sign-up, confirmation of the address, forgotten passwords."""

import asyncio
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.api.deps import ClientDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Email, Input, Locale, Password, PersonName, Token
from app.api.policy import policy
from app.core.clock import Clock
from app.domains.identity.errors import LinkInvalidError, WeakPasswordError

router = APIRouter(prefix="/v1/auth", tags=["auth"])


class RegisterRequest(Input):
    """A new person. The password has at least 15 characters; a few words make a good one."""

    email: Email
    password: Password
    name: PersonName = Field(examples=["Ada Lovelace"])
    locale: Locale = "en"


class EmailRequest(Input):
    """An address that may or may not be known."""

    email: Email


class TokenRequest(Input):
    """The secret of a mailed link."""

    token: Token


class ResetRequest(Input):
    """A new password, with the secret of the mailed link."""

    token: Token
    password: Password


class CheckMail(BaseModel):
    """The same answer whether the address is known or not."""

    status: Literal["check_mail"]


class Done(BaseModel):
    """It is done."""

    status: Literal["done"]


CHECK_MAIL = CheckMail(status="check_mail")
DONE = Done(status="done")


# Whether an address is known must not show in the time either: these two answer together
# with the clock, not with the database (register hashes a password both ways instead).
ANSWER_AFTER_S = 0.15


async def _until(clock: Clock, at: float) -> None:
    await asyncio.sleep(max(0.0, at - clock.monotonic()))


@router.post("/register", status_code=202, responses=declared(WeakPasswordError))
@policy("public")
async def register(body: RegisterRequest, services: ServicesDep, client: ClientDep) -> CheckMail:
    """Sign up: a confirmation letter is sent; a known address gets another letter instead."""
    await services.identity.sign_up.register(
        email=body.email, password=body.password, name=body.name, locale=body.locale, client=client
    )
    return CHECK_MAIL


@router.post("/verify-email", responses=declared(LinkInvalidError))
@policy("public")
async def verify_email(body: TokenRequest, services: ServicesDep) -> Done:
    """Confirm the address with the secret of the letter; from then on log-in works."""
    await services.identity.sign_up.verify_email(token=body.token)
    return DONE


@router.post("/resend", status_code=202, responses=declared())
@policy("public")
async def resend_verification(
    body: EmailRequest, services: ServicesDep, client: ClientDep
) -> CheckMail:
    """Send the confirmation letter again; the link before it stops working."""
    at = services.clock.monotonic() + ANSWER_AFTER_S
    await services.identity.sign_up.resend(email=body.email, client=client)
    await _until(services.clock, at)
    return CHECK_MAIL


@router.post("/password/forgot", status_code=202, responses=declared())
@policy("public")
async def forgot_password(
    body: EmailRequest, services: ServicesDep, client: ClientDep
) -> CheckMail:
    """Send a letter with a link for a new password."""
    at = services.clock.monotonic() + ANSWER_AFTER_S
    await services.identity.sign_up.forgot_password(email=body.email, client=client)
    await _until(services.clock, at)
    return CHECK_MAIL


@router.post("/password/reset", responses=declared(LinkInvalidError, WeakPasswordError))
@policy("public")
async def reset_password(body: ResetRequest, services: ServicesDep) -> Done:
    """Set a new password: every device is signed out, a lockout ends, two-step stays on."""
    await services.identity.sign_up.reset_password(token=body.token, password=body.password)
    return DONE
