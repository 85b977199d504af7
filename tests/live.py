"""A real API process on the embedded servers, with people on it."""

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import httpx

from app.cli.demo_clients import KNOWLEDGE
from app.cli.launch.ports import free_port
from app.core.clock import Clock, SystemClock
from app.core.config import Settings
from app.core.gate import Gate
from app.core.ids import new_id
from app.core.keys import KeyRing
from app.core.migrate import discover, migrate
from app.core.tokens import AccessTokens
from app.domains.identity.types import Role
from app.domains.onboarding.types import KycDecision, KycReason
from app.services import SPECS, AppServices, Ports, build, migrations_dir, open_database
from tests.conftest import REPOSITORY
from tests.factories.market import open_market, quote_all
from tests.factories.people import ANSWERS, FINANCIAL, PERSONAL, Person, make_person

READY_S = 180
TOKEN_RENEW_S = 240


Cast = TypeVar("Cast")


@dataclass
class LiveApi(Generic[Cast]):
    """Where the API listens, and who there is. `headers_of` always carries a living token."""

    url: str
    redis_url: str
    keys: KeyRing
    cast: Cast
    log: Path
    process: subprocess.Popen[bytes]
    _tokens: dict[str, tuple[float, str]] = field(default_factory=dict)

    def headers_of(self, person: Person) -> dict[str, str]:
        signed_at, token = self._tokens.get(person.user_id, (-1e9, ""))
        if time.monotonic() - signed_at > TOKEN_RENEW_S:
            token = resigned(person.access_token, self.keys)
            self._tokens[person.user_id] = (time.monotonic(), token)
        return {"authorization": f"Bearer {token}", "idempotency-key": new_id()}

    def complaints(self) -> str:
        """Return the last lines of the server's log, for a failing test's message."""
        return self.log.read_text(errors="replace")[-3000:]


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says, unverified."""
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return claims


def resigned(token: str, keys: KeyRing, clock: Clock | None = None) -> str:
    """Return the same session's token, signed anew with the installation's own key."""
    claims = claims_of(token)
    tokens = AccessTokens(
        private_pems=[keys.token_pem],
        issuer=claims["iss"],
        audience=claims["aud"],
        clock=clock or SystemClock(),
    )
    return tokens.sign(
        user_id=claims["sub"],
        session_id=claims["sid"],
        token_id=new_id(),
        auth_time=SystemClock().now(),
        amr=tuple(claims["amr"]),
    )


async def make_everything(services: AppServices) -> Person:
    """Return a cleared person with every role: the one who gets furthest into each route."""
    person = await make_person(services, roles=tuple(Role))
    door = services.onboarding
    await door.profiles.save_facts(person.user_id, personal=PERSONAL, financial=FINANCIAL)
    await door.profiles.save_answers(person.user_id, ANSWERS)
    await door.checks.answer(person.user_id, KNOWLEDGE)
    await door.profiles.make(person.user_id)
    await door.accept_disclosure(person.user_id, version="2026-11", language="en")
    case = await door.kyc.submit(person.user_id)
    claimed = await door.kyc.claim(case.case_id, reviewer_id="reviewer")
    await door.kyc.decide(
        case.case_id,
        reviewer_id="reviewer",
        decision=KycDecision.APPROVE,
        reason=KycReason.DATA_MATCHES,
        staff_note="",
        revision=claimed.revision,
    )
    return person


async def _prepare(settings: Settings, gather: Callable[[AppServices], Awaitable[Cast]]) -> Cast:
    clock = SystemClock()
    db = open_database(settings, clock)
    gate = await Gate.connect(settings.redis_url or "", timeout_s=5.0)
    await migrate(
        db,
        SPECS,
        discover(migrations_dir()),
        clock=clock,
        owner="tests",
        progress=lambda _: None,
    )
    assert settings.key_file is not None
    services = build(
        settings,
        db=db,
        gate=gate,
        keys=KeyRing.load(settings.key_file),
        clock=clock,
        ports=Ports(),
    )
    await open_market(services)
    cast = await gather(services)
    await quote_all(services)
    services.close()
    await gate.close()
    await db.close()
    return cast


@contextmanager
def running_api(
    mongo_url: str,
    redis_url: str,
    folder: Path,
    *,
    gather: Callable[[AppServices], Awaitable[Cast]],
) -> Iterator[LiveApi[Cast]]:
    """Start `finnami serve api` on a database of its own, with a market and a cast of people."""
    key_file = folder / "keys.json"
    keys = KeyRing.generate()
    keys.save(key_file)
    head, _, query = mongo_url.partition("?")
    settings = {
        "FINNAMI_MONGO_URL": f"{head.rpartition('/')[0]}/t_{new_id()}?{query}",
        "FINNAMI_MONGO_EMBEDDED": "true",
        "FINNAMI_REDIS_URL": redis_url,
        "FINNAMI_KEY_FILE": str(key_file),
        "FINNAMI_DATA_DIR": str(folder),
        "FINNAMI_ARGON2": "19m",
        "FINNAMI_REQUEST_DEADLINE_S": "30",
        "FINNAMI_LOG_LEVEL": "WARNING",
        # Generated calls wait for the end of every answer.
        "FINNAMI_QUOTE_STREAM_S": "0.1",
    }
    cast = asyncio.run(
        _prepare(
            Settings(
                mongo_url=settings["FINNAMI_MONGO_URL"],
                redis_url=redis_url,
                mongo_embedded=True,
                key_file=key_file,
                argon2="19m",
            ),
            gather,
        )
    )
    port, log = free_port(), folder / "api.log"
    process = _serve(["api", "--port", str(port)], settings, log)
    # Prices grow stale in a minute: the feed keeps them fresh as it does in the product.
    feed = _serve(["feed"], settings, folder / "feed.log")
    try:
        api = LiveApi(f"http://127.0.0.1:{port}", redis_url, keys, cast, log, process)
        _wait_until_ready(api)
        yield api
    finally:
        for child in (feed, process):
            child.terminate()
            child.wait(timeout=30)


def _serve(role: list[str], settings: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "app.cli.main", "serve", *role],
            env={**os.environ, **settings},
            cwd=REPOSITORY,
            stdout=output,
            stderr=output,
        )


def _wait_until_ready(api: LiveApi[Cast]) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        assert api.process.poll() is None, api.complaints()
        try:
            if httpx.get(f"{api.url}/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(api.complaints())
