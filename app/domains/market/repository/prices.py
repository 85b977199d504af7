"""Histories in MongoDB: one document per source, symbol and year; a read is few documents."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from app.core.schema import CollectionSpec
from app.core.store import Document, Store
from app.domains.market.errors import SourceNotFoundError
from app.domains.market.rules import session_table, sessions
from app.domains.market.types import Source

SOURCES = "price_sources"
BUCKETS = "price_years"
STATE = "market_state"
SPECS = (CollectionSpec(SOURCES), CollectionSpec(BUCKETS), CollectionSpec(STATE))
_ACTIVE = {"_id": "active"}
MAX_SOURCES = 100


def _day(number: int) -> np.datetime64:
    return np.datetime64(number, "D")


def _number(day: np.datetime64) -> int:
    return int(day.astype("datetime64[D]").astype(np.int64))


def as_date(day: np.datetime64) -> date:
    """Return a numpy day as a date."""
    return date.fromordinal(_number(day) + date(1970, 1, 1).toordinal())


async def write_history(
    store: Store,
    source_id: str,
    symbols: tuple[str, ...],
    dates: NDArray[np.datetime64],
    prices: NDArray[np.float64],
    *,
    from_year: int,
) -> None:
    """Write the years from `from_year` on; writing the same year again replaces it."""
    years = dates.astype("datetime64[Y]").astype(int) + 1970
    for year in sorted({int(found) for found in years if found >= from_year}):
        rows = years == year
        days = [_number(day) for day in dates[rows]]
        for column, symbol in enumerate(symbols):
            closes = [float(price) for price in prices[rows, column]]
            await store.update_one(
                BUCKETS,
                {"_id": f"{source_id}:{symbol}:{year}"},
                {"$set": {"days": days, "closes": closes}},
                upsert=True,
            )


async def read_history(
    store: Store, source_id: str, symbols: tuple[str, ...], *, first_year: int, last_year: int
) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Return days (n,) and closes (n, k) of whole years; every symbol has the same days.

    Raises SourceNotFoundError when a document of one symbol is gone.
    """
    years = range(first_year, last_year + 1)
    ids = [f"{source_id}:{symbol}:{year}" for symbol in symbols for year in years]
    found = await store.find_many(BUCKETS, {"_id": {"$in": ids}}, limit=max(1, len(ids)))
    by_id = {row["_id"]: row for row in found}
    columns: list[list[float]] = []
    days: list[int] = []
    for symbol in symbols:
        rows = [by_id.get(f"{source_id}:{symbol}:{year}") for year in years]
        columns.append([price for row in rows if row for price in row["closes"]])
        own = [day for row in rows if row for day in row["days"]]
        if columns[:-1] and own != days:
            raise SourceNotFoundError(f"the closes of {symbol} in {source_id} are not complete")
        days = own
    dates = np.array(days, dtype="datetime64[D]")
    return dates, np.array(columns, dtype=np.float64).T.reshape(len(dates), len(symbols))


async def put_source(store: Store, source: Source) -> None:
    """Keep a source's description."""
    await store.update_one(
        SOURCES,
        {"_id": source.source_id},
        {
            "$set": {
                "kind": source.kind,
                "label": source.label,
                "currency": source.currency,
                "symbols": list(source.symbols),
                "first_day": source.first_day.isoformat(),
                "last_day": source.last_day.isoformat(),
                "data_hash": source.data_hash,
                "calendar": source.calendar,
                "past": source.past,
                # Pairs, not a document: a symbol with a dot is no field name.
                "former": [[old, new] for old, new in sorted(source.former.items())],
                "provisional_day": source.provisional_day and source.provisional_day.isoformat(),
            }
        },
        upsert=True,
    )


async def activate(store: Store, source_id: str) -> None:
    """Make one source the one that prices come from."""
    await store.update_one(STATE, _ACTIVE, {"$set": {"source": source_id}}, upsert=True)


async def find_source(store: Store, source_id: str) -> Source | None:
    """Return a source by id."""
    row = await store.find_one(SOURCES, {"_id": source_id})
    return _source(row) if row else None


async def all_sources(store: Store) -> list[Source]:
    """Return every source; there are as many as files were imported."""
    rows = await store.find_many(SOURCES, {}, sort=[("_id", 1)], limit=MAX_SOURCES)
    return [_source(row) for row in rows]


async def active_source(store: Store) -> Source | None:
    """Return the source that prices come from, or None before the first start."""
    state = await store.find_one(STATE, _ACTIVE)
    return await find_source(store, state["source"]) if state else None


def _calendar(row: Document) -> str:
    if row["kind"] == "simulated":
        return sessions.ALWAYS
    return session_table.home_of(row["currency"])


def _source(row: Document) -> Source:
    provisional = row.get("provisional_day")
    return Source(
        source_id=row["_id"],
        kind=row["kind"],
        label=row["label"],
        currency=row["currency"],
        symbols=tuple(row["symbols"]),
        first_day=date.fromisoformat(row["first_day"]),
        last_day=date.fromisoformat(row["last_day"]),
        data_hash=row["data_hash"],
        # Sources kept before there were calendars follow the exchange of their currency.
        calendar=row.get("calendar") or _calendar(row),
        past=row.get("past", False),
        former=dict(row.get("former", [])),
        provisional_day=date.fromisoformat(provisional) if provisional else None,
    )
