"""Imported sources: whose hours they keep, what a newer file adds, what it may not change."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from app.core.db import Database
from app.domains.market.adapters import price_file
from app.domains.market.adapters.replay import ReplayFeed
from app.domains.market.errors import CalendarUnknownError, PriceFileError, SourceNotFoundError
from app.domains.market.service import COLLECTIONS, MarketService
from app.domains.market.types import ImportChoice, MarketState, PriceFile, Source
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

# Tuesday in New York: it opens at 14:30 and closes at 21:00 UTC.
MORNING = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
HOUR = 3600
HEAD = "date,VTI,XYZ\n2026-11-19,10,20\n2026-11-20,10.5,20.1\n"
CSV = HEAD + "2026-11-23,10.4,20.2\n"
OLD = "date,VTI,XYZ\n2019-12-30,10.5,20.1\n2019-12-31,10.4,20.2\n"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MORNING)


@pytest.fixture
def market(clock: FakeClock) -> MarketService:
    db = FakeDatabase(COLLECTIONS, abort_first=True, clock=clock)
    return MarketService(db=db, clock=clock, seed=7)


def read(tmp_path: Path, text: str, today: date = date(2026, 11, 30)) -> PriceFile:
    path = tmp_path / "prices.csv"
    path.write_text(text)
    return price_file.read_price_file(path, today=today)


async def imported(
    market: MarketService, tmp_path: Path, text: str = CSV, choice: ImportChoice | None = None
) -> Source:
    return await market.import_prices(
        read(tmp_path, text), currency="USD", label="x", choice=choice
    )


async def quote(market: MarketService, clock: FakeClock) -> None:
    await market.record_quotes(await ReplayFeed(market, clock).now())


@pytest.mark.row("MD3")
class TestHours:
    async def test_sandbox_market_never_closes(self, market: MarketService) -> None:
        await market.ensure_simulated()
        hours = await market.hours()
        assert (hours.calendar, hours.state, hours.closes_at) == ("24/7", MarketState.OPEN, None)

    async def test_todays_prices_keep_the_hours_of_their_exchange(
        self, market: MarketService, clock: FakeClock, tmp_path: Path
    ) -> None:
        source = await imported(market, tmp_path)
        assert (source.calendar, source.past) == ("XNYS", False)
        hours = await market.hours()
        assert hours.state is MarketState.CLOSED
        assert hours.next_open == datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
        assert hours.last_session == date(2026, 11, 23)
        clock.advance(3 * HOUR)
        hours = await market.hours()
        assert (hours.state, hours.next_open) == (MarketState.OPEN, None)
        assert hours.closes_at == datetime(2026, 11, 24, 21, 0, tzinfo=UTC)

    @pytest.mark.parametrize("calendar", [None, "24/7"])
    async def test_past_is_replayed_at_any_hour_and_says_its_age(
        self, market: MarketService, clock: FakeClock, tmp_path: Path, calendar: str | None
    ) -> None:
        source = await imported(market, tmp_path, OLD, ImportChoice(calendar))
        assert source.past
        assert (await market.hours()).state is MarketState.OPEN
        await quote(market, clock)
        found = (await market.last_quotes())["VTI"]
        assert not found.stale
        assert found.sessions_behind is not None
        assert found.sessions_behind > 1700

    async def test_who_imports_may_choose(self, market: MarketService, tmp_path: Path) -> None:
        source = await imported(market, tmp_path, OLD, ImportChoice("XETR", past=False))
        assert (source.calendar, source.past) == ("XETR", False)
        again = await imported(market, tmp_path, OLD)
        assert again == source, "the same file again changes nothing"
        with pytest.raises(CalendarUnknownError):
            await imported(market, tmp_path, OLD, ImportChoice("XMOON"))

    async def test_live_provider_keeps_the_hours_even_for_an_old_file(
        self, market: MarketService, clock: FakeClock, tmp_path: Path
    ) -> None:
        source = await imported(market, tmp_path, OLD)
        db = FakeDatabase(COLLECTIONS, abort_first=False, clock=clock)
        live = MarketService(db=db, clock=clock, seed=7, feed="alpaca")
        assert live._sources.hours_of(source, clock.now()).state is MarketState.CLOSED


@pytest.mark.row("MD3")
class TestStale:
    async def test_close_is_good_until_the_next_one_is_missing(
        self, market: MarketService, clock: FakeClock, tmp_path: Path
    ) -> None:
        await imported(market, tmp_path)
        seen = []
        for hours in (0, 8, 1):  # 12:30 closed; 20:30 open; 21:30: Tuesday's close is missing
            clock.advance(hours * HOUR)
            await quote(market, clock)
            found = (await market.last_quotes())["VTI"]
            seen.append((found.stale, found.sessions_behind))
        assert seen == [(False, 0), (False, 0), (True, 1)]

    async def test_fridays_price_is_good_on_sunday(
        self, market: MarketService, clock: FakeClock, tmp_path: Path
    ) -> None:
        clock.advance(-4 * 86_400 + 8 * HOUR)  # Friday 20:30
        await imported(market, tmp_path, HEAD)
        await quote(market, clock)
        clock.advance(40 * HOUR)
        found = (await market.last_quotes())["VTI"]
        assert (found.stale, found.sessions_behind) == (False, 0)
        clock.advance(34 * HOUR)  # Monday 22:30
        found = (await market.last_quotes())["VTI"]
        assert (found.stale, found.sessions_behind) == (True, 1)


@pytest.mark.row("MD4")
class TestRefresh:
    async def test_unfinished_day_is_overwritten_with_audit_and_days_are_added(
        self, db: Database, clock: FakeClock, tmp_path: Path
    ) -> None:
        market = MarketService(db=db, clock=clock, seed=7)
        clock.advance(3 * HOUR)
        source = await imported(market, tmp_path, CSV + "2026-11-24,11,21\n")
        assert source.provisional_day == date(2026, 11, 24)
        clock.advance(23 * HOUR)
        newer = read(tmp_path, CSV + "2026-11-24,10.8,21\n2026-11-25,10.9,21.5\n")
        done = await market.refresh(newer, source.source_id)
        assert (done.added_days, done.overwritten_day) == (1, date(2026, 11, 24))
        found = await market.history(("VTI", "XYZ"), end=date(2026, 11, 25), days=10)
        assert found.prices[-2:].tolist() == [[10.8, 21.0], [10.9, 21.5]]
        assert found.data_hash == (await market.source()).data_hash
        trail = await db.find_many("audit", {"action": "market.provisional_overwritten"}, limit=5)
        assert [row["reason"] for row in trail] == ["VTI 11 -> 10.8"]
        again = await market.refresh(newer, source.source_id)
        assert (again.added_days, again.overwritten_day) == (0, None)
        # The first file once more takes nothing away.
        await imported(market, tmp_path, CSV + "2026-11-24,11,21\n")
        after = await market.history(("VTI", "XYZ"), end=date(2026, 11, 25), days=10)
        assert np.array_equal(after.prices, found.prices)
        assert after.data_hash == (await market.source()).data_hash

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (CSV.replace("10.5", "10.6"), "finished day"),
            (CSV.replace("2026-11-20", "2026-11-21"), "not in the source"),
            (CSV.replace("XYZ", "ABC"), "has the symbols"),
            ("date,VTI,XYZ\n2026-11-25,1,1\n2026-11-27,1,1\n", "would be missing"),
        ],
    )
    async def test_contradiction_is_refused_and_nothing_is_kept(
        self, market: MarketService, tmp_path: Path, text: str, words: str
    ) -> None:
        source = await imported(market, tmp_path)
        with pytest.raises(PriceFileError, match=words):
            await market.refresh(read(tmp_path, text), source.source_id)
        assert await market.source() == source

    async def test_unknown_source_is_said(self, market: MarketService, tmp_path: Path) -> None:
        with pytest.raises(SourceNotFoundError):
            await market.refresh(read(tmp_path, CSV), "import-none")


@pytest.mark.row("MD4")
class TestBeforeInception:
    async def test_young_fund_clamps_the_file_and_asking_earlier_clamps_the_answer(
        self, market: MarketService, tmp_path: Path
    ) -> None:
        file = read(tmp_path, CSV.replace("2026-11-19,10,20", "2026-11-19,10,"))
        assert file.usable
        assert [(p.column, p.code) for p in file.problems] == [("XYZ", "before_inception")]
        await market.import_prices(file, currency="USD", label="x")
        found = await market.closes("VTI", first=date(2020, 1, 1), last=date(2026, 11, 23))
        assert [str(day) for day in found.dates] == ["2026-11-20", "2026-11-23"]
