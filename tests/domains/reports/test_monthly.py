"""The run over the customers: everybody once, going on after a death, by two workers as by one."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.errors import UnavailableError
from app.domains.reports.rules import periods
from app.domains.reports.types import Period, Report, ReportKind
from app.domains.reports.usecases import monthly
from app.domains.reports.usecases.drafting import Look
from app.domains.reports.usecases.monthly import Monthly
from app.worker.crons import cron_jobs
from app.worker.main import CRONS
from tests.domains.portfolio.test_orders import Desk, desk
from tests.factories.reports import Customers, go_to, reports_on

__all__ = ["desk"]
pytestmark = pytest.mark.row("AN3")

NOVEMBER = periods.month(datetime(2026, 11, 1, tzinfo=UTC).date())


@pytest.fixture
async def people(desk: Desk) -> list[str]:
    """Seven customers with money in November, two without; December has begun."""
    names = [f"person{number}" for number in range(7)]
    for name in names:
        await desk.bank.deposit(name, 10_00)
    strangers = [await desk.bank.person(name) for name in ("none", "nobody")]
    go_to(desk, 2026, 12, 1)
    await desk.market.ensure_simulated()
    await desk.quote()
    return sorted([*(desk.bank.people[name] for name in names), *strangers])


class Dying(Customers):
    """Dies when it is asked for the page with this number, as a killed worker does."""

    def __init__(self, *ids: str, at: int) -> None:
        super().__init__(*ids)
        self.left = at

    async def page(self, after: str, *, limit: int) -> tuple[list[str], str | None]:
        if self.left == 0:
            raise asyncio.CancelledError
        self.left -= 1
        return await super().page(after, limit=limit)


def kept(desk: Desk) -> dict[str, Any]:
    return dict(desk.bank.db.rows("reports"))


class TestRun:
    async def test_everybody_gets_hers_and_a_second_run_makes_nothing(
        self, desk: Desk, people: list[str]
    ) -> None:
        door = reports_on(desk, customers=Customers(*people)).schedule
        made = await door.run(NOVEMBER)
        # A statement and a performance each; nobody traded or asked for advice.
        assert (made.customers, made.issued, made.refused, made.waits) == (9, 14, 0, 0)
        before = kept(desk)
        again = await door.run(NOVEMBER)
        assert (again.customers, again.issued, again.there, again.done) == (9, 0, 14, True)
        assert kept(desk) == before
        assert (await door.due()).customers == 0  # the month is done: one read

    @pytest.mark.parametrize("page", [1, 2, 3])
    async def test_killed_in_the_middle_it_goes_on_behind_the_last_batch(
        self, desk: Desk, people: list[str], page: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(monthly, "BATCH", 2)
        with pytest.raises(asyncio.CancelledError):
            await reports_on(desk, customers=Dying(*people, at=page)).schedule.run(NOVEMBER)
        begun = kept(desk)
        made = await reports_on(desk, customers=Customers(*people)).schedule.run(NOVEMBER)
        assert made.customers == len(people) - 2 * page
        assert made.there == 0
        assert len(kept(desk)) == 14
        assert begun.items() <= kept(desk).items()

    async def test_killed_inside_a_batch_nobody_gets_two(
        self, desk: Desk, people: list[str]
    ) -> None:
        door = reports_on(desk, customers=Customers(*people)).schedule
        told = 0

        def die(_: int) -> None:
            nonlocal told
            told += 1
            if told == 4:
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await door.run(NOVEMBER, progress=die)
        begun = kept(desk)
        assert 0 < len(begun) < 14
        made = await door.run(NOVEMBER)
        assert made.issued == 14 - len(begun)
        assert len(kept(desk)) == 14
        assert begun.items() <= kept(desk).items()

    async def test_two_workers_at_once_make_one_of_each(
        self, desk: Desk, people: list[str]
    ) -> None:
        doors = [reports_on(desk, customers=Customers(*people)).schedule for _ in range(2)]
        await asyncio.gather(*(door.due() for door in doors))
        assert len(kept(desk)) == 14
        sealed = [entry for entry, _ in desk.bank.db.sealed if entry.startswith("report:")]
        assert len(sealed) == len(set(sealed)) == 14

    async def test_out_of_time_it_stops_behind_a_batch_and_the_next_goes_on(
        self, desk: Desk, people: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(monthly, "BATCH", 4)
        door = reports_on(desk, customers=Customers(*people)).schedule
        now = desk.bank.clock.monotonic()
        first = await door.run(NOVEMBER, until=now)
        assert (first.customers, first.done) == (4, False)
        second = await door.run(NOVEMBER, until=now)
        assert (second.customers, second.done) == (4, False)
        assert (await door.run(NOVEMBER)).done

    @pytest.mark.parametrize("error", [UnavailableError(), ZeroDivisionError("a mistake")])
    async def test_who_must_wait_stays_alone_and_is_looked_at_again(
        self, desk: Desk, people: list[str], error: Exception
    ) -> None:
        real = reports_on(desk)._making
        poor = desk.bank.people["person3"]
        making = _Failing(real, poor, error)
        door = Monthly(
            db=desk.bank.db,
            clock=desk.bank.clock,
            making=making,  # the one method it is asked for
            customers=Customers(*people),
        )
        made = await door.run(NOVEMBER)
        assert (made.issued, made.done) == (12, False)
        assert made.waits == 4
        making.error = None
        again = await door.due()
        assert (again.issued, again.there, again.done) == (2, 12, True)


class _Failing:
    def __init__(self, real: Any, owner: str, error: Exception) -> None:
        self._real, self._owner = real, owner
        self.error: Exception | None = error

    def look(self, owner: str, period: Period) -> Look:
        return Look(owner, period, period.end)

    async def make(self, look: Look, kind: ReportKind, *, actor: str) -> Report:
        if look.owner == self._owner and self.error is not None:
            raise self.error
        found: Report = await self._real.make(look, kind, actor=actor)
        return found


class TestTimes:
    def test_arq_asks_each_hour_at_ten_past_on_one_slow_worker(self) -> None:
        (job,) = cron_jobs(CRONS["slow"])
        assert (job.name, job.unique) == ("cron:make_reports", True)
        job.calculate_next(datetime(2026, 11, 30, 23, 40, tzinfo=UTC))
        assert job.next_run is not None
        assert job.next_run.replace(microsecond=0) == datetime(2026, 12, 1, 0, 10, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("at", "month", "week"),
        [
            ((2026, 12, 1, 2), "2026-10", "2026-W48"),
            ((2026, 12, 1, 3), "2026-11", "2026-W48"),
            ((2027, 1, 1, 4), "2026-12", "2026-W52"),
            ((2026, 11, 30, 2), "2026-10", "2026-W47"),
            ((2026, 11, 30, 4), "2026-10", "2026-W48"),
        ],
    )
    def test_period_is_due_three_hours_after_its_end(
        self, at: tuple[int, int, int, int], month: str, week: str
    ) -> None:
        now = datetime(*at, tzinfo=UTC)
        assert (periods.last_month(now).label, periods.last_week(now).label) == (month, week)
