"""A folder as a feed: CSV and Parquet, new and changed files, rows that cannot be read."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.domains.market.adapters.folder import FolderFeed
from app.domains.market.errors import FeedRefusedError
from app.domains.market.feed_types import Tick
from tests.fakes.clock import FakeClock

HEADER = "time,symbol,price,currency\n"
GOOD = HEADER + "2026-11-24T08:00:02Z,AAA,10.10,USD\n2026-11-24T08:00:01+00:00,BBB,7,USD\n"


async def rounds_of(feed: FolderFeed, rounds: int, between: object = None) -> list[Tick]:
    """Return what the feed yields in so many looks at its folder."""
    looked = 0
    found: list[Tick] = []

    async def sleep(_: float) -> None:
        nonlocal looked
        looked += 1
        if looked >= rounds:
            raise asyncio.CancelledError
        if callable(between):
            between()

    feed._sleep = sleep
    with suppress(asyncio.CancelledError):
        async for batch in feed.ticks():
            found += batch
    return found


@pytest.fixture
def feed(tmp_path: Path) -> FolderFeed:
    return FolderFeed(tmp_path, FakeClock())


@pytest.mark.row("MD1")
class TestFolderFeed:
    async def test_ticks_are_exact_and_in_order_of_time(
        self, tmp_path: Path, feed: FolderFeed
    ) -> None:
        (tmp_path / "day.csv").write_text(GOOD)
        first, second = await rounds_of(feed, 1)
        assert (first.symbol, second.symbol) == ("BBB", "AAA")
        assert second.price == Decimal("10.10")
        assert second.exchange_at == datetime(2026, 11, 24, 8, 0, 2, tzinfo=UTC)

    async def test_parquet_is_read_the_same_way(self, tmp_path: Path, feed: FolderFeed) -> None:
        table = pa.table(
            {
                "time": [datetime(2026, 11, 24, 8, tzinfo=UTC)],
                "symbol": ["AAA"],
                "price": [10.1],
                "currency": ["USD"],
            }
        )
        pq.write_table(table, tmp_path / "day.parquet")
        (tick,) = await rounds_of(feed, 1)
        assert (tick.price, tick.currency) == (Decimal("10.1"), "USD")

    async def test_a_file_is_read_once_and_again_only_when_it_changed(
        self, tmp_path: Path, feed: FolderFeed
    ) -> None:
        path = tmp_path / "day.csv"
        path.write_text(GOOD)

        def append() -> None:
            if feed.counts.ticks == 2:
                path.write_text(GOOD + "2026-11-24T08:00:03Z,AAA,11,USD\n")

        assert len(await rounds_of(feed, 4, append)) == 5

    @pytest.mark.parametrize(
        "row",
        [
            "x,AAA,1,USD",
            "2026-11-24T08:00:00,AAA,1,USD",
            "2026-11-24T08:00:00Z,AAA,,USD",
            "2026-11-24T08:00:00Z,,1,USD",
            "2026-11-24T08:00:00Z,AAA",
        ],
    )
    async def test_a_row_that_cannot_be_read_is_counted_and_skipped(
        self, tmp_path: Path, feed: FolderFeed, row: str
    ) -> None:
        (tmp_path / "day.csv").write_text(GOOD + row + "\n")
        assert len(await rounds_of(feed, 1)) == 2
        assert feed.counts.malformed == 1

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.csv", b""),
            ("a.csv", b"time,symbol\n1,2\n"),
            ("a.csv", b"\xff\xfe\x00"),
            ("a.parquet", b"PAR1 no"),
        ],
    )
    async def test_a_file_that_cannot_be_read_does_not_stop_the_others(
        self, tmp_path: Path, feed: FolderFeed, name: str, data: bytes
    ) -> None:
        (tmp_path / name).write_bytes(data)
        (tmp_path / "b.csv").write_text(GOOD)
        (tmp_path / "notes.txt").write_text("not ours")
        assert len(await rounds_of(feed, 1)) == 2
        assert feed.counts.malformed == 1

    async def test_no_folder_is_said_once(self, tmp_path: Path) -> None:
        with pytest.raises(FeedRefusedError, match="FINNAMI_FEED_FOLDER"):
            await rounds_of(FolderFeed(tmp_path / "no", FakeClock()), 1)
