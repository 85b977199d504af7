"""What a route may ask for: the caller, the services, where the call comes from, its key."""

import ipaddress
from typing import Annotated

from fastapi import Depends, Header, Request

from app.api.policy import Audience, policy_of
from app.core.errors import FinNamiError, ForbiddenError, UnauthenticatedError
from app.domains.identity.types import Caller, Client, RateClass
from app.services import AppServices

MAX_KEY_LENGTH = 255


class IdempotencyKeyError(FinNamiError):
    """A call that moves money came without a usable Idempotency-Key."""

    status = 400
    code = "idempotency_key_required"
    title = "Send an Idempotency-Key header of 1 to 255 printable characters"


class WrongRoleError(ForbiddenError):
    """The caller is known, but this is somebody else's work."""

    code = "wrong_role"
    title = "Your role does not include this"


async def get_services(request: Request) -> AppServices:
    """Return the composed services of this process."""
    services: AppServices = request.app.state.services
    return services


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UnauthenticatedError("send an access token as Authorization: Bearer")
    return token


async def get_caller(request: Request) -> Caller:
    """Return who is calling: token, login session and rate limit in one gate call.

    Raises UnauthenticatedError, RateLimitedError, WrongRoleError, UnavailableError.
    """
    rule = policy_of(request.scope["route"].endpoint)
    services: AppServices = request.app.state.services
    caller = await services.identity.authenticate(
        _bearer(request), rate=rule.rate if rule else RateClass.READ
    )
    if rule is None or (rule.audience is Audience.STAFF and not caller.has_any(rule.roles)):
        raise WrongRoleError
    return caller


async def get_client(request: Request) -> Client:
    """Return where a call comes from; only trusted proxies may speak for another address."""
    services: AppServices = request.app.state.services
    address = request.client.host if request.client else "0.0.0.0"  # noqa: S104 - not a bind
    trusted = services.settings.trusted_proxies
    forwarded = request.headers.get("x-forwarded-for", "")
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if address not in trusted:
            break
        address = hop
    try:
        address = str(ipaddress.ip_address(address))
    except ValueError:
        address = "0.0.0.0"  # noqa: S104 - an unreadable hop is nobody's address
    return Client(
        address=address,
        user_agent=request.headers.get("user-agent", "")[:300],
        device_cookie=request.cookies.get("__Host-fn_device"),
    )


async def get_idempotency_key(
    idempotency_key: Annotated[
        str | None,
        Header(description="Your own unique name for this call; repeat it to retry safely"),
    ] = None,
) -> str:
    """Return the caller's key. Raises IdempotencyKeyError."""
    key = idempotency_key or ""
    if not 0 < len(key) <= MAX_KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise IdempotencyKeyError
    return key


async def get_step_up(
    x_step_up_grant: Annotated[
        str | None, Header(description="A grant from POST /v1/me/step-up", max_length=200)
    ] = None,
) -> str | None:
    """Return the step-up grant that came along, if any."""
    return x_step_up_grant


ServicesDep = Annotated[AppServices, Depends(get_services)]
CallerDep = Annotated[Caller, Depends(get_caller)]
ClientDep = Annotated[Client, Depends(get_client)]
IdempotencyKeyDep = Annotated[str, Depends(get_idempotency_key)]
StepUpDep = Annotated[str | None, Depends(get_step_up)]
