"""Imports: a file is looked at, kept once per key, and undone without losing its history."""

import asyncio
from typing import Final

from app.core.clock import Clock
from app.core.db import Database
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.imports.batch_types import MOST_BATCHES, MOST_ROWS_KEPT, Batch
from app.domains.imports.errors import (
    BatchNotFoundError,
    ImportLimitError,
    ImportRaceError,
    ImportTooSlowError,
    NothingToImportError,
)
from app.domains.imports.repository import batches
from app.domains.imports.repository.batches import Book
from app.domains.imports.rules import whole
from app.domains.imports.rules.names import plain
from app.domains.imports.rules.whole import Meant
from app.domains.imports.types import Options, Reading, RowOutcome, Upload
from app.domains.ledger.errors import IdempotencyMismatchError

READING_S: Final = 12.0
"""A file may be read for so long; the largest one takes about three seconds."""
WAITING_S: Final = 6.0
KEEPING_S: Final = 10.0
AT_ONCE: Final = 2
ATTEMPTS: Final = 5


class Importing:
    """Looks at files, keeps their rows, undoes batches."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._places = asyncio.Semaphore(AT_ONCE)

    async def preview(self, user_id: str, upload: Upload, options: Options) -> Reading:
        """Return what an import would do; nothing is kept.

        Raises FileUnreadableError, FileTooLargeError, ColumnMappingError, ImportTooSlowError.
        """
        meant = await self._understand(upload, options)
        return whole.compare(meant, options, await self._known(user_id, options))

    async def keep(self, user_id: str, upload: Upload, options: Options, *, key: str) -> Batch:
        """Keep the new rows of a file with all others beside them; the same key keeps once.

        Raises what `preview` raises, and NothingToImportError, ImportLimitError,
        ImportRaceError, IdempotencyMismatchError.
        """
        batch_id = whole.batch_id_of(user_id, key)
        asked = whole.request_sha256(upload, options)
        if (earlier := await self._repeated(user_id, batch_id, asked)) is not None:
            return earlier
        meant = await self._understand(upload, options)
        for _ in range(ATTEMPTS):
            book = await batches.book(self._db, user_id)
            reading = whole.compare(meant, options, await self._known(user_id, options))
            _check(book, reading)
            batch = Batch(
                batch_id=batch_id,
                user_id=user_id,
                account=options.account,
                place=plain(options.account),
                file_name=upload.name,
                file_sha256=reading.file_sha256,
                request_sha256=asked,
                number=book.version + 1,
                columns=reading.table.columns,
                mapping=reading.mapping,
                counts=reading.counts,
                created_at=self._clock.now(),
                undone_at=None,
            )
            try:
                if await self._insert(batch, reading, book):
                    return batch
            except DuplicateKeyError:
                pass
            if (earlier := await self._repeated(user_id, batch_id, asked)) is not None:
                return earlier
        raise ImportRaceError

    async def undo(self, user_id: str, batch_id: str) -> Batch:
        """Let a batch no longer count; again changes nothing.

        Rows that later files of the account repeated count from those files on: what they told
        stays told. Raises BatchNotFoundError, ImportRaceError.
        """
        for _ in range(ATTEMPTS):
            book = await batches.book(self._db, user_id)
            batch = await self.find(user_id, batch_id)
            if batch.undone_at is not None:
                return batch
            if await self._undone(batch, book):
                return await self.find(user_id, batch_id)
        raise ImportRaceError

    async def find(self, user_id: str, batch_id: str) -> Batch:
        """Return one batch. Raises BatchNotFoundError."""
        found = await batches.find(self._db, batch_id, user_id=user_id)
        if found is None:
            raise BatchNotFoundError
        return found

    async def _understand(self, upload: Upload, options: Options) -> Meant:
        """Read a file beside the event loop; few at once, and never for long."""
        try:
            async with asyncio.timeout(WAITING_S):
                await self._places.acquire()
        except TimeoutError:
            raise ImportTooSlowError("other files are being read; please try again") from None
        try:
            stop_at = self._clock.monotonic() + READING_S
            return await asyncio.to_thread(
                whole.understand,
                upload,
                options,
                today=self._clock.now().date(),
                expired=lambda: self._clock.monotonic() > stop_at,
            )
        finally:
            self._places.release()

    async def _known(self, user_id: str, options: Options) -> set[str]:
        place = plain(options.account)
        return await batches.known(self._db, await batches.counting(self._db, user_id, place=place))

    async def _repeated(self, user_id: str, batch_id: str, asked: str) -> Batch | None:
        found = await batches.find(self._db, batch_id, user_id=user_id)
        if found is not None and found.request_sha256 != asked:
            raise IdempotencyMismatchError
        return found

    async def _insert(self, batch: Batch, reading: Reading, book: Book) -> bool:
        async def work(tx: Transaction) -> bool:
            if not await batches.turn_over(tx, book, batches=1, rows=batch.counts.new):
                return False
            await batches.insert(tx, batch, reading.rows)
            tx.audit("import.kept", actor=batch.user_id, object_id=batch.batch_id)
            return True

        return await self._db.transaction(work, timeout_s=KEEPING_S)

    async def _undone(self, batch: Batch, book: Book) -> bool:
        """Undo a batch at a version of the book; False when the book has moved on."""
        freed = {k for _, ks in await batches.keys(self._db, batch, RowOutcome.NEW) for k in ks}
        later = [
            other
            for other in await batches.counting(self._db, batch.user_id, place=batch.place)
            if other.number > batch.number
        ]
        again: list[tuple[Batch, list[str], set[str]]] = []
        for other in later:
            pages = await batches.keys(self._db, other, RowOutcome.DUPLICATE)
            mine = {key for _, keys in pages for key in keys} & freed
            touched = [page_id for page_id, keys in pages if not mine.isdisjoint(keys)]
            if touched:
                again.append((other, touched, mine))
            freed -= mine
        at = self._clock.now()

        async def work(tx: Transaction) -> bool:
            rows = sum(len(mine) for _, _, mine in again) - batch.counts.new
            if not await batches.turn_over(tx, book, batches=0, rows=rows):
                return False
            await batches.undo(tx, batch, at=at)
            for other, touched, mine in again:
                await batches.promote(tx, other, touched, mine)
            tx.audit("import.undone", actor=batch.user_id, object_id=batch.batch_id)
            return True

        return await self._db.transaction(work, timeout_s=KEEPING_S)


def _check(book: Book, reading: Reading) -> None:
    counts = reading.counts
    if counts.new == 0:
        raise NothingToImportError(
            f"{counts.duplicate} rows are known and {counts.refused} cannot be read",
            duplicate=counts.duplicate,
            refused=counts.refused,
        )
    if book.batches >= MOST_BATCHES:
        raise ImportLimitError(f"at most {MOST_BATCHES} imports are kept")
    if book.rows + counts.new > MOST_ROWS_KEPT:
        raise ImportLimitError(f"at most {MOST_ROWS_KEPT} imported rows can count")
