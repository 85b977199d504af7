"""A folder of tick files (CSV or Parquet) as a feed: what another program leaves there is read."""

import asyncio
import csv
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import structlog

from app.core.clock import Clock
from app.domains.market.adapters.wire_words import (
    MalformedMessageError,
    at_text,
    price_of,
    text_of,
)
from app.domains.market.errors import FeedRefusedError
from app.domains.market.feed_types import FeedCounts, Tick

LOOK_S = 2.0
MAX_BYTES = 64 * 1024 * 1024
MAX_FILES = 10_000
BATCH = 1000
COLUMNS = ("time", "symbol", "price", "currency")

log = structlog.get_logger(__name__)

_Row = dict[str, object]


class FolderFeed:
    """Ticks of files with the columns time, symbol, price, currency, in order of file names.

    A new or changed file is read whole; rows seen before are late and change nothing.
    """

    name = "folder"

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.counts = FeedCounts()
        self._folder = folder
        self._clock = clock
        self._sleep = sleep
        self._seen: dict[str, tuple[int, int]] = {}

    async def ticks(self) -> AsyncIterator[tuple[Tick, ...]]:
        """Yield ticks until cancelled. Raises FeedRefusedError when there is no such folder."""
        while True:
            for path in await asyncio.to_thread(self._new_files):
                ticks = await asyncio.to_thread(self._read, path)
                for start in range(0, len(ticks), BATCH):
                    now = self._clock.now()
                    batch = [replace(t, received_at=now) for t in ticks[start : start + BATCH]]
                    self.counts.ticks += len(batch)
                    yield tuple(batch)
            await self._sleep(LOOK_S)

    def _new_files(self) -> list[Path]:
        if not self._folder.is_dir():
            raise FeedRefusedError(f"{self._folder} is not a folder (FINNAMI_FEED_FOLDER)")
        found = []
        for path in sorted(self._folder.iterdir())[:MAX_FILES]:
            if path.suffix.lower() not in {".csv", ".parquet"} or not path.is_file():
                continue
            facts = path.stat()
            state = (facts.st_size, facts.st_mtime_ns)
            if self._seen.get(path.name) != state:
                self._seen[path.name] = state
                found.append(path)
        return found

    def _read(self, path: Path) -> list[Tick]:
        """Return the file's ticks by time; what cannot be read is counted and named."""
        try:
            if path.stat().st_size > MAX_BYTES:
                raise MalformedMessageError(f"larger than {MAX_BYTES // 2**20} MiB")
            rows = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
            ticks, bad = [], 0
            for row in rows:
                self.counts.messages += 1
                try:
                    ticks.append(_tick(row, self._clock.now()))
                except MalformedMessageError:
                    bad += 1
        except (OSError, UnicodeDecodeError, csv.Error, MalformedMessageError) as error:
            self.counts.malformed += 1
            log.warning("feed_file_skipped", file=path.name, reason=str(error))
            return []
        self.counts.malformed += bad
        log.info("feed_file_read", file=path.name, ticks=len(ticks), malformed=bad)
        return sorted(ticks, key=lambda tick: tick.exchange_at)


def _csv(path: Path) -> Iterator[_Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        _require_columns([str(name).strip().lower() for name in reader.fieldnames or ()])
        reader.fieldnames = [str(name).strip().lower() for name in reader.fieldnames or ()]
        yield from reader


def _parquet(path: Path) -> Iterator[_Row]:
    # Late: the reader costs 50 MB, and only this feed needs it.
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, ValueError) as error:
        raise MalformedMessageError((str(error) or "not Parquet").splitlines()[0]) from error
    names = [name.lower() for name in table.column_names]
    _require_columns(names)
    for batch in table.to_batches(max_chunksize=10_000):
        columns = [column.to_pylist() for column in batch.columns]
        for values in zip(*columns, strict=True):
            yield dict(zip(names, values, strict=True))


def _require_columns(names: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise MalformedMessageError(f"no column {', '.join(missing)}")


def _tick(row: _Row, now: datetime) -> Tick:
    price, at = row["price"], row["time"]
    at = at.isoformat() if isinstance(at, datetime) else str(at).strip()
    return Tick(
        symbol=text_of(row["symbol"]),
        price=price_of(repr(price) if isinstance(price, float) else str(price).strip()),
        currency=text_of(row["currency"]),
        provider=FolderFeed.name,
        exchange_at=at_text(at),
        received_at=now,
    )
