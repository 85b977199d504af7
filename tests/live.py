"""A real API process on the embedded servers, and a person who may do everything on it."""

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from app.cli.launch.ports import free_port
from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.gate import Gate
from app.core.ids import new_id
from app.core.keys import KeyRing
from app.core.migrate import discover, migrate
from app.core.tokens import AccessTokens
from app.domains.identity.types import Role
from app.domains.market.errors import NoPricesError
from app.domains.onboarding.types import KycDecision, KycReason
from app.services import SPECS, AppServices, Ports, build, migrations_dir, open_database
from app.worker.feed import feed
from tests.conftest import REPOSITORY
from tests.factories.people import ANSWERS, FINANCIAL, PERSONAL, Person, make_person

READY_S = 60
TOKEN_RENEW_S = 240


@dataclass
class LiveApi:
    """Where the API listens, and the way in. `headers()` always carries a living token."""

    url: str
    redis_url: str
    keys: KeyRing
    person: Person
    log: Path
    process: subprocess.Popen[bytes]
    _token: str = ""
    _signed_at: float = field(default=-1e9)

    def headers(self) -> dict[str, str]:
        if time.monotonic() - self._signed_at > TOKEN_RENEW_S:
            self._token = resigned(self.person.access_token, self.keys)
            self._signed_at = time.monotonic()
        return {"authorization": f"Bearer {self._token}", "idempotency-key": new_id()}

    def complaints(self) -> str:
        """Return the last lines of the server's log, for a failing test's message."""
        return self.log.read_text(errors="replace")[-3000:]


def resigned(token: str, keys: KeyRing, clock: SystemClock | None = None) -> str:
    """Return the same session's token, signed anew with the installation's own key."""
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
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


async def _fill_market(services: AppServices) -> None:
    """Let the feed run until the first quotes are there."""
    feeding = asyncio.create_task(feed(services.market, services.clock))
    async with asyncio.timeout(60):
        while not feeding.done():
            await asyncio.sleep(0.1)
            try:
                if await services.market.last_quotes():
                    break
            except NoPricesError:
                continue
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)


async def _prepare(settings: Settings) -> Person:
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
    await _fill_market(services)
    person = await make_everything(services)
    services.close()
    await gate.close()
    await db.close()
    return person


@contextmanager
def running_api(mongo_url: str, redis_url: str, folder: Path) -> Iterator[LiveApi]:
    """Start `finnami serve api` on a database of its own and yield it when it is ready."""
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
    }
    person = asyncio.run(
        _prepare(
            Settings(
                mongo_url=settings["FINNAMI_MONGO_URL"],
                redis_url=redis_url,
                mongo_embedded=True,
                key_file=key_file,
                argon2="19m",
            )
        )
    )
    port, log = free_port(), folder / "api.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli.main", "serve", "api", "--port", str(port)],
            env={**os.environ, **settings},
            cwd=REPOSITORY,
            stdout=output,
            stderr=output,
        )
    try:
        api = LiveApi(f"http://127.0.0.1:{port}", redis_url, keys, person, log, process)
        _wait_until_ready(api)
        yield api
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(api: LiveApi) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        assert api.process.poll() is None, api.complaints()
        try:
            if httpx.get(f"{api.url}/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(api.complaints())
