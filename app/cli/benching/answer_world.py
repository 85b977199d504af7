"""Customers with money, shares and a goal on a database of their own, and their way in by HTTP."""

import http.client
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import orjson
import pyotp

from app.cli.benching.people import cleared_people
from app.cli.benching.sockets import request_of
from app.cli.benching.transfers import ApprovingFraud
from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.gate import Gate
from app.core.ids import new_id
from app.core.keys import KeyRing
from app.core.migrate import discover, migrate
from app.core.money import Money, Rounding
from app.domains.ledger.service import LedgerService
from app.domains.ledger.types import MICRO, Fill, Movement, OrderBatch, Side
from app.domains.market.types import Quote
from app.domains.portfolio.goal_types import Wish
from app.services import SPECS, AppServices, Ports, build, migrations_dir, open_database

OPENING = Money.parse("12000", "USD")
BOUGHT_MICRO = 4_000_000
HELD = 4
MESSAGES_A_MINUTE = 20
WAIT_S = 62.0
RENEW_S = 180.0


@dataclass(frozen=True, slots=True)
class Login:
    """What a customer types to come in."""

    email: str
    password: str
    totp_secret: str


class World:
    """A prepared database, and the settings of a server on it."""

    def __init__(self, services: AppServices, keys: KeyRing, settings: dict[str, str]) -> None:
        self.services = services
        self.settings = settings
        self._keys = keys
        self.logins: list[Login] = []

    async def fill(self, count: int) -> None:
        """Make so many customers who own something."""
        services = self.services
        await services.market.ensure_simulated()
        await self.quote()
        await services.portfolio.rebuild_frontier()
        password, secret = new_id(), pyotp.random_base32()
        people = await cleared_people(services, count, password=password, totp_secret=secret)
        self.logins = [Login(email, password, secret) for _, email in people]
        ledger = self._ledger()
        quotes = (await services.market.last_quotes()).values()
        chosen = sorted(quotes, key=lambda quote: quote.symbol)[:HELD]
        for user_id, _ in people:
            await ledger.deposit(Movement(user_id, "bench", "deposit:opening", OPENING))
            await ledger.execute(_bought(user_id, chosen))
            await services.portfolio.goals.create(user_id, self._wish(), key="bench-goal")

    async def quote(self) -> None:
        """Quote everything anew at its last close: a price of a minute ago is not told."""
        market, now = self.services.market, self.services.clock.now()
        source = await market.source()
        closes = await market.history(source.symbols, end=source.last_day, days=1)
        await market.record_quotes(
            tuple(
                Quote(
                    symbol=symbol,
                    price=Decimal(repr(float(close))).quantize(Decimal("0.0001")),
                    currency=source.currency,
                    source=source.source_id,
                    market_date=source.last_day,
                    exchange_at=now,
                    received_at=now,
                )
                for symbol, close in zip(source.symbols, closes.prices[-1], strict=True)
            )
        )

    def _ledger(self) -> LedgerService:
        """Return a ledger that asks nobody for codes: the books are only filled."""
        house = self.services
        fraud = ApprovingFraud(
            db=house.db, clock=house.clock, scorer=None, gate=house.gate, identity=house.identity
        )
        return LedgerService(
            db=house.db, clock=house.clock, identity=house.identity,
            onboarding=house.onboarding, fraud=fraud, keys=self._keys,
        )  # fmt: skip

    def _wish(self) -> Wish:
        due = self.services.clock.now().date() + timedelta(days=5 * 365)
        return Wish(
            name="House", target=Money.parse("40000", "USD"), due=due,
            monthly=Money.parse("200", "USD"), start=None, profile=None,
        )  # fmt: skip


def _bought(user_id: str, quotes: list[Quote]) -> OrderBatch:
    fills = tuple(
        Fill(
            symbol=quote.symbol,
            side=Side.BUY,
            quantity_micro=BOUGHT_MICRO,
            price=quote.price,
            gross=Money.of_decimal(
                Decimal(BOUGHT_MICRO) * MICRO * quote.price, "USD", rounding=Rounding.HALF_EVEN
            ),
            fee=Money.zero("USD"),
            quote_source=quote.source,
            quote_at=quote.exchange_at,
        )
        for quote in quotes
    )
    return OrderBatch(user_id, "bench", "orders:opening", "USD", fills, "bench", None)


