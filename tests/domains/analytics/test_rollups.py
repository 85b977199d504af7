"""Rollups on a real database: equal to the books, made once, late rows found, runs resumed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from app.core.db import Database
from app.core.mongo import long
from app.domains.analytics.types import CohortSize, RollupKind
from app.domains.onboarding.types import KycState
from tests.factories.analytics import analytics_on, dumped, signed_up
from tests.factories.cases import case_of, decide
from tests.factories.ledger import Bank, build_bank
from tests.fakes.clock import FakeClock

DAY = date(2026, 11, 24)
HELD = 0.5


@pytest.fixture
def bank(db: Database, clock: FakeClock) -> Iterator[Bank]:
    made = build_bank(db=db, clock=clock)
    yield made
    made.house.identity.close()


async def held_transfer(bank: Bank, minor: int) -> str:
    """Return the id of a transfer that waits for a person."""
    bank.scorer.probability = HELD
    journal = await bank.transfer("ada", "bo", minor)
    bank.scorer.probability = 0.0
    return journal.journal_id


@pytest.mark.row("AN2")
class TestFlows:
    async def test_every_kind_of_movement_stands_in_its_column(self, bank: Bank) -> None:
        door = analytics_on(bank.db, bank.clock)
        await bank.deposit("ada", 10_000)
        mistake = await bank.deposit("ada", 700)
        await bank.withdraw("ada", 1_500)
        await bank.transfer("ada", "bo", 2_000)
        await bank.reverse(mistake.journal_id)
        await door.refreshing.run()
        report = await door.reports.flows(DAY, DAY)
        (line,) = report.days
        assert line.deposits.amount_minor == 10_700
        assert (line.deposit_count, line.withdrawal_count, line.transfer_count) == (2, 1, 1)
        assert (line.withdrawals.amount_minor, line.transfers.amount_minor) == (1_500, 2_000)
        assert line.reversed.amount_minor == 700
        ada, bo = (await bank.balance("ada"))[0], (await bank.balance("bo"))[0]
        assert line.customers_net.amount_minor == ada + bo == 8_500

    async def test_held_money_moves_on_the_day_it_is_released(self, bank: Bank) -> None:
        door = analytics_on(bank.db, bank.clock)
        await bank.deposit("ada", 10_000)
        held = await held_transfer(bank, 3_000)
        bank.clock.advance(86_400)
        await bank.ledger.holds.release(held, actor="x")
        await door.refreshing.run()
        first, second = (await door.reports.flows(DAY, DAY + timedelta(days=1))).days
        assert (first.transfers.amount_minor, second.transfers.amount_minor) == (0, 3_000)


@pytest.mark.row("AN2")
class TestFraud:
    async def test_held_released_and_refused_payments_count_where_they_happened(
        self, bank: Bank
    ) -> None:
        door = analytics_on(bank.db, bank.clock)
        await bank.deposit("ada", 50_000)
        good, bad = await held_transfer(bank, 3_000), await held_transfer(bank, 4_000)
        analyst = await bank.person("eve")
        bank.clock.advance(600)
        await decide(bank, (await case_of(bank, good)).case_id, analyst, release=True)
        bank.clock.advance(86_400)
        await decide(bank, (await case_of(bank, bad)).case_id, analyst, release=False)
        await door.refreshing.run()
        report = await door.reports.fraud(DAY, DAY + timedelta(days=1))
        today, tomorrow = report.days
        assert (today.judged, today.held, today.released, today.rejected) == (3, 2, 1, 0)
        assert (today.precision, today.median_decision_s) == (0.0, 600)
        assert (tomorrow.judged, tomorrow.rejected, tomorrow.precision) == (0, 1, 1.0)
        assert [money.amount_minor for money in tomorrow.prevented] == [4_000]
        by_channel = {line.channel: line for line in report.channels}
        assert by_channel["transfer"].alert_rate == 1.0  # a str enum
        assert by_channel["deposit"].alert_rate == 0.0
        assert report.total.precision == 0.5

    async def test_a_payment_judged_twice_counts_once_as_judged_last(
        self, db: Database, clock: FakeClock
    ) -> None:
        for number, outcome in enumerate(("step_up", "approve")):
            at = clock.now() + timedelta(seconds=number)
            await db.insert_one(
                "decisions",
                {
                    "_id": f"d{number}", "kind": "fraud", "user_id": "u", "at": at,
                    "inputs": {"payment_id": "p", "kind": "transfer", "currency": "USD",
                               "amount_minor": long(900)},
                    "versions": {}, "outputs": {"outcome": outcome, "degraded": False},
                    "hash": "",
                },
            )  # fmt: skip
        door = analytics_on(db, clock)
        await door.refreshing.run()
        total = (await door.reports.fraud(DAY, DAY)).total
        assert (total.judged, total.stepped_up, total.approved) == (1, 0, 1)


async def came_further(db: Database, user_id: str, at: datetime) -> None:
    """Approve a person's identity, give her a profile, money and shares."""
    await db.update_one(
        "onboarding",
        {"_id": user_id},
        {"$set": {"kyc": KycState.APPROVED.value, "profile_version": 1}},
        upsert=True,
    )
    await db.insert_one(
        "kyc_cases",
        {"_id": f"c-{user_id}", "user": user_id, "state": "approved", "revision": 1,
         "decided_at": at},
    )  # fmt: skip
    for unit, kind in (("USD", "cash"), ("VTI", "holding")):
        zero = {"balance": long(1), "held": long(0), "available": long(1), "v": long(1)}
        await db.insert_one(
            "accounts",
            {"_id": f"{user_id}.{unit}", "owner": user_id, "unit": unit, "kind": kind,
             "status": "open", "overdraft": False, **zero},
        )  # fmt: skip


