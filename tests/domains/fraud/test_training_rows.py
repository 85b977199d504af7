"""What the trainer gets of booked payments: total order, due labels, nobody's name."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.money import Money
from app.domains.fraud.repository import events
from app.domains.fraud.types import PaymentFacts, PaymentKind
from app.domains.fraud.usecases.training_rows import TrainingRow, TrainingRows
from app.ml.features.fraud import terminal_key
from tests.factories.ledger import SPECS
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

DAY = datetime(2026, 6, 1, tzinfo=UTC)


class Books:
    def __init__(self, *, days_later: float) -> None:
        self.clock = FakeClock(DAY + timedelta(days=days_later))
        self.db = FakeDatabase(SPECS, clock=self.clock)

    async def pay(self, name: str, at: datetime, cents: int = 1_234) -> None:
        facts = PaymentFacts(
            name, "ada", "shop", PaymentKind.TRANSFER, Money(cents, "USD"), at, "s",
            fresh_factor=False,
        )  # fmt: skip
        await events.append(self.db, facts, high_ratio=False)

    async def rows(self) -> list[TrainingRow]:
        rows = TrainingRows(db=self.db, clock=self.clock)
        return [row async for row in rows.day(DAY.date())]


@pytest.mark.row("FC7")
class TestTrainingRows:
    async def test_a_label_flip_is_in_the_next_training_set(self) -> None:
        books = Books(days_later=30)
        await books.pay("p", DAY + timedelta(hours=3))
        assert [row.is_fraud for row in await books.rows()] == [False]
        await events.set_label(books.db, "p", fraud=True, known_at=books.clock.now())
        assert [row.is_fraud for row in await books.rows()] == [True]
        await events.set_label(books.db, "p", fraud=False, known_at=books.clock.now())
        assert [row.is_fraud for row in await books.rows()] == [False]

    async def test_young_payments_have_no_label_unless_somebody_gave_one(self) -> None:
        books = Books(days_later=2)
        await books.pay("p", DAY + timedelta(hours=3))
        await books.pay("q", DAY + timedelta(hours=4))
        await events.set_label(books.db, "q", fraud=True, known_at=books.clock.now())
        assert [row.is_fraud for row in await books.rows()] == [None, True]

    async def test_only_that_day_in_order_with_its_own_numbers(self) -> None:
        books = Books(days_later=30)
        same = DAY + timedelta(hours=1, milliseconds=7)
        for name, at in (
            ("late", DAY + timedelta(hours=23)), ("b", same), ("a", same),
            ("before", DAY - timedelta(milliseconds=1)), ("after", DAY + timedelta(days=1)),
        ):  # fmt: skip
            await books.pay(name, at)
        rows = await books.rows()
        ids = [row.transaction_id for row in rows]
        assert len(rows) == 3
        assert ids == sorted(set(ids))
        assert rows[0].amount == 12.34
        assert (rows[0].customer_id, rows[0].terminal_id) == (
            terminal_key("ada"), terminal_key("shop"),
        )  # fmt: skip

    async def test_pages_lose_and_double_nothing_inside_one_millisecond(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(events, "PAGE", 3)
        books = Books(days_later=30)
        for number in range(11):
            await books.pay(f"p{number:02}", DAY + timedelta(milliseconds=number // 5))
        assert len({row.transaction_id for row in await books.rows()}) == 11
