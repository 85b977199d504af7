"""Random histories against a model of a dozen lines: balances, holds and keys always agree."""

import asyncio
from collections import Counter
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from app.core.errors import ConflictError
from app.core.ids import new_id
from app.domains.ledger.errors import InsufficientFundsError
from app.domains.ledger.types import JournalState
from tests.factories.ledger import Bank, build_bank

PEOPLE = ("ada", "bo", "cy")
NAMES = st.sampled_from(PEOPLE)
AMOUNTS = st.integers(1, 1_000)
HELD = 0.5
EMPTIED = (
    "accounts", "journal", "postings", "fraud_cases", "decisions", "audit", "log_pending", "outbox",
)  # fmt: skip


class Ledger(RuleBasedStateMachine):
    """Moves money at random; the model is two counters."""

    bank: ClassVar[Bank]
    holds = Bundle("holds")
    done = Bundle("done")

    def __init__(self) -> None:
        super().__init__()
        # People cost a password hash each: they stay, their books are emptied.
        self.bank = Ledger.bank
        for collection in EMPTIED:
            self.run(self.bank.db.delete_many(collection, {}))
        self.bank.ledger._booking._opened.clear()
        # What fraud remembers stays too, so a key must not come back in the next example.
        self.example = new_id()
        self.balance: Counter[str] = Counter()
        self.reserved: Counter[str] = Counter()

    def run(self, story: Any) -> Any:
        self.bank.clock.advance(60)  # so that nobody's last hour is busy
        return self.loop.run_until_complete(story)

    loop: ClassVar[asyncio.AbstractEventLoop]

    @rule(name=NAMES, minor=AMOUNTS)
    def deposit(self, name: str, minor: int) -> None:
        self.run(self.bank.deposit(name, minor))
        self.balance[name] += minor

    @rule(target=done, name=NAMES, to=NAMES, minor=AMOUNTS, key=st.none() | st.integers(0, 5))
    def transfer(self, name: str, to: str, minor: int, key: int | None) -> Any:
        if name == to:
            return None
        free = self.balance[name] - self.reserved[name]
        own_key = None if key is None else f"{self.example}-{key}-{to}-{minor}"
        try:
            journal = self.run(self.bank.transfer(name, to, minor, key=own_key))
        except InsufficientFundsError:
            assert free < minor
            return None
        if journal.replayed:
            return None
        assert free >= minor
        self.balance[name] -= minor
        self.balance[to] += minor
        return journal.journal_id, name, to, minor

    @rule(name=NAMES, minor=AMOUNTS)
    def withdraw(self, name: str, minor: int) -> None:
        free = self.balance[name] - self.reserved[name]
        try:
            self.run(self.bank.withdraw(name, minor))
        except InsufficientFundsError:
            assert free < minor
        else:
            assert free >= minor
            self.balance[name] -= minor

    @rule(target=holds, name=NAMES, to=NAMES, minor=AMOUNTS)
    def hold(self, name: str, to: str, minor: int) -> Any:
        if name == to or self.balance[name] - self.reserved[name] < minor:
            return None
        self.bank.scorer.probability = HELD
        journal = self.run(self.bank.transfer(name, to, minor))
        self.bank.scorer.probability = 0.0
        self.reserved[name] += minor
        return journal.journal_id, name, to, minor

    @rule(held=consumes(holds), release=st.booleans())
    def end(self, held: Any, release: bool) -> None:
        if held is None:
            return
        journal_id, name, to, minor = held
        door = self.bank.ledger.holds
        if release:
            self.run(door.release(journal_id, actor="x"))
            self.balance[name] -= minor
            self.balance[to] += minor
        else:
            self.run(door.void(journal_id, actor="x", why="x"))
        self.reserved[name] -= minor

    @rule(made=consumes(done))
    def reverse(self, made: Any) -> None:
        if made is None:
            return
        journal_id, name, to, minor = made
        free = self.balance[to] - self.reserved[to]
        try:
            back = self.run(self.bank.reverse(journal_id, why="x"))
        except ConflictError:
            assert free < minor
            return
        assert free >= minor
        assert back.state is JournalState.POSTED
        self.balance[name] += minor
        self.balance[to] -= minor

    @invariant()
    def books_equal_the_model(self) -> None:
        for name in PEOPLE:
            expected = (self.balance[name], self.balance[name] - self.reserved[name])
            assert self.run(self.bank.balance(name)) == expected

    def teardown(self) -> None:
        assert self.run(self.bank.problems()) == []


@pytest.mark.row("TL1")
def test_random_histories_agree_with_the_model() -> None:
    loop = asyncio.new_event_loop()
    Ledger.loop, Ledger.bank = loop, build_bank()

    async def meet() -> None:
        for name in PEOPLE:
            await Ledger.bank.person(name)

    loop.run_until_complete(meet())
    case = Ledger.TestCase()
    case.settings = settings(
        max_examples=15,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        case.runTest()
    finally:
        loop.close()
