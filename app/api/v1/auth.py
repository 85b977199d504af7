"""/v1/auth: signing in, refreshing, signing out; and the public keys of access tokens."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from app.api import cookies
from app.api.deps import ClientDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Code, Email, Input, Password, RecoveryCode, Token
from app.api.policy import policy
from app.domains.identity.errors import (
    BadCredentialsError,
    ChallengeOverError,
    CrossSiteError,
    RefreshInvalidError,
    RefreshReusedError,
    TooManyAttemptsError,
    WrongCodeError,
)
from app.domains.identity.types import (
    Client,
    LoginAttempt,
    SecondFactorNeeded,
    SignedIn,
    TokenPair,
    Transport,
)

router = APIRouter(tags=["auth"])

TransportField = Annotated[
    Transport,
    Field(strict=False, description="cookie: browsers; body: apps with a keystore"),
]


class LoginRequest(Input):
    """E-mail and password. `device` and `trusted_device` are for clients without cookies."""

    email: Email
    password: Password
    transport: TransportField = Transport.COOKIE
    device: Token | None = None
    trusted_device: Token | None = None


class TotpRequest(Input):
    """The code of the authenticator app, for a log-in that waits for it."""

    challenge: Token
    code: Code
    trust_device: bool = False
    device: Token | None = None


class RecoveryRequest(Input):
    """A recovery code instead of the app's code; it works once."""

    challenge: Token
    code: RecoveryCode
    device: Token | None = None


class RefreshRequest(Input):
    """The refresh token of a client without cookies; browsers send no body."""

    refresh_token: Token


class Tokens(BaseModel):
    """A log-in. `refresh_token` is null for browsers: theirs is in a cookie."""

    status: Literal["signed_in"]
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="seconds")
    refresh_token: str | None
    refresh_expires_in: int = Field(description="seconds")
    session_id: str
    device: str | None = Field(description="send it with the next log-in from this device")
    trusted_device: str | None

    @classmethod
    def of(cls, tokens: TokenPair, signed_in: SignedIn | None = None) -> "Tokens":
        """Return the answer for a pair of tokens."""
        body = tokens.transport is Transport.BODY
        return cls(
            status="signed_in",
            access_token=tokens.access_token,
            token_type="Bearer",  # noqa: S106 - RFC 6750's word
            expires_in=tokens.expires_in_s,
            refresh_token=tokens.refresh_token if body else None,
            refresh_expires_in=tokens.refresh_expires_in_s,
            session_id=tokens.session_id,
            device=signed_in.device_cookie if signed_in and body else None,
            trusted_device=signed_in.trusted_device if signed_in and body else None,
        )


class SecondFactor(BaseModel):
    """The password was right; continue with `challenge` and a code."""

    status: Literal["second_factor"]
    challenge: str
    expires_in: int = Field(description="seconds")
    methods: list[str]


LoginAnswer = Annotated[Tokens | SecondFactor, Field(discriminator="status")]


def _client(client: Client, device: str | None) -> Client:
    return replace(client, device_cookie=device) if device else client


def _tokens(response: Response, signed_in: SignedIn) -> Tokens:
    cookies.set_signed_in(response, signed_in)
    return Tokens.of(signed_in.tokens, signed_in)


@router.post("/v1/auth/login", responses=declared(BadCredentialsError, TooManyAttemptsError))
@policy("public")
async def login(
    body: LoginRequest,
    request: Request,
    response: Response,
    services: ServicesDep,
    client: ClientDep,
) -> LoginAnswer:
    """Sign in. With two-step verification the answer is a challenge for the code."""
    attempt = LoginAttempt(
        email=body.email,
        password=body.password,
        transport=body.transport,
        trusted_device=body.trusted_device or request.cookies.get(cookies.TRUST),
    )
    answer = await services.identity.sign_in.login(attempt, _client(client, body.device))
    if isinstance(answer, SecondFactorNeeded):
        return SecondFactor(
            status="second_factor",
            challenge=answer.challenge,
            expires_in=answer.expires_in_s,
            methods=list(answer.methods),
        )
    return _tokens(response, answer)


@router.post(
    "/v1/auth/login/totp",
    responses=declared(ChallengeOverError, WrongCodeError, TooManyAttemptsError),
)
@policy("public")
async def login_totp(
    body: TotpRequest, response: Response, services: ServicesDep, client: ClientDep
) -> Tokens:
    """Finish a log-in with the app's code. Five wrong codes end the attempt."""
    signed_in = await services.identity.sign_in.with_totp(
        challenge=body.challenge,
        code=body.code,
        client=_client(client, body.device),
        trust_device=body.trust_device,
    )
    return _tokens(response, signed_in)


@router.post(
    "/v1/auth/login/recovery",
    responses=declared(ChallengeOverError, WrongCodeError, TooManyAttemptsError),
)
@policy("public")
async def login_recovery(
    body: RecoveryRequest, response: Response, services: ServicesDep, client: ClientDep
) -> Tokens:
    """Finish a log-in with a recovery code."""
    signed_in = await services.identity.sign_in.with_recovery_code(
        challenge=body.challenge, code=body.code, client=_client(client, body.device)
    )
    return _tokens(response, signed_in)


@router.post(
    "/v1/auth/refresh", responses=declared(RefreshInvalidError, RefreshReusedError, CrossSiteError)
)
@policy("public")
async def refresh(
    request: Request,
    response: Response,
    services: ServicesDep,
    body: RefreshRequest | None = None,
) -> Tokens:
    """Trade the refresh token for the next pair.

    Browsers send the cookie with `X-FinNami: 1`; a token in the body is for apps. A token
    that was traded more than ten seconds ago ends the login session.
    """
    pair = await services.identity.refresh(_presented(request, services, body))
    cookies.set_refresh(response, pair)
    return Tokens.of(pair)


@router.post("/v1/auth/logout", status_code=204, responses=declared(CrossSiteError))
@policy("public")
async def logout(
    request: Request,
    response: Response,
    services: ServicesDep,
    body: RefreshRequest | None = None,
) -> None:
    """Sign out: the refresh token and, within a second, the access token stop working."""
    await services.identity.logout(_presented(request, services, body))
    cookies.clear_refresh(response)


def _presented(request: Request, services: ServicesDep, body: RefreshRequest | None) -> str:
    """Return the refresh token of the body, else of the cookie. Raises CrossSiteError."""
    if body is not None:
        return body.refresh_token
    cookies.require_same_site(request, services.settings.public_url)
    return request.cookies.get(cookies.REFRESH, "")


@router.get("/.well-known/jwks.json", responses=declared())
@policy("public")
async def jwks(response: Response, services: ServicesDep) -> dict[str, list[dict[str, Any]]]:
    """Return the public keys that verify access tokens (RFC 7517)."""
    response.headers["cache-control"] = "public, max-age=3600"
    return services.identity.jwks()
