"""The market's door on the real database: histories, one active source, quotes with their age."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from app.core.db import Database
from app.domains.market.adapters import price_file
from app.domains.market.adapters.replay import ReplayFeed
from app.domains.market.errors import (
    DateRangeError,
    InstrumentNotFoundError,
    NoPricesError,
    PriceFileError,
    SourceNotFoundError,
)
from app.domains.market.rules import simulation
from app.domains.market.service import COLLECTIONS, MarketService
from app.domains.market.types import PriceFile, Quote, exact_price
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

CSV = "date,VTI,XYZ\n2019-12-27,10,20\n2019-12-30,10.5,20.1\n2019-12-31,10.4,20.2\n"


def read_price_file(path: Path) -> PriceFile:
    return price_file.read_price_file(path, today=date(2026, 11, 24))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 11, 24, 12, 30, tzinfo=UTC))


@pytest.fixture
def market(db: Database, clock: FakeClock) -> MarketService:
    return MarketService(db=db, clock=clock, seed=7)


@pytest.mark.row("MD1")
class TestSimulated:
    async def test_before_the_first_start_there_are_no_prices(self, market: MarketService) -> None:
        with pytest.raises(NoPricesError):
            await market.instruments()

    async def test_history_is_what_was_simulated_and_a_second_start_adds_nothing(
        self, market: MarketService
    ) -> None:
        source = await market.ensure_simulated()
        assert source.last_day == date(2026, 11, 23)
        assert await market.ensure_simulated() == source
        days, closes = simulation.closes(source.last_day, 7)
        found = await market.history(simulation.SYMBOLS, end=source.last_day, days=756)
        assert np.array_equal(found.prices, closes[-756:])
        assert np.array_equal(found.dates, days[-756:])

    async def test_next_day_extends_and_keeps_the_past(
        self, market: MarketService, clock: FakeClock
    ) -> None:
        await market.ensure_simulated()
        before = await market.history(("VTI",), end=date(2026, 11, 23), days=100)
        clock.advance(24 * 3600)
        source = await market.ensure_simulated()
        assert source.last_day == date(2026, 11, 24)
        after = await market.history(("VTI",), end=date(2026, 11, 23), days=100)
        assert after.data_hash == before.data_hash

    @pytest.mark.row("RS5")
    async def test_a_recent_fall_is_measured_from_the_highest_day(
        self, market: MarketService
    ) -> None:
        assert await market.recent_fall(days=30) is None, "without prices nothing is known"
        source = await market.ensure_simulated()
        shares = [x.symbol for x in await market.instruments() if x.asset_class == "equity"]
        found = await market.history(tuple(shares), end=source.last_day, days=22)
        level = np.mean(found.prices / found.prices[0], axis=1)
        fall = await market.recent_fall(days=30)
        assert fall == pytest.approx(1 - level[-1] / level.max())
        assert fall is not None
        assert 0 <= fall < 1

    async def test_ranges_and_symbols_are_checked(self, market: MarketService) -> None:
        await market.ensure_simulated()
        with pytest.raises(DateRangeError):
            await market.closes("VTI", first=date(2026, 1, 2), last=date(2026, 1, 1))
        with pytest.raises(InstrumentNotFoundError):
            await market.history(("NOPE",), end=date(2026, 1, 1), days=5)


@pytest.mark.row("MD3")
class TestQuotes:
    async def test_quote_carries_source_and_goes_stale_with_age(
        self, market: MarketService, clock: FakeClock
    ) -> None:
        source = await market.ensure_simulated()
        history = await market.history(source.symbols, end=source.last_day, days=60)
        batch = ReplayFeed(market, clock).batch(source, history)
        await market.record_quotes(batch)
        fresh = await market.last_quotes(("VTI",))
        assert set(fresh) == {"VTI"}
        assert fresh["VTI"].source == "simulated"
        assert not fresh["VTI"].stale
        assert fresh["VTI"].price == batch[0].price
        clock.advance(61)
        assert (await market.last_quotes())["VTI"].stale

    async def test_imported_prices_are_repeated_never_moved(
        self, market: MarketService, clock: FakeClock, tmp_path: Path
    ) -> None:
        path = tmp_path / "real.csv"
        path.write_text(CSV)
        source = await market.import_prices(read_price_file(path), currency="USD", label="Imported")
        history = await market.history(source.symbols, end=source.last_day, days=60)
        batch = {q.symbol: q for q in ReplayFeed(market, clock).batch(source, history)}
        assert str(batch["VTI"].price) == "10.4000"
        assert batch["VTI"].market_date == date(2019, 12, 31)
        assert batch["VTI"].source.startswith("replay:import-")


class TestImport:
    async def test_import_takes_over_whole_and_twice_is_once(
        self, market: MarketService, tmp_path: Path
    ) -> None:
        await market.ensure_simulated()
        path = tmp_path / "real.csv"
        path.write_text(CSV)
        checked = read_price_file(path)
        one = await market.import_prices(checked, currency="USD", label="Imported")
        assert await market.import_prices(checked, currency="USD", label="Imported") == one
        listed = {i.symbol: i for i in await market.instruments()}
        assert set(listed) == {"VTI", "XYZ"}
        assert "simulated" not in listed["VTI"].name
        await market.ensure_simulated()
        assert (await market.source()).source_id == one.source_id, "simulation does not take over"

    async def test_file_with_a_fault_leaves_everything_as_it_was(
        self, market: MarketService, tmp_path: Path
    ) -> None:
        before = await market.ensure_simulated()
        path = tmp_path / "bad.csv"
        path.write_text(CSV.replace("10.5", "x"))
        with pytest.raises(PriceFileError):
            await market.import_prices(read_price_file(path), currency="USD", label="x")
        assert await market.source() == before


@pytest.mark.row("MD3")
class TestSourcesNeverMix:
    async def test_late_batch_of_the_old_source_is_not_shown_under_the_new_one(
        self, market: MarketService, clock: FakeClock, tmp_path: Path
    ) -> None:
        old = await market.ensure_simulated()
        history = await market.history(old.symbols, end=old.last_day, days=60)
        late = ReplayFeed(market, clock).batch(old, history)
        path = tmp_path / "real.csv"
        path.write_text(CSV)
        await market.import_prices(read_price_file(path), currency="USD", label="Imported")
        await market.record_quotes(late)
        assert await market.last_quotes() == {}

    async def test_batch_of_two_sources_is_a_programming_mistake(
        self, market: MarketService, clock: FakeClock
    ) -> None:
        source = await market.ensure_simulated()
        history = await market.history(source.symbols, end=source.last_day, days=60)
        one, two, *_ = ReplayFeed(market, clock).batch(source, history)
        with pytest.raises(AssertionError, match="one source"):
            await market.record_quotes((one, replace(two, source="elsewhere")))

    async def test_symbol_with_a_dot_keeps_its_own_quote(
        self, market: MarketService, clock: FakeClock, tmp_path: Path
    ) -> None:
        path = tmp_path / "dots.csv"
        path.write_text(CSV.replace("XYZ", "BRK.B").replace("20.2", "0.00002"))
        source = await market.import_prices(read_price_file(path), currency="USD", label="x")
        history = await market.history(source.symbols, end=source.last_day, days=60)
        await market.record_quotes(ReplayFeed(market, clock).batch(source, history))
        found = await market.last_quotes()
        assert set(found) == {"VTI", "BRK.B"}
        assert found["BRK.B"].price == Decimal("0.00002"), "a small price does not become zero"

    async def test_another_seed_replaces_the_history_whole(
        self, db: Database, market: MarketService, clock: FakeClock
    ) -> None:
        await market.ensure_simulated()
        other = MarketService(db=db, clock=clock, seed=8)
        source = await other.ensure_simulated()
        found = await other.history(simulation.SYMBOLS, end=source.last_day, days=5000)
        assert np.array_equal(found.prices, simulation.closes(source.last_day, 8)[1])
        assert found.data_hash == source.data_hash

    async def test_clock_set_back_keeps_the_longer_history(
        self, market: MarketService, clock: FakeClock
    ) -> None:
        before = await market.ensure_simulated()
        clock.advance(-10 * 24 * 3600)
        assert await market.ensure_simulated() == before


class TestDayClosed:
    async def test_only_the_active_source_tells_the_rooms_above(
        self, clock: FakeClock, tmp_path: Path
    ) -> None:
        db = FakeDatabase(COLLECTIONS, abort_first=True, clock=clock)
        market = MarketService(db=db, clock=clock, seed=7)
        await market.ensure_simulated()
        path = tmp_path / "real.csv"
        path.write_text(CSV)
        imported = await market.import_prices(read_price_file(path), currency="USD", label="x")
        clock.advance(24 * 3600)
        await market.ensure_simulated()
        await market.use("simulated")
        assert [(event.source, event.day) for event in db.published] == [
            ("simulated", "2026-11-23"),
            (imported.source_id, "2019-12-31"),
            ("simulated", "2026-11-24"),
        ]


class TestUse:
    async def test_back_to_the_sandbox_market_and_unknown_source(
        self, market: MarketService, tmp_path: Path
    ) -> None:
        await market.ensure_simulated()
        path = tmp_path / "real.csv"
        path.write_text(CSV)
        checked = read_price_file(path)
        await market.import_prices(checked, currency="USD", label="x")
        in_euro = await market.import_prices(checked, currency="EUR", label="x")
        assert (await market.source()).currency == "EUR"
        assert [s.source_id for s in await market.sources()] == [in_euro.source_id, "simulated"]
        await market.use("simulated")
        assert (await market.source()).kind == "simulated"
        with pytest.raises(SourceNotFoundError):
            await market.use("import-nothing")
        with pytest.raises(PriceFileError):
            await market.import_prices(checked, currency="usd", label="x")


class TestRanges:
    @pytest.mark.parametrize(
        ("first", "last"),
        [(date.min, date(5, 1, 1)), (None, date.min), (date(9999, 1, 1), date.max)],
    )
    async def test_days_outside_the_history_are_empty_not_an_error(
        self, market: MarketService, first: date | None, last: date
    ) -> None:
        await market.ensure_simulated()
        found = await market.closes("VTI", first=first, last=last)
        assert found.prices.shape == (0, 1)

    async def test_without_a_range_it_is_the_last_year(self, market: MarketService) -> None:
        source = await market.ensure_simulated()
        found = await market.closes("BIL")
        assert str(found.dates[-1]) == str(source.last_day)
        assert 255 < len(found.dates) < 265

    async def test_absurd_length_is_cut_not_refused(self, market: MarketService) -> None:
        source = await market.ensure_simulated()
        found = await market.history(("BIL",), end=date.max, days=10**9)
        assert str(found.dates[0]) == str(source.first_day)


@pytest.mark.parametrize("value", [1e-6, 0.00012345, 0.5, 1.0, 99.99996, 1e9])
def test_exact_price_is_never_zero_and_close_to_the_close(value: float) -> None:
    assert exact_price(value) > 0
    assert float(exact_price(value)) == pytest.approx(value, rel=1e-4)


def test_a_price_without_currency_or_above_zero_cannot_be_made() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    good = ("VTI", Decimal(1), "USD", "x", date(2026, 1, 1), at, at)
    Quote(*good)
    for broken in (Decimal(0), Decimal("-1"), Decimal("NaN")):
        with pytest.raises(ValueError, match="not a price"):
            Quote("VTI", broken, *good[2:])
    with pytest.raises(ValueError, match="currency"):
        Quote("VTI", Decimal(1), "", *good[3:])
