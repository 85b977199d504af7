"""Access tokens: what verifies, and the classic forgeries that must not."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from app.core.tokens import (
    CACHE_SIZE,
    LIFETIME_S,
    SKEW_S,
    AccessTokens,
    ExpiredTokenError,
    InvalidTokenError,
)
from tests.fakes.clock import FakeClock


def new_pem() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


PEM = new_pem()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def tokens(clock: FakeClock) -> AccessTokens:
    return build(clock)


def build(clock: FakeClock, *pems: bytes, audience: str = "finnami") -> AccessTokens:
    return AccessTokens(
        private_pems=pems or (PEM,), issuer="http://finnami.test", audience=audience, clock=clock
    )


def sign(tokens: AccessTokens) -> str:
    return tokens.sign(
        user_id="u1",
        session_id="s1",
        token_id="j1",
        auth_time=datetime(2026, 11, 24, 8, 59, tzinfo=UTC),
        amr=("pwd", "otp"),
    )


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    head, body, signature = token.split(".")
    return json.loads(unb64(head)), json.loads(unb64(body)), signature


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class TestVerify:
    def test_own_token_gives_its_claims(self, tokens: AccessTokens, clock: FakeClock) -> None:
        claims = tokens.verify(sign(tokens))

        assert (claims.user_id, claims.session_id, claims.amr) == ("u1", "s1", ("pwd", "otp"))
        assert claims.expires_at - clock.now() == timedelta(seconds=LIFETIME_S)
        assert claims.auth_time == datetime(2026, 11, 24, 8, 59, tzinfo=UTC)

    def test_expired_token_is_refused_with_or_without_cache(
        self, tokens: AccessTokens, clock: FakeClock
    ) -> None:
        cached, fresh = sign(tokens), sign(tokens)
        tokens.verify(cached)
        clock.advance(LIFETIME_S + SKEW_S + 1)

        for token in (cached, fresh):
            with pytest.raises(ExpiredTokenError):
                tokens.verify(token)

    def test_old_key_verifies_while_it_is_listed(self, clock: FakeClock) -> None:
        old = sign(build(clock))
        fresh_pem = new_pem()

        assert build(clock, fresh_pem, PEM).verify(old).user_id == "u1"
        with pytest.raises(InvalidTokenError):
            build(clock, fresh_pem).verify(old)

    def test_cache_is_bounded(self, tokens: AccessTokens, monkeypatch: Any) -> None:
        assert CACHE_SIZE == 20_000
        monkeypatch.setattr("app.core.tokens.CACHE_SIZE", 2)
        for _ in range(5):
            tokens.verify(sign(tokens))

        assert len(tokens._verified) == 2


@pytest.mark.row("IS2")
class TestForgeries:
    def refused(self, tokens: AccessTokens, token: str) -> None:
        with pytest.raises(InvalidTokenError):
            tokens.verify(token)
        assert not tokens._verified, "a refused token must not be remembered"

    def test_alg_none(self, tokens: AccessTokens) -> None:
        header, claims, _ = parts(sign(tokens))
        for name in ("none", "None", "NONE", ""):
            self.refused(tokens, f"{b64({**header, 'alg': name})}.{b64(claims)}.")

    def test_hmac_keyed_with_the_public_key(self, tokens: AccessTokens) -> None:
        header, claims, _ = parts(sign(tokens))
        public = ECKey.import_key(PEM).public_key
        for encoding in (Encoding.PEM, Encoding.DER):
            secret = public.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
            # By hand: the library itself refuses a public key as an HMAC secret.
            body = f"{b64({**header, 'alg': 'HS256'})}.{b64(claims)}"
            mac = hmac.digest(secret, body.encode(), "sha256")
            forged = f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
            self.refused(tokens, forged)

    def test_rsa_signature_under_our_kid(self, tokens: AccessTokens) -> None:
        header, claims, _ = parts(sign(tokens))
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        forged = jwt.encode({**header, "alg": "RS256"}, claims, RSAKey.import_key(pem))
        self.refused(tokens, forged)

    def test_foreign_key_under_our_kid(self, tokens: AccessTokens) -> None:
        header, claims, _ = parts(sign(tokens))
        self.refused(tokens, jwt.encode(header, claims, ECKey.import_key(new_pem())))

    @pytest.mark.parametrize(
        "kid",
        ["", "../../../../dev/null", "' OR 1=1 --", "unknown", 7, None, ["a"], {"$ne": ""}],
    )
    def test_kid_injection(self, tokens: AccessTokens, kid: object) -> None:
        header, claims, signature = parts(sign(tokens))
        self.refused(tokens, f"{b64({**header, 'kid': kid})}.{b64(claims)}.{signature}")

    def test_key_or_address_of_a_key_in_the_header(self, tokens: AccessTokens) -> None:
        header, claims, _ = parts(sign(tokens))
        own = ECKey.import_key(new_pem())
        extras: list[dict[str, Any]] = [
            {"jwk": own.as_dict(private=False)},
            {"jku": "https://attacker.example/jwks.json"},
            {"x5u": "https://attacker.example/cert.pem"},
            {"crit": ["exp"]},
        ]
        for extra in extras:
            signed = jwt.encode(header, claims, own)
            _, _, signature = parts(signed)
            self.refused(tokens, f"{b64({**header, **extra})}.{b64(claims)}.{signature}")

    @pytest.mark.parametrize(
        "change",
        [
            {"aud": "somebody-else"},
            {"iss": "https://attacker.example"},
            {"exp": None},
            {"sub": ""},
            {"amr": "pwd"},
            {"auth_time": "yesterday"},
            {"exp": 1e400},
        ],
    )
    def test_wrong_claim_even_with_our_signature(
        self, tokens: AccessTokens, change: dict[str, Any]
    ) -> None:
        header, claims, _ = parts(sign(tokens))
        key = ECKey.import_key(PEM)
        self.refused(tokens, jwt.encode(header, {**claims, **change}, key))

    @pytest.mark.parametrize("missing", ["aud", "iss", "exp", "sub", "sid", "auth_time", "iat"])
    def test_missing_claim(self, tokens: AccessTokens, missing: str) -> None:
        header, claims, _ = parts(sign(tokens))
        del claims[missing]
        self.refused(tokens, jwt.encode(header, claims, ECKey.import_key(PEM)))

    def test_wrong_type(self, tokens: AccessTokens) -> None:
        header, claims, _ = parts(sign(tokens))
        self.refused(tokens, jwt.encode({**header, "typ": "JWT"}, claims, ECKey.import_key(PEM)))

    def test_token_for_another_audience(self, tokens: AccessTokens, clock: FakeClock) -> None:
        self.refused(tokens, sign(build(clock, PEM, audience="other")))

    @pytest.mark.parametrize(
        "text", ["", ".", "..", "a.b.c", "x" * 100_000, "\x00", "é.é.é", "\ud800"]
    )
    def test_garbage(self, tokens: AccessTokens, text: str) -> None:
        self.refused(tokens, text)

    def test_every_altered_character_of_the_body(self, tokens: AccessTokens) -> None:
        token = sign(tokens)
        head, body, signature = token.split(".")
        for at in range(0, len(body), 7):
            changed = body[:at] + ("A" if body[at] != "A" else "B") + body[at + 1 :]
            self.refused(tokens, f"{head}.{changed}.{signature}")


class TestJwks:
    def test_shows_public_halves_only_active_first(self, clock: FakeClock) -> None:
        fresh = new_pem()
        keys = build(clock, fresh, PEM).jwks()["keys"]

        assert [key["kid"] for key in keys] == [
            ECKey.import_key(fresh).thumbprint(),
            ECKey.import_key(PEM).thumbprint(),
        ]
        assert all(key["alg"] == "ES256" and key["use"] == "sig" for key in keys)
        assert not any("d" in key for key in keys)
