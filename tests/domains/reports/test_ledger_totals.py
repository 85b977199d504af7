"""Reports against the books: whatever happened, they agree with every posting, to the cent."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.core.ids import new_id
from app.core.money import Money
from app.domains.ledger.types import MICRO, Fill, OrderBatch, Side
from app.domains.portfolio.usecases.lots import Lots
from app.domains.reports.errors import ReportEmptyError
from app.domains.reports.rules import periods
from app.domains.reports.types import Period, ReportKind, ReportState
from app.domains.reports.usecases.drafting import Drafting
from app.domains.reports.usecases.making import Making
from tests.domains.analytics.test_ledger_totals import PEOPLE, STEP, live
from tests.domains.ledger.test_machine import EMPTIED
from tests.factories.ledger import SESSION, Bank, build_bank

pytestmark = pytest.mark.row("AN3")


class Dollars:
    """The market, as far as lots ask: its currency."""

    async def source(self) -> Any:
        return SimpleNamespace(currency="USD")


@pytest.fixture
async def bank() -> AsyncIterator[Bank]:
    made = build_bank()
    for name in (*PEOPLE, "staff"):
        await made.person(name)
    yield made
    made.house.identity.close()


def making_on(bank: Bank) -> Making:
    market: Any = Dollars()
    lots = Lots(clock=bank.clock, ledger=bank.ledger, market=market)
    portfolio: Any = SimpleNamespace(lots=lots)
    nobody: Any = None
    drafting = Drafting(ledger=bank.ledger, portfolio=portfolio, analytics=nobody, fraud=nobody)
    return Making(db=bank.db, clock=bank.clock, drafting=drafting)


async def made(bank: Bank, user: str, kind: ReportKind, period: Period) -> Any:
    """Return a report's body; None when there was nothing to tell."""
    try:
        making = making_on(bank)
        report = await making.make(making.look(user, period), kind, actor="test")
    except ReportEmptyError:
        return None
    assert report.state is ReportState.ISSUED, report.differences
    return orjson.loads(report.content)["body"]


async def traded(bank: Bank, name: str, minor: int) -> OrderBatch:
    """Return a purchase, or now and then a sale of a part of what is held, with a fee."""
    user = await bank.person(name)
    held = {h.symbol: int(h.quantity / MICRO) for h in await bank.ledger.books.holdings(user)}
    sells = minor % 2 == 0 and held.get("VTI", 0) > 3
    micro = held["VTI"] * 2 // 3 if sells else minor * 10
    gross = max(2, micro * (7 + minor % 9) // 100)
    fill = Fill(
        "VTI", Side.SELL if sells else Side.BUY, micro, Decimal(1), Money(gross, "USD"),
        Money(gross // 50, "USD"), "test", bank.clock.now(),
    )  # fmt: skip
    return OrderBatch(user, SESSION, new_id(), "USD", (fill,), new_id(), None)


def posted(bank: Bank, account: str, period: Period) -> tuple[int, int]:
    """Return opening and closing as the sum of raw postings."""
    rows = [row for row in bank.db.rows("postings").values() if row["account"] == account]
    before = sum(row["amount"] for row in rows if row["at"] < period.start)
    return before, sum(row["amount"] for row in rows if row["at"] < period.end)


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate], deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(history=st.lists(STEP, min_size=6, max_size=30))
async def test_every_month_of_everybody_is_issued_and_equals_the_raw_postings(
    bank: Bank, history: list[Any]
) -> None:
    for collection in (*EMPTIED, "reports"):
        await bank.db.delete_many(collection, {})
    bank.ledger._booking._opened.clear()
    bank.clock.advance(86_400 * 40)
    first = bank.clock.now().date()
    for name in PEOPLE:
        await bank.deposit(name, 20_000)
        await bank.ledger.execute(await traded(bank, name, 501))
    await live(bank, history, ordered=traded)
    last = bank.clock.now().date()
    bank.clock.advance(86_400 * 32)
    day = first.replace(day=1)
    told: dict[str, int] = dict.fromkeys(bank.people.values(), 0)
    while day <= last:
        month = periods.month(day)
        for user in bank.people.values():
            statement = await made(bank, user, ReportKind.STATEMENT, month)
            lots = await made(bank, user, ReportKind.TAX_LOTS, month)
            for account in statement["accounts"] if statement else ():
                raw = posted(bank, f"{user}.{account['currency']}", month)
                assert (account["opening_minor"], account["closing_minor"]) == raw
            for holding in statement["holdings"] if statement else ():
                raw = posted(bank, f"{user}.{holding['symbol']}", month)
                assert (holding["opening_micro"], holding["closing_micro"]) == raw
            if lots:
                told[user] += lots["proceeds_minor"]
        day = month.last + timedelta(days=1)
    # Over all months together: what sales brought, from the entries as they were booked.
    for user, proceeds in told.items():
        fills = [
            fill
            for row in bank.db.rows("journal").values()
            if row["owner"] == user and row["state"] == "posted"
            for fill in row["details"].get("fills", ())
        ]
        sold = [f["gross_minor"] - f["fee_minor"] for f in fills if f["side"] == "sell"]
        assert proceeds == sum(sold)
