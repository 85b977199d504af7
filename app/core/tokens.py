"""Access tokens: ES256 JWTs of ten minutes, signed and verified here and nowhere else."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError as JoseExpiredTokenError
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, GuestProtocol

from app.core.clock import Clock
from app.core.errors import UnauthenticatedError

ALGORITHM = "ES256"
TOKEN_TYPE = "at+jwt"  # noqa: S105 - RFC 9068's media type
LIFETIME_S = 600
SKEW_S = 30
CACHE_SIZE = 20_000
MAX_TOKEN_CHARS = 2_000

_HEADER_FIELDS = {"alg", "kid", "typ"}


class InvalidTokenError(UnauthenticatedError):
    """Not a token of ours, or not for us."""

    code = "invalid_token"
    title = "The access token is not valid"


class ExpiredTokenError(UnauthenticatedError):
    """A token of ours whose ten minutes are over."""

    code = "token_expired"
    title = "The access token has expired"


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a valid access token says. Times are aware UTC, whole seconds."""

    user_id: str
    session_id: str
    token_id: str
    issued_at: datetime
    expires_at: datetime
    auth_time: datetime
    amr: tuple[str, ...]
    scope: str


class AccessTokens:
    """Signs with the first of the given keys (PKCS#8 PEM, P-256) and verifies with all.

    A key's id is its RFC 7638 thumbprint, so rotation is a longer list: the new key first,
    the old one behind it for as long as its tokens live.
    Verified tokens are remembered by SHA-256 until they expire (LRU of 20,000, successes
    only). The cache never replaces the login-session check: a revoked session's token
    still verifies here.
    """

    def __init__(
        self, *, private_pems: Sequence[bytes], issuer: str, audience: str, clock: Clock
    ) -> None:
        keys = [_private_key(pem) for pem in private_pems]
        self._keys = {key.kid or "": key for key in keys}
        self._active = keys[0].kid or ""
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._verified: OrderedDict[bytes, AccessClaims] = OrderedDict()

    def sign(
        self,
        *,
        user_id: str,
        session_id: str,
        token_id: str,
        auth_time: datetime,
        amr: tuple[str, ...],
        scope: str = "app",
    ) -> str:
        """Return a compact JWT that is good for LIFETIME_S seconds from now."""
        issued_at = int(self._clock.now().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": user_id,
            "sid": session_id,
            "jti": token_id,
            "iat": issued_at,
            "exp": issued_at + LIFETIME_S,
            "auth_time": int(auth_time.timestamp()),
            "amr": list(amr),
            "scope": scope,
        }
        header = {"alg": ALGORITHM, "kid": self._active, "typ": TOKEN_TYPE}
        return jwt.encode(header, claims, self._keys[self._active], algorithms=[ALGORITHM])

    def verify(self, token: str) -> AccessClaims:
        """Return the claims of a valid token.

        Raises ExpiredTokenError for one of ours that is too old, InvalidTokenError for
        everything else: the reason is not told, because only an attacker would use it.
        """
        if len(token) > MAX_TOKEN_CHARS:
            raise InvalidTokenError
        key = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        claims = self._verified.get(key)
        if claims is None:
            claims = self._decode(token)
            self._verified[key] = claims
            if len(self._verified) > CACHE_SIZE:
                self._verified.popitem(last=False)
        elif self._clock.now().timestamp() >= claims.expires_at.timestamp() + SKEW_S:
            del self._verified[key]
            raise ExpiredTokenError
        else:
            self._verified.move_to_end(key)
        return claims

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """Return the public keys as a JWK set (RFC 7517), the active one first."""
        return {"keys": [dict(key.as_dict(private=False)) for key in self._keys.values()]}

    def _decode(self, token: str) -> AccessClaims:
        now = int(self._clock.now().timestamp())
        registry = jwt.JWTClaimsRegistry(
            now=now,
            leeway=SKEW_S,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        try:
            decoded = jwt.decode(token, self._pick_key, algorithms=[ALGORITHM])
            registry.validate(decoded.claims)
            return _claims(decoded.claims)
        except JoseExpiredTokenError as error:
            raise ExpiredTokenError from error
        except (JoseError, ValueError, KeyError, TypeError, OverflowError) as error:
            raise InvalidTokenError from error

    def _pick_key(self, token: GuestProtocol) -> ECKey:
        """Choose the key by `kid` from memory; a header with anything else in it is refused.

        That shuts out jku, x5u, jwk and crit: nothing is ever fetched or taken from a token.
        """
        header = token.headers()
        if set(header) != _HEADER_FIELDS or header["typ"] != TOKEN_TYPE:
            raise InvalidTokenError
        kid = header["kid"]
        if not isinstance(kid, str) or kid not in self._keys:
            raise InvalidTokenError
        return self._keys[kid]


def _claims(raw: dict[str, Any]) -> AccessClaims:
    amr = raw["amr"]
    texts = [raw["sub"], raw["sid"], raw["jti"], raw["scope"], *amr]
    if not isinstance(amr, list) or not all(isinstance(text, str) for text in texts):
        raise TypeError("a claim is not text")
    return AccessClaims(
        user_id=raw["sub"],
        session_id=raw["sid"],
        token_id=raw["jti"],
        issued_at=datetime.fromtimestamp(int(raw["iat"]), UTC),
        expires_at=datetime.fromtimestamp(int(raw["exp"]), UTC),
        auth_time=datetime.fromtimestamp(int(raw["auth_time"]), UTC),
        amr=tuple(amr),
        scope=raw["scope"],
    )


def _private_key(pem: bytes) -> ECKey:
    """Return a signing key named by its thumbprint. Raises ValueError unless it is P-256."""
    bare = ECKey.import_key(pem)
    if bare.curve_name != "P-256":
        raise ValueError("ES256 needs a P-256 key")
    return ECKey.import_key(pem, {"kid": bare.thumbprint(), "use": "sig", "alg": ALGORITHM})