@pytest.mark.row("AN2")
class TestCohorts:
    async def test_people_count_in_the_week_they_signed_up_however_late_they_move(
        self, db: Database, clock: FakeClock
    ) -> None:
        door = analytics_on(db, clock)
        long_ago = clock.now() - timedelta(days=60)
        user = await signed_up(db, long_ago)
        await signed_up(db, long_ago + timedelta(hours=1))
        await signed_up(db, long_ago, staff=True)
        await door.rebuilding.run(long_ago.date(), long_ago.date())
        await door.refreshing.run()
        before = (await door.reports.cohorts(long_ago.date(), DAY)).total
        assert before == CohortSize(2, 0, 0, 0, 0)
        clock.advance(3_600)
        await came_further(db, user, clock.now() - timedelta(seconds=30))
        await door.refreshing.run()
        (week,) = (await door.reports.cohorts(long_ago.date(), DAY)).weeks[:1]
        assert week.size == CohortSize(2, 1, 1, 1, 1)
        assert week.week == "2026-W39"

    async def test_many_of_one_day_are_counted_page_by_page(
        self, db: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.domains.identity.usecases.sign_ups.PAGE", 3)
        for _ in range(7):
            await signed_up(db, clock.now())  # one moment: the id is the order
        door = analytics_on(db, clock)
        await door.refreshing.run()
        assert (await door.reports.cohorts(DAY, DAY)).total.signed_up == 7


async def posting(db: Database, at: datetime, minor: int, name: str) -> None:
    """Put two bare postings of a deposit into the books."""
    for account, amount in ((f"{name}.USD", minor), ("house.funding.00.USD", -minor)):
        await db.insert_one(
            "postings",
            {
                "_id": f"{account}:{name}", "account": account, "seq": 2, "journal": name,
                "unit": "USD", "amount": long(amount), "balance": long(0), "prev": "",
                "kind": "deposit", "at": at,
            },
        )  # fmt: skip


@pytest.mark.row("AN2")
class TestRefreshing:
    async def test_running_twice_changes_nothing(self, bank: Bank) -> None:
        door = analytics_on(bank.db, bank.clock)
        await bank.deposit("ada", 10_000)
        assert await door.refreshing.run() > 0
        once = await dumped(bank.db)
        bank.clock.advance(60)
        assert await door.refreshing.run() == 0
        assert await dumped(bank.db) == once

    async def test_a_late_row_computes_its_day_again_and_no_other(
        self, db: Database, clock: FakeClock
    ) -> None:
        door = analytics_on(db, clock)
        late = clock.now() - timedelta(days=3)
        await door.refreshing.run()
        once = await dumped(db)
        clock.advance(60)
        await posting(db, late, 500, "late")
        assert await door.refreshing.run() == 1
        now = await dumped(db)
        assert [key for key in now if now[key] != once[key]] == [f"flows:{late.date()}"]
        (line,) = (await door.reports.flows(late.date(), DAY)).days
        assert line.deposits.amount_minor == 500

    async def test_today_is_done_again_when_it_is_over(
        self, db: Database, clock: FakeClock
    ) -> None:
        door = analytics_on(db, clock)
        await door.refreshing.run()
        assert (await dumped(db))[f"flows:{DAY}"]["final"] is False
        clock.advance(86_400)
        await door.refreshing.run()
        assert (await dumped(db))[f"flows:{DAY}"]["final"] is True

    async def test_a_reading_that_began_earlier_never_replaces_a_later_one(
        self, db: Database, clock: FakeClock
    ) -> None:
        await analytics_on(db, clock).refreshing.run()
        slow = FakeClock(clock.now() - timedelta(minutes=5))
        await posting(db, clock.now(), 500, "new")
        done = await analytics_on(db, slow).rebuilding.run(DAY, DAY, kinds=[RollupKind.FLOWS])
        assert done.changed == 0

    async def test_days_without_a_rollup_are_missing_not_zero(
        self, db: Database, clock: FakeClock
    ) -> None:
        door = analytics_on(db, clock)
        await door.refreshing.run()
        coverage = (await door.reports.flows(DAY - timedelta(days=9), DAY)).coverage
        assert (coverage.days, coverage.missing) == (10, 2)
        assert coverage.refreshed_at == clock.now()

    async def test_more_movers_than_one_read_takes_are_all_followed(
        self, db: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.domains.analytics.usecases.refreshing.MOVERS_MAX", 2)
        door = analytics_on(db, clock)
        joined = datetime(2026, 9, 1, 12, tzinfo=UTC)
        for number in range(7):
            user = await signed_up(db, joined + timedelta(days=number))
            await came_further(db, user, clock.now() - timedelta(hours=number + 1))
        await door.refreshing.run()
        report = await door.reports.cohorts(joined.date(), joined.date() + timedelta(days=6))
        assert report.total == CohortSize(7, 7, 7, 7, 7)


class _StopError(Exception):
    """The machine went away."""


@pytest.mark.row("AN2")
class TestRebuilding:
    async def test_an_interrupted_run_goes_on_and_ends_as_an_undisturbed_one(
        self, db: Database, clock: FakeClock
    ) -> None:
        door = analytics_on(db, clock)
        first = DAY - timedelta(days=20)
        for number in range(0, 20, 3):
            await posting(db, clock.now() - timedelta(days=number), number + 1, f"p{number}")
        seen: list[int] = []

        def stop(days: int) -> None:
            seen.append(days)
            if len(seen) == 9:
                raise _StopError

        with pytest.raises(_StopError):
            await door.rebuilding.run(first, DAY, progress=stop)
        done = await door.rebuilding.run(first, DAY)
        assert done.resumed_at == first + timedelta(days=7)
        assert done.days == 14
        rows = await dumped(db)
        again = await door.rebuilding.run(first, DAY, fresh=True)
        assert (again.changed, again.resumed_at, again.days) == (0, None, 21)
        assert await dumped(db) == rows
        report = await door.reports.flows(first, DAY)
        assert report.coverage.missing == 0
        assert sum(x.deposits.amount_minor for x in report.days) == sum(range(1, 21, 3))

    async def test_one_kind_leaves_the_others_alone(self, db: Database, clock: FakeClock) -> None:
        await analytics_on(db, clock).rebuilding.run(DAY, DAY, kinds=[RollupKind.FRAUD])
        assert set(await dumped(db)) == {f"fraud:{DAY}"}
