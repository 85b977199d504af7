"""Rollups against the books: whatever happened, their sums are the ledger's, to the cent."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.core.db import Database
from app.core.errors import FinNamiError
from app.core.mongo import long
from app.domains.analytics.repository import rollups
from app.domains.analytics.types import RollupKind
from app.domains.ledger.types import Fill, OrderBatch, Side
from tests.domains.ledger.test_machine import EMPTIED
from tests.factories.analytics import analytics_on
from tests.factories.ledger import SESSION, Bank, build_bank

PEOPLE = ("ada", "bo", "cy")
HELD = 0.5
STEP = st.tuples(
    st.sampled_from(("deposit", "withdraw", "transfer", "hold", "order", "reverse", "release")),
    st.sampled_from(PEOPLE),
    st.sampled_from(PEOPLE),
    st.integers(1, 5_000),
    # Most movements of a history share days; some days have none.
    st.sampled_from((60, 3_600, 40_000, 90_000)),
)
"""What is done, by whom, to whom, with how many cents, how many seconds after the last."""

Ordered = Callable[[Bank, str, int], Awaitable[OrderBatch]]


@pytest.fixture
async def bank() -> AsyncIterator[Bank]:
    made = build_bank()
    for name in (*PEOPLE, "staff"):
        await made.person(name)
    yield made
    made.house.identity.close()


async def live(bank: Bank, history: list[Any], *, ordered: Ordered | None = None) -> None:
    """Make a history happen; what the ledger refuses has not happened."""
    done: list[str] = []
    held: list[str] = []
    for what, name, to, minor, seconds in history:
        bank.clock.advance(seconds)
        try:
            if what == "deposit":
                done.append((await bank.deposit(name, minor)).journal_id)
            elif what == "withdraw":
                await bank.withdraw(name, minor)
            elif what in {"transfer", "hold"} and name != to:
                bank.scorer.probability = HELD if what == "hold" else 0.0
                journal = await bank.transfer(name, to, minor)
                (held if what == "hold" else done).append(journal.journal_id)
            elif what == "order":
                await bank.ledger.execute(await (ordered or order)(bank, name, minor))
            elif what == "reverse" and done:
                await bank.reverse(done.pop())
            elif what == "release" and held:
                await bank.ledger.holds.release(held.pop(), actor="x")
        except FinNamiError:
            pass
        finally:
            bank.scorer.probability = 0.0


async def order(bank: Bank, name: str, minor: int) -> OrderBatch:
    """Return a purchase with a fee and a sale of a part of it, booked as one."""
    from decimal import Decimal

    from app.core.ids import new_id
    from app.core.money import Money

    def fill(side: Side, minor: int) -> Fill:
        return Fill(
            "VTI", side, minor * 10, Decimal(1), Money(minor, "USD"), Money(minor // 50, "USD"),
            "test", bank.clock.now(),
        )  # fmt: skip

    fills = [fill(Side.BUY, minor)]
    if minor > 1:
        fills.append(fill(Side.SELL, minor // 2))
    user = await bank.person(name)
    return OrderBatch(user, SESSION, new_id(), "USD", tuple(fills), new_id(), None)


async def begin(bank: Bank, db: Database) -> date:
    """Empty both databases' books; people stay. Return the first day."""
    for collection in EMPTIED:
        await bank.db.delete_many(collection, {})
    for collection in ("postings", "accounts", "rollups", "rollup_runs"):
        await db.driver[collection].delete_many({})
    bank.ledger._booking._opened.clear()
    bank.clock.advance(86_400 * 40)
    return bank.clock.now().date()


def stored(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the fake database with numbers as the ledger writes them."""
    return {key: long(x) if type(x) is int else x for key, x in row.items()}


def party(account: str) -> str:
    return account.split(".")[1] if account.startswith("house.") else "customer"


@pytest.mark.row("AN3")
@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate], deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(history=st.lists(STEP, min_size=6, max_size=30))
async def test_the_sums_of_all_days_are_the_postings_and_the_balances(
    bank: Bank, db: Database, history: list[Any]
) -> None:
    first = await begin(bank, db)
    for name in PEOPLE:
        await bank.deposit(name, 20_000)
    await live(bank, history)
    for collection in ("postings", "accounts"):
        rows = bank.db.rows(collection).values()
        await db.insert_many(collection, [stored(row) for row in rows])
    last = bank.clock.now().date()
    door = analytics_on(db, bank.clock)
    await door.rebuilding.run(first, last, kinds=[RollupKind.FLOWS])

    booked: Counter[str] = Counter()
    counted = 0
    for row in bank.db.rows("postings").values():
        if row["unit"] == "USD":
            booked[party(row["account"])] += int(row["amount"])
            counted += 1
    flows = [f for r in await rollups.between(db, RollupKind.FLOWS, first, last) for f in r.body]
    summed: Counter[str] = Counter()
    for flow in flows:
        summed[flow.party.value] += flow.incoming_minor + flow.outgoing_minor
    assert {k: v for k, v in summed.items() if v} == {k: v for k, v in booked.items() if v}
    assert sum(flow.count for flow in flows) == counted
    assert {flow.currency for flow in flows} == {"USD"}
    # Every entry balances, so everybody's cash together is nothing: on every day by itself.
    by_day: Counter[date] = Counter()
    for rollup in await rollups.between(db, RollupKind.FLOWS, first, last):
        by_day[rollup.day] += sum(f.incoming_minor + f.outgoing_minor for f in rollup.body)
    assert not any(by_day.values())
    (total,) = (await door.reports.flows(max(first, last - timedelta(days=399)), last)).totals
    balances = sum(
        int(row["balance"]) for row in bank.db.rows("accounts").values() if row["kind"] == "cash"
    )
    assert total.customers_net.amount_minor == balances
    fees = sum(
        int(row["balance"]) for key, row in bank.db.rows("accounts").items() if ".fees." in key
    )
    assert total.fees.amount_minor == fees
