"""kill -9 of API, database and Redis under transfers: nothing acknowledged is lost.

`FINNAMI_TEST_KILL_ROUNDS=10` makes it the long form: as many more people, transfers and kills.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from app.cli.launch.pair import RunningPair, running_pair
from app.cli.launch.ports import free_port
from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.errors import UnavailableError
from app.core.gate import Gate
from app.core.ids import new_id
from app.core.keys import KeyRing
from app.core.migrate import discover, migrate
from app.core.money import Money
from app.core.store import DuplicateKeyError
from app.domains.fraud.types import EntityState, ModelScore, PaymentFacts
from app.domains.identity import rules
from app.domains.identity.repository import proofs
from app.domains.identity.repository.proofs import Grant
from app.domains.identity.types import StepUpAction
from app.domains.ledger.types import Movement
from app.services import SPECS, AppServices, Ports, build, migrations_dir, open_database
from tests.conftest import REPOSITORY
from tests.factories.people import Person, make_cleared
from tests.live import claims_of

T = TypeVar("T")

ROUNDS = int(os.environ.get("FINNAMI_TEST_KILL_ROUNDS", "1"))
PEOPLE, ORDERS_EACH, OPENING = 5 * ROUNDS, 8, 50_000
KILLS = ("api", "mongo", "redis", "api", "mongo", "redis") * ROUNDS
PAUSE_S = 3.0
PATIENCE_S = 300 * ROUNDS


class Calm:
    """A model that suspects nobody: it lets the opening deposits in without a code."""

    version = "calm/1"

    def score(self, facts: PaymentFacts, customer: EntityState, payee: EntityState) -> ModelScore:
        return ModelScore(0.0, 0.0, False, (), (), self.version)


@dataclass(frozen=True)
class Order:
    payer: Person
    payee: Person
    minor: int
    key: str


@dataclass
class Seen:
    """What the clients were told: the movement ids of every 201, by payer and key."""

    acknowledged: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0


class ApiProcess:
    """`finnami serve api` as a child; `start` is what the supervisor does after a death."""

    process: subprocess.Popen[bytes] | None = None

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment, self.log, self._port = environment, log, free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "app.cli.main", "serve", "api", "--port", str(self._port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self._environment, cwd=REPOSITORY, stdout=log, stderr=log
            )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=10)

    async def ready(self) -> None:
        deadline = time.monotonic() + 120
        async with httpx.AsyncClient(timeout=2) as client:
            while time.monotonic() < deadline:
                assert self.process is not None
                assert self.process.poll() is None, self.log.read_text()[-2000:]
                try:
                    if (await client.get(f"{self.url}/readyz")).status_code == 200:
                        return
                except httpx.HTTPError:
                    await asyncio.sleep(0.2)
        raise AssertionError(self.log.read_text()[-2000:])


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[RunningPair]:
    with running_pair(tmp_path / "servers") as running:
        yield running


@asynccontextmanager
async def services_on(settings: Settings):
    clock = SystemClock()
    db = open_database(settings, clock)
    gate = await Gate.connect(settings.redis_url, timeout_s=5.0)
    await migrate(
        db, SPECS, discover(migrations_dir()), clock=clock, owner="t", progress=lambda _: None
    )
    keys = KeyRing.load(settings.key_file)
    ports = Ports(scorer=Calm())
    yield build(settings, db=db, gate=gate, keys=keys, clock=clock, ports=ports)
    await gate.close()
    await db.close()


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Repeat while the database is away."""
    while True:
        try:
            return await call()
        except UnavailableError:
            await asyncio.sleep(0.3)


async def mint(services: AppServices, order: Order) -> str:
    """Return a grant for exactly this transfer; codes are identity's subject."""
    token, parts = new_id(), services.identity._parts
    params = {"amount_minor": order.minor, "currency": "USD", "payee": order.payee.user_id}
    session = claims_of(order.payer.access_token)["sid"]
    action = StepUpAction.TRANSFER
    digest = parts.digest("grant", token)
    grant = Grant(digest, order.payer.user_id, session, action, rules.params_hash(params))
    life = services.clock.now() + rules.GRANT_LIFE
    # Written just before the database was killed: the answer was lost, not the row.
    with suppress(DuplicateKeyError):
        await patiently(lambda: proofs.insert_grant(services.db, grant, expires_at=life))
    return token


