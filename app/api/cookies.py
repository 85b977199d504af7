"""The cookies of signing in, and the proof that a cookie call comes from our own pages."""

from fastapi import Request, Response

from app.domains.identity.errors import CrossSiteError
from app.domains.identity.types import SignedIn, TokenPair, Transport

REFRESH = "__Host-fn_refresh"
DEVICE = "__Host-fn_device"
TRUST = "__Host-fn_trust"
DEVICE_LIFE_S = 400 * 24 * 3600
TRUST_LIFE_S = 30 * 24 * 3600


def require_same_site(request: Request, public_url: str) -> None:
    """Refuse a cookie call from another site. Raises CrossSiteError.

    The header cannot be set by a form, and a script of another site may not send it
    without our consent (CORS), which nobody has; the browser's own word is asked too.
    """
    headers = request.headers
    same = headers.get("sec-fetch-site") == "same-origin"
    own = headers.get("origin") == public_url.rstrip("/")
    if headers.get("x-finnami") != "1" or not (same or own):
        raise CrossSiteError


def set_signed_in(response: Response, signed_in: SignedIn) -> None:
    """Set the cookies of a finished log-in, as far as the client lives on cookies."""
    if signed_in.tokens.transport is not Transport.COOKIE:
        return
    set_refresh(response, signed_in.tokens)
    _set(response, DEVICE, signed_in.device_cookie, DEVICE_LIFE_S)
    if signed_in.trusted_device is not None:
        _set(response, TRUST, signed_in.trusted_device, TRUST_LIFE_S)


def set_refresh(response: Response, tokens: TokenPair) -> None:
    """Set the refresh cookie, for a client that lives on cookies."""
    if tokens.transport is Transport.COOKIE:
        _set(response, REFRESH, tokens.refresh_token, tokens.refresh_expires_in_s)


def clear_refresh(response: Response) -> None:
    """Take the refresh cookie away."""
    _set(response, REFRESH, "", 0)


def _set(response: Response, name: str, value: str, life_s: int) -> None:
    response.set_cookie(
        name, value, max_age=life_s, path="/", secure=True, httponly=True, samesite="strict"
    )
