"""Fifty clients on ten accounts of the embedded database: money is conserved at every moment."""

import asyncio
import os
import random
from collections import Counter

import pytest

from app.core.clock import SystemClock
from app.core.db import Database
from app.core.errors import UnavailableError
from app.core.uow import Transaction
from app.domains.ledger.errors import InsufficientFundsError
from tests.factories.ledger import Bank, build_bank

ACCOUNTS = [f"p{number}" for number in range(10)]
CLIENTS = 50
REPEATED = 0.2
OPENING = 5_000
PATIENCE_S = 240


def transfers() -> int:
    """400 in the short form; FINNAMI_TEST_TRANSFERS=2000 for the full one."""
    return int(os.environ.get("FINNAMI_TEST_TRANSFERS", "400"))


@pytest.fixture
async def bank(db: Database) -> Bank:
    made = build_bank(db=db, clock=SystemClock(), approving=True)
    for name in ACCOUNTS:
        await made.deposit(name, OPENING, key="opening")
    return made


async def settled(make):
    """Call until the answer is no 503, as a client does: always with the same key."""
    while True:
        try:
            return await make()
        except UnavailableError:
            await asyncio.sleep(1.0)  # as Retry-After says


async def snapshot(db: Database) -> tuple[int, int, int]:
    """Return (sum of dollars, lowest balance of a person, postings) of one moment."""

    async def work(tx: Transaction) -> tuple[int, int, int]:
        rows = await tx.find_many("accounts", {"unit": "USD"}, limit=500)
        people = [int(row["available"]) for row in rows if not row["overdraft"]]
        return sum(int(row["balance"]) for row in rows), min(people), len(rows)

    return await settled(lambda: db.transaction(work))


@pytest.mark.row("TL1")
@pytest.mark.row("TL2")
class TestLoad:
    async def test_money_is_conserved_at_every_snapshot_and_no_key_counts_twice(
        self, bank: Bank
    ) -> None:
        draw = random.Random(7)
        fresh = [
            (*draw.sample(ACCOUNTS, 2), draw.randint(1, 2_000), f"k{number}")
            for number in range(int(transfers() * (1 - REPEATED)))
        ]
        wanted = fresh + draw.choices(fresh, k=transfers() - len(fresh))
        draw.shuffle(wanted)
        queue = list(wanted)
        booked: dict[tuple[str, str], set[str]] = {}
        refused: Counter[str] = Counter()
        over = asyncio.Event()
        sums: list[tuple[int, int, int]] = []

        async def client() -> None:
            while queue:
                payer, payee, minor, key = queue.pop()
                try:
                    journal = await settled(
                        lambda p=payer, t=payee, m=minor, k=key: bank.transfer(p, t, m, key=k)
                    )
                except InsufficientFundsError:
                    refused[key] += 1
                else:
                    booked.setdefault((payer, key), set()).add(journal.decision_id)

        async def watcher() -> None:
            while not over.is_set():
                sums.append(await snapshot(bank.db))
                await asyncio.sleep(0.25)

        watching = asyncio.create_task(watcher())
        async with asyncio.timeout(PATIENCE_S * transfers() / 400):
            await asyncio.gather(*(client() for _ in range(CLIENTS)))
        over.set()
        await watching

        assert sums
        assert {total for total, _, _ in sums} == {0}
        assert min(lowest for _, lowest, _ in sums) >= 0
        assert all(len(decisions) == 1 for decisions in booked.values()), "a key counted twice"
        journals = await bank.db.find_many("journal", {"kind": "transfer"}, limit=5000)
        assert len(journals) == len(booked)
        assert await bank.problems() == []
        held = sum([(await bank.balance(name))[0] for name in ACCOUNTS])
        assert held == OPENING * len(ACCOUNTS)

    async def test_two_hundred_withdrawals_of_the_last_hundred_pay_out_once(
        self, db: Database
    ) -> None:
        bank = build_bank(db=db, clock=SystemClock(), approving=True)
        await bank.deposit("ada", 10_000)

        async def attempt(number: int) -> bool:
            try:
                await settled(lambda: bank.withdraw("ada", 10_000, key=f"w{number}"))
            except InsufficientFundsError:
                return False
            return True

        paid = await asyncio.gather(*(attempt(number) for number in range(200)))
        assert sum(paid) == 1
        assert await bank.balance("ada") == (0, 0)
        assert await bank.problems() == []