async def send(api: ApiProcess, services: AppServices, order: Order, seen: Seen) -> None:
    """Ask until there is an answer, always with the same key: what a careful client does."""
    body = {
        "payee_email": order.payee.email,
        "amount": str(Money(order.minor, "USD").decimal_string()),
        "currency": "USD",
    }
    grant = await mint(services, order)
    headers = {**order.payer.headers, "idempotency-key": order.key, "x-step-up-grant": grant}
    async with httpx.AsyncClient(timeout=15) as client:
        while True:
            try:
                answer = await client.post(f"{api.url}/v1/transfers", json=body, headers=headers)
            except httpx.HTTPError:
                seen.unanswered += 1
                await asyncio.sleep(0.3)
                continue
            seen.statuses[answer.status_code] += 1
            if answer.status_code in (429, 503):
                await asyncio.sleep(1.0)
                continue
            assert answer.status_code == 201, answer.text
            ids = seen.acknowledged.setdefault((order.payer.user_id, order.key), set())
            ids.add(answer.json()["movement_id"])
            return


async def killer(api: ApiProcess, pair: RunningPair) -> None:
    for target in KILLS:
        await asyncio.sleep(PAUSE_S)
        if target == "api":
            api.kill()
            api.start()
            await api.ready()
        else:
            server = pair.mongo if target == "mongo" else pair.redis
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start_again)


@pytest.mark.row("TL1")
@pytest.mark.row("TL2")
async def test_killed_api_and_servers_lose_and_double_nothing(
    pair: RunningPair, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    key_file = tmp_path / "keys.json"
    KeyRing.generate().save(key_file)
    shared = {
        "mongo_url": pair.mongo.launcher.url,
        "redis_url": pair.redis.launcher.url,
        "mongo_embedded": True,
        "key_file": key_file,
        "argon2": "19m",
        "request_deadline_s": 10,
    }
    environment = {f"FINNAMI_{name.upper()}": str(value) for name, value in shared.items()}
    api = ApiProcess({**os.environ, **environment}, tmp_path / "api.log")
    try:
        async with services_on(Settings(**shared)) as services:
            # Not before the migrations: it refuses to start on an empty database.
            api.start()
            people = [await make_cleared(services) for _ in range(PEOPLE)]
            for person in people:
                opening = Movement(person.user_id, "t", "deposit:opening", Money(OPENING, "USD"))
                await patiently(lambda wanted=opening: services.ledger.deposit(wanted))
            await api.ready()
            draw, seen = random.Random(7), Seen()
            plans = {
                person.user_id: [
                    Order(
                        person,
                        draw.choice([p for p in people if p is not person]),
                        draw.randint(100, 2_000),
                        f"k{number}",
                    )
                    for number in range(ORDERS_EACH)
                ]
                for person in people
            }

            async def client(orders: list[Order]) -> None:
                for order in orders:
                    await send(api, services, order, seen)

            async with asyncio.timeout(PATIENCE_S):
                await asyncio.gather(
                    killer(api, pair), *(client(orders) for orders in plans.values())
                )
            journals = await services.db.find_many("journal", {"kind": "transfer"}, limit=5000)
            stored = {row["_id"] for row in journals}
            acknowledged = {found for ids in seen.acknowledged.values() for found in ids}
            assert all(len(ids) == 1 for ids in seen.acknowledged.values())
            assert acknowledged == stored
            assert len(stored) == PEOPLE * ORDERS_EACH
            assert (await services.ledger.books.check()).findings == ()
            record_property("transfers", len(stored))
            record_property("kills", len(KILLS))
            record_property("statuses", dict(seen.statuses))
            record_property("unanswered", seen.unanswered)
    finally:
        api.kill()