@asynccontextmanager
async def answer_world(urls: tuple[str, str], folder: Path) -> AsyncIterator[World]:
    """Yield an empty world on a database of its own name; drop it afterwards."""
    key_file, keys = folder / "keys.json", KeyRing.generate()
    keys.save(key_file)
    head, _, query = urls[0].partition("?")
    environment = {
        "FINNAMI_MONGO_URL": f"{head.rpartition('/')[0]}/bench_{new_id()}?{query}",
        "FINNAMI_MONGO_EMBEDDED": "true",
        "FINNAMI_REDIS_URL": urls[1],
        "FINNAMI_KEY_FILE": str(key_file),
        "FINNAMI_DATA_DIR": str(folder),
        "FINNAMI_ARGON2": "19m",
        "FINNAMI_LOG_LEVEL": "WARNING",
    }
    settings = Settings(
        mongo_url=environment["FINNAMI_MONGO_URL"], redis_url=urls[1], mongo_embedded=True,
        key_file=key_file, argon2="19m",
    )  # fmt: skip
    clock = SystemClock()
    db, gate = open_database(settings, clock), await Gate.connect(urls[1], timeout_s=5.0)
    await migrate(
        db, SPECS, discover(migrations_dir()), clock=clock, owner="bench", progress=lambda _: None
    )
    services = build(settings, db=db, gate=gate, keys=keys, clock=clock, ports=Ports())
    try:
        yield World(services, keys, environment)
    finally:
        services.close()
        await gate.close()
        await db.driver.client.drop_database(db.name)
        await db.close()


class Customer:
    """One customer at the server: signs in, begins conversations, writes within her budget."""

    def __init__(self, port: int, login: Login, locale: str) -> None:
        self._port = port
        self._login = login
        self._locale = locale
        self._token = self._refresh = self._conversation = ""
        self._signed_at = -RENEW_S
        self._wrote_at: list[float] = []

    def sign_in(self) -> None:
        """Sign in with password and code."""
        who = {"email": self._login.email, "password": self._login.password, "transport": "body"}
        asked = self._post("/v1/auth/login", who)
        code = pyotp.TOTP(self._login.totp_secret).now()
        self._take(
            self._post("/v1/auth/login/totp", {"challenge": asked["challenge"], "code": code})
        )

    def begin(self) -> None:
        """Begin a conversation; what is written next goes there."""
        if time.monotonic() - self._signed_at > RENEW_S:
            self._take(self._post("/v1/auth/refresh", {"refresh_token": self._refresh}))
        self._conversation = self._post("/v1/conversations", {"title": "Bench"})["conversation_id"]

    def wait_s(self) -> float:
        """Return how long to wait until another message is within a minute's budget."""
        now = time.monotonic()
        self._wrote_at = [at for at in self._wrote_at if now - at < WAIT_S]
        return WAIT_S - (now - self._wrote_at[0]) if self._full() else 0.0

    def message(self, text: str) -> bytes:
        """Return the request that sends a message."""
        self._wrote_at.append(time.monotonic())
        body = {"client_message_id": new_id(), "text": text, "locale": self._locale}
        path = f"/v1/conversations/{self._conversation}/messages"
        return request_of(path, body=orjson.dumps(body), token=self._token)

    def _full(self) -> bool:
        return len(self._wrote_at) >= MESSAGES_A_MINUTE

    def _take(self, tokens: dict[str, str]) -> None:
        self._token, self._refresh = tokens["access_token"], tokens["refresh_token"]
        self._signed_at = time.monotonic()

    def _post(self, path: str, body: dict[str, str]) -> dict[str, str]:
        """Return the answer of a plain route. Raises RuntimeError for a refusal."""
        headers = {"content-type": "application/json"}
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{path} answers {answer.status}: {content[:300]!r}")
        found: dict[str, str] = json.loads(content)
        return found
