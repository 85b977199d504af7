"""Batches in MongoDB. Rows lie in pages of 500: written once, only their outcome may change.

A person's book has a version that each import and each undo moves on: of two that judged the
same rows at the same version one has to judge again.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, DuplicateKeyError, Store
from app.core.uow import Transaction
from app.domains.imports.batch_types import MOST_BATCHES, Batch
from app.domains.imports.repository.rows import document_of, judged_of
from app.domains.imports.types import MAX_ROWS, Counts, JudgedRow, RowField, RowOutcome

BATCHES = "import_batches"
PAGES = "import_rows"
BOOKS = "import_books"
PAGE_ROWS: Final = 500
MOST_PAGES: Final = MAX_ROWS // PAGE_ROWS + 1

SPECS = (
    CollectionSpec(
        BATCHES,
        validator={
            "bsonType": "object",
            "required": ["_id", "user", "number", "place", "counts", "counting", "created_at"],
        },
        indexes=(IndexSpec((("user", 1), ("number", 1)), unique=True),),
    ),
    CollectionSpec(
        PAGES,
        validator={"bsonType": "object", "required": ["_id", "user", "batch", "n", "rows", "has"]},
        indexes=(IndexSpec((("batch", 1), ("n", 1)), unique=True),),
    ),
    CollectionSpec(BOOKS, validator={"bsonType": "object", "required": ["_id", "version"]}),
)


@dataclass(frozen=True, slots=True)
class Book:
    """A person's book: how often it changed, how many batches it has, how many rows count."""

    user_id: str
    version: int
    batches: int
    rows: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a batch's rows."""

    page_id: str
    n: int
    rows: tuple[JudgedRow, ...]


async def book(store: Store, user_id: str) -> Book:
    """Return a person's book; it begins when it is first asked for."""
    found = await store.find_one(BOOKS, {"_id": user_id})
    if found is None:
        found = {"_id": user_id, "version": 0, "batches": 0, "rows": 0}
        with suppress(DuplicateKeyError):
            # Another call may begin it at once and move it on: the version will tell.
            await store.insert_one(BOOKS, found)
    return Book(user_id, int(found["version"]), int(found["batches"]), int(found["rows"]))


async def turn_over(tx: Transaction, old: Book, *, batches: int, rows: int) -> bool:
    """Move the book on by a batch and its rows; False when somebody else did meanwhile."""
    found = await tx.find_one(BOOKS, {"_id": old.user_id, "version": old.version})
    if found is None:
        return False
    changes = {"version": 1, "batches": batches, "rows": rows}
    await tx.change(BOOKS, {"_id": old.user_id, "version": old.version}, {"$inc": changes})
    return True


async def insert(tx: Transaction, batch: Batch, rows: Sequence[JudgedRow]) -> None:
    """Keep a batch with all its rows. Raises DuplicateKeyError for a taken id."""
    await tx.insert_one(BATCHES, _batch_document(batch))
    pages = [
        _page_document(batch, n, rows[start : start + PAGE_ROWS])
        for n, start in enumerate(range(0, len(rows), PAGE_ROWS))
    ]
    await tx.insert_many(PAGES, pages)


async def find(store: Store, batch_id: str, *, user_id: str) -> Batch | None:
    """Return a person's batch."""
    row = await store.find_one(BATCHES, {"_id": batch_id, "user": user_id})
    return _batch(row) if row else None


async def list_of(store: Store, user_id: str) -> list[Batch]:
    """Return a person's batches, the newest first."""
    rows = await store.find_many(
        BATCHES, {"user": user_id}, sort=[("number", -1)], limit=MOST_BATCHES
    )
    return [_batch(row) for row in rows]


async def counting(store: Store, user_id: str, *, place: str | None = None) -> list[Batch]:
    """Return the batches that count, in order; of one account when its place is given."""
    query: Document = {"user": user_id, "counting": True}
    if place is not None:
        query["place"] = place
    rows = await store.find_many(BATCHES, query, sort=[("number", 1)], limit=MOST_BATCHES)
    return [_batch(row) for row in rows]


async def keys(store: Store, batch: Batch, outcome: RowOutcome) -> list[tuple[str, list[str]]]:
    """Return (page id, keys) of a batch's new or duplicate rows, page by page."""
    rows = await store.find_many(
        PAGES,
        {"batch": batch.batch_id, "has": outcome.value},
        sort=[("n", 1)],
        limit=MOST_PAGES,
        projection={outcome.value: 1},
    )
    return [(row["_id"], list(row[outcome.value])) for row in rows]


