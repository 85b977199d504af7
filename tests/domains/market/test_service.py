"""The market's door on the real database: histories, one active source, quotes with their age."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from app.core.db import Database
from app.domains.market.adapters.price_file import read_price_file
from app.domains.market.adapters.replay import ReplayFeed
from app.domains.market.errors import (
    DateRangeError,
    InstrumentNotFoundError,
    NoPricesError,
    PriceFileError,
)
from app.domains.market.rules import simulation
from app.domains.market.service import MarketService
from tests.fakes.clock import FakeClock

CSV = "date,VTI,XYZ\n2019-12-27,10,20\n2019-12-30,10.5,20.1\n2019-12-31,10.4,20.2\n"


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
        await market.record_quotes(source.source_id, batch)
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


def test_a_price_without_currency_or_above_zero_cannot_be_made() -> None:
    from decimal import Decimal

    from app.domains.market.types import Quote

    at = datetime(2026, 1, 1, tzinfo=UTC)
    good = ("VTI", Decimal(1), "USD", "x", date(2026, 1, 1), at, at)
    Quote(*good)
    for broken in (Decimal(0), Decimal("-1"), Decimal("NaN")):
        with pytest.raises(ValueError, match="not a price"):
            Quote("VTI", broken, *good[2:])
    with pytest.raises(ValueError, match="currency"):
        Quote("VTI", Decimal(1), "", *good[3:])
