"""Exchange rates in MongoDB: one document per currency, year and file; a later file corrects."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from app.core.schema import CollectionSpec
from app.core.store import Document, DuplicateKeyError, Store
from app.domains.market.fx_types import Fixings, RateSource
from app.domains.market.rules.fx import Addition

SOURCES: Final = "rate_sources"
YEARS: Final = "rate_years"
SPECS = (CollectionSpec(SOURCES), CollectionSpec(YEARS))
MAX_SOURCES: Final = 400
_AT_ONCE: Final = 100


async def all_sources(store: Store) -> list[RateSource]:
    """Return every file whose fixings are kept, the first one first."""
    rows = await store.find_many(SOURCES, {}, limit=MAX_SOURCES)
    return sorted((_source(row) for row in rows), key=lambda one: (one.order, one.source_id))


async def write(store: Store, source_id: str, fixings: Iterable[Addition]) -> None:
    """Write a file's own fixings; nobody sees them before its description is kept.

    Writing the same again replaces it.
    """
    years: dict[tuple[str, int], list[Addition]] = defaultdict(list)
    for one in fixings:
        years[one.currency, one.day.year].append(one)
    documents = [
        _year(f"{currency}:{year}:{source_id}", found)
        for (currency, year), found in sorted(years.items())
    ]
    for begin in range(0, len(documents), _AT_ONCE):
        batch = documents[begin : begin + _AT_ONCE]
        # What a run that was cut short left behind; singly, a long history took seven seconds.
        await store.delete_many(YEARS, {"_id": {"$in": [row["_id"] for row in batch]}})
        try:
            await store.insert_many(YEARS, batch)
        except DuplicateKeyError:  # a neighbour writes the same file at the same moment
            for row in batch:
                kept = {"$set": {"days": row["days"], "values": row["values"]}}
                await store.update_one(YEARS, {"_id": row["_id"]}, kept, upsert=True)


def _year(document_id: str, fixings: list[Addition]) -> Document:
    found = sorted(fixings, key=lambda one: one.day)
    return {
        "_id": document_id,
        "days": [one.day.toordinal() for one in found],
        "values": [str(one.value) for one in found],
    }


async def put_source(store: Store, source: RateSource) -> None:
    """Make a file's fixings visible."""
    await store.update_one(
        SOURCES,
        {"_id": source.source_id},
        {
            "$set": {
                "label": source.label,
                "currencies": list(source.currencies),
                "first_day": source.first_day.isoformat(),
                "last_day": source.last_day.isoformat(),
                "fixings": source.fixings,
                "order": source.order,
                "sha256": source.sha256,
            }
        },
        upsert=True,
    )


async def read(
    store: Store, sources: Sequence[RateSource], currencies: Iterable[str], first: date, last: date
) -> dict[str, Fixings]:
    """Return each currency's fixings of a range; of two of one day the later file's counts."""
    ids = {
        f"{currency}:{year}:{source.source_id}": (currency, source)
        for source in sources
        for currency in sorted(set(currencies) & set(source.currencies))
        for year in range(
            max(first.year, source.first_day.year), min(last.year, source.last_day.year) + 1
        )
    }
    rows = await store.find_many(YEARS, {"_id": {"$in": list(ids)}}, limit=max(1, len(ids)))
    by_id = {row["_id"]: row for row in rows}
    found: dict[str, dict[int, tuple[Decimal, str]]] = {currency: {} for currency in currencies}
    begin, end = first.toordinal(), last.toordinal()
    for key, (currency, source) in ids.items():  # in the order of the files
        row = by_id.get(key, {"days": (), "values": ()})
        for day, value in zip(row["days"], row["values"], strict=True):
            if begin <= day <= end:
                found[currency][day] = Decimal(value), source.label
    return {currency: _fixings(days) for currency, days in found.items()}


def _fixings(found: dict[int, tuple[Decimal, str]]) -> Fixings:
    days = sorted(found)
    return Fixings(
        tuple(days), tuple(found[day][0] for day in days), tuple(found[day][1] for day in days)
    )


def _source(row: Document) -> RateSource:
    return RateSource(
        source_id=row["_id"],
        label=row["label"],
        currencies=tuple(row["currencies"]),
        first_day=date.fromisoformat(row["first_day"]),
        last_day=date.fromisoformat(row["last_day"]),
        fixings=int(row["fixings"]),
        order=int(row["order"]),
        sha256=row["sha256"],
    )