async def known(store: Store, counted: Sequence[Batch]) -> set[str]:
    """Return the keys of all new rows of some batches, in one question."""
    rows = await store.find_many(
        PAGES,
        {"batch": {"$in": [batch.batch_id for batch in counted]}, "has": RowOutcome.NEW.value},
        limit=MOST_BATCHES * MOST_PAGES,
        projection={RowOutcome.NEW.value: 1},
    )
    return {key for row in rows for key in row[RowOutcome.NEW.value]}


async def pages(
    store: Store, batch: Batch, *, first: int, limit: int, outcome: RowOutcome | None = None
) -> list[Page]:
    """Return pages of a batch from the first one on; only those with such rows when asked."""
    query: Document = {"batch": batch.batch_id, "n": {"$gte": first}}
    if outcome is not None:
        query["has"] = outcome.value
    rows = await store.find_many(PAGES, query, sort=[("n", 1)], limit=limit)
    return [_page(row) for row in rows]


async def counted_rows(store: Store, batch: Batch, *, first: int, limit: int) -> list[Page]:
    """Return pages with what their rows mean and became, without cells, errors and keys."""
    rows = await store.find_many(
        PAGES,
        {"batch": batch.batch_id, "n": {"$gte": first}, "has": RowOutcome.NEW.value},
        sort=[("n", 1)],
        limit=limit,
        projection={"n": 1, "rows.line": 1, "rows.o": 1, "rows.row": 1},
    )
    return [_page(row) for row in rows]


async def undo(tx: Transaction, batch: Batch, *, at: datetime) -> None:
    """Let a batch no longer count."""
    query = {"_id": batch.batch_id, "user": batch.user_id, "counting": True}
    await tx.change(BATCHES, query, {"$set": {"counting": False, "undone_at": at}})


async def promote(tx: Transaction, batch: Batch, page_ids: Iterable[str], freed: set[str]) -> int:
    """Let duplicates whose first row is gone count themselves; return how many there were."""
    promoted = 0
    for page_id in page_ids:
        row = await tx.find_one(PAGES, {"_id": page_id})
        if row is None:
            raise AssertionError(f"page {page_id} is gone")
        for kept in row["rows"]:
            if kept["o"] == RowOutcome.DUPLICATE.value and kept["key"] in freed:
                kept["o"] = RowOutcome.NEW.value
                promoted += 1
        changed = {"rows": row["rows"]} | _summary([judged_of(kept) for kept in row["rows"]])
        await tx.change(PAGES, {"_id": page_id}, {"$set": changed})
    if promoted:
        step = {"counts.new": promoted, "counts.duplicate": -promoted}
        await tx.change(BATCHES, {"_id": batch.batch_id}, {"$inc": step})
    return promoted


def _page_document(batch: Batch, n: int, rows: Sequence[JudgedRow]) -> Document:
    return {
        "_id": f"{batch.batch_id}:{n}",
        "user": batch.user_id,
        "batch": batch.batch_id,
        "n": n,
        "rows": [document_of(row) for row in rows],
    } | _summary(rows)


def _summary(rows: Sequence[JudgedRow]) -> Document:
    """Return which outcomes a page has, and the keys of its new and its duplicate rows."""
    by_outcome = {
        outcome.value: [row.key for row in rows if row.outcome is outcome]
        for outcome in (RowOutcome.NEW, RowOutcome.DUPLICATE)
    }
    return {"has": sorted({row.outcome.value for row in rows})} | by_outcome


def _page(row: Document) -> Page:
    return Page(row["_id"], int(row["n"]), tuple(judged_of(found) for found in row["rows"]))


def _batch_document(batch: Batch) -> Document:
    return {
        "_id": batch.batch_id,
        "user": batch.user_id,
        "account": batch.account,
        "place": batch.place,
        "file_name": batch.file_name,
        "file_sha256": batch.file_sha256,
        "request_sha256": batch.request_sha256,
        "number": batch.number,
        "columns": list(batch.columns),
        "mapping": {field.value: column for field, column in batch.mapping.items()},
        "counts": {
            "new": batch.counts.new,
            "duplicate": batch.counts.duplicate,
            "refused": batch.counts.refused,
        },
        "counting": batch.undone_at is None,
        "created_at": batch.created_at,
        "undone_at": batch.undone_at,
    }


def _batch(row: Document) -> Batch:
    counts, undone_at = row["counts"], row["undone_at"]
    return Batch(
        batch_id=row["_id"],
        user_id=row["user"],
        account=row["account"],
        place=row["place"],
        file_name=row["file_name"],
        file_sha256=row["file_sha256"],
        request_sha256=row["request_sha256"],
        number=int(row["number"]),
        columns=tuple(row["columns"]),
        mapping={RowField(field): column for field, column in row["mapping"].items()},
        counts=Counts(int(counts["new"]), int(counts["duplicate"]), int(counts["refused"])),
        created_at=row["created_at"].astimezone(UTC),
        undone_at=None if undone_at is None else undone_at.astimezone(UTC),
    )
