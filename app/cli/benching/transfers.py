"""The two arms of `finnami bench ledger`: a bare transaction, and the product's transfer."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from numpy.random import Generator

from app.core.db import Database, MongoTransaction
from app.core.errors import FinNamiError, UnavailableError
from app.core.ids import new_id
from app.core.money import Money
from app.core.mongo import MongoStore, long
from app.core.store import Document, DuplicateKeyError
from app.core.uow import Transaction
from app.domains.fraud.service import FraudService
from app.domains.fraud.types import Outcome, PaymentFacts, Verdict
from app.domains.ledger.errors import InsufficientFundsError
from app.domains.ledger.service import LedgerService
from app.domains.ledger.types import Movement

T = TypeVar("T")

REPEATED = 0.2
MAX_MINOR = 2_000
RETRY_AFTER_S = 1.0


class TimedDatabase(Database):
    """A database that notes how long each committed attempt took inside the transaction."""

    inside_s: list[float]

    async def _attempt(
        self, work: Callable[[Transaction], Awaitable[T]], deadline: float
    ) -> tuple[T, list[Document]]:
        began = time.monotonic()
        result = await super()._attempt(work, deadline)
        self.inside_s.append(time.monotonic() - began)
        return result


class PlainTransaction(MongoTransaction):
    """A transaction that sends each statement as it is written, as the bare driver does."""

    async def insert_one(self, collection: str, document: Document) -> None:
        """Insert one document now."""
        await MongoStore.insert_one(self, collection, document)

    async def insert_many(self, collection: str, documents: list[Document]) -> None:
        """Insert documents now."""
        await MongoStore.insert_many(self, collection, documents)


class BareDatabase(TimedDatabase):
    """The baseline's database: the product's limiter and retries around plain statements."""

    transaction_type = PlainTransaction


class ApprovingFraud(FraudService):
    """Screens every payment as always, then lets it pass.

    Ten accounts that pay each other thousands of times are a burst by every rule; held
    payments would measure another path. Reads, score, rules and the stored decision stay.
    """

    async def screen(self, facts: PaymentFacts) -> Verdict:
        """Return the real verdict with the outcome replaced."""
        return replace(await super().screen(facts), outcome=Outcome.APPROVE)


@dataclass(frozen=True, slots=True)
class Order:
    """One transfer to make: who pays whom how much, under which key."""

    payer: int
    payee: int
    amount_minor: int
    key: str


class Arm(Protocol):
    """One way of moving money from one account to another, exactly once a key."""

    db: TimedDatabase

    async def transfer(self, order: Order) -> bool:
        """Move money; False when the key was used before. Raises what refuses it."""
        ...

    async def findings(self) -> list[str]:
        """Return everything that is wrong in the books."""
        ...


@dataclass
class Load:
    """What the clients of one arm saw: latency of each new transfer, and how calls ended."""

    latencies_s: list[float] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    elapsed_s: float = 0.0


class BareArm:
    """Journal, two guarded updates, two postings by the bare driver: the least a transfer is."""

    def __init__(self, db: TimedDatabase, accounts: int) -> None:
        self.db = db
        self._count = accounts

    async def open(self, opening_minor: int) -> None:
        """Open the accounts."""
        for number in range(self._count):
            document = {"_id": f"a{number}", "balance": long(opening_minor), "v": long(0)}
            await self.db.insert_one("accounts", document)

    async def transfer(self, order: Order) -> bool:
        """Move money between two accounts, lower id first."""
        journal = f"{order.payer}-{order.key}"
        legs = sorted(
            [(f"a{order.payer}", -order.amount_minor), (f"a{order.payee}", order.amount_minor)]
        )

        async def work(tx: Transaction) -> None:
            await tx.insert_one("journal", {"_id": journal, "legs": [list(leg) for leg in legs]})
            postings: list[Document] = []
            for account, amount in legs:
                guard = {"_id": account, "balance": {"$gte": max(0, -amount)}}
                change = {"$inc": {"balance": long(amount), "v": long(1)}}
                before = await tx.find_one_and_update("accounts", guard, change, after=False)
                if before is None:
                    raise InsufficientFundsError
                seq = int(before["v"]) + 1
                posting = {"_id": f"{account}:{seq:012d}", "account": account}
                postings.append({**posting, "journal": journal, "amount": long(amount)})
            await tx.insert_many("postings", postings)

        try:
            await self.db.transaction(work)
        except DuplicateKeyError:
            return False
        return True

    async def findings(self) -> list[str]:
        """Check that no money came or went and that nobody is below zero."""
        rows = await self.db.find_many("accounts", {}, limit=self._count + 1)
        return [f"{row['_id']} is negative" for row in rows if row["balance"] < 0]


class ProductArm:
    """`LedgerService.transfer` with everything around it: clearance, fraud, audit, seal, event."""

    def __init__(
        self, db: TimedDatabase, ledger: LedgerService, people: list[tuple[str, str]]
    ) -> None:
        self.db = db
        self._ledger = ledger
        self._people = people

    async def fund(self, opening_minor: int) -> None:
        """Give every person money to send."""
        for user_id, _ in self._people:
            await self._ledger.deposit(
                Movement(user_id, "bench", "deposit:opening", Money(opening_minor, "USD"))
            )

    async def transfer(self, order: Order) -> bool:
        """Send money from one person to another."""
        payer, _ = self._people[order.payer]
        _, payee_email = self._people[order.payee]
        amount = Money(order.amount_minor, "USD")
        wanted = Movement(payer, "bench", f"transfer:{order.key}", amount)
        journal = await self._ledger.transfer(wanted, payee_email=payee_email)
        return not journal.replayed

    async def findings(self) -> list[str]:
        """Check the books: sums, signs, postings, chains, sealed entries."""
        report = await self._ledger.books.check()
        return [f"{found.row}: {found.problem}" for found in report.findings]


async def run_clients(
    arm: Arm, *, accounts: int, clients: int, seconds: float, random: Generator
) -> Load:
    """Let clients transfer at full speed for a while; one call in five repeats a used key."""
    load = Load()
    used: list[Order] = []
    began = time.monotonic()

    async def client() -> None:
        while time.monotonic() - began < seconds:
            repeat = bool(used) and random.random() < REPEATED
            order = used[random.integers(len(used))] if repeat else _order(random, accounts)
            used.append(order)
            await _one(arm, order, load, fresh=not repeat, until=began + seconds)

    await asyncio.gather(*(client() for _ in range(clients)))
    load.elapsed_s = time.monotonic() - began
    return load


def _order(random: Generator, accounts: int) -> Order:
    payer, payee = (int(number) for number in random.choice(accounts, 2, replace=False))
    return Order(payer, payee, int(random.integers(1, MAX_MINOR)), new_id())


async def _one(arm: Arm, order: Order, load: Load, *, fresh: bool, until: float) -> None:
    """Make one transfer as a client does: a 503 is repeated with the same key, a second later."""
    began = time.monotonic()
    while True:
        try:
            new = await arm.transfer(order)
        except UnavailableError:
            load.ended["unavailable"] += 1
            await asyncio.sleep(RETRY_AFTER_S)
            if time.monotonic() > until:
                return
            continue
        except FinNamiError as error:
            load.ended[error.code] += 1
            return
        break
    load.ended["ok" if new else "duplicate"] += 1
    if new and fresh:
        load.latencies_s.append(time.monotonic() - began)
