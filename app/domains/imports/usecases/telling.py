"""What was imported: pages of rows, what it adds up to, and the lossless export."""

from app.core.db import Database
from app.domains.imports.batch_types import Batch, Elsewhere, RowsPage
from app.domains.imports.repository import batches
from app.domains.imports.repository.batches import MOST_PAGES, PAGE_ROWS
from app.domains.imports.rules import elsewhere, exporting
from app.domains.imports.types import JudgedRow, Row, RowOutcome

PAGES_AT_ONCE = 8


class Telling:
    """Reads what imports kept; changes nothing."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    async def rows(
        self, batch: Batch, *, after: int, limit: int, outcome: RowOutcome | None
    ) -> RowsPage:
        """Return rows behind a place in the file, at most `limit`, of one outcome if asked."""
        found: list[tuple[int, JudgedRow]] = []
        first = after // PAGE_ROWS
        while len(found) <= limit:
            pages = await batches.pages(
                self._db, batch, first=first, limit=PAGES_AT_ONCE, outcome=outcome
            )
            for page in pages:
                for place, row in enumerate(page.rows, page.n * PAGE_ROWS):
                    if place >= after and outcome in {None, row.outcome}:
                        found.append((place, row))
            if len(pages) < PAGES_AT_ONCE:
                break
            first = pages[-1].n + 1
        more = found[limit][0] if len(found) > limit else None
        return RowsPage(tuple(row for _, row in found[:limit]), more)

    async def elsewhere(self, user_id: str) -> Elsewhere:
        """Return what everything that counts adds up to."""
        pairs: list[tuple[str, Row]] = []
        for batch in await batches.counting(self._db, user_id):
            pairs += [(batch.account, row) for row in await self._counted(batch)]
        return elsewhere.held_elsewhere(pairs)

    async def export_csv(self, batch: Batch) -> bytes:
        """Return the rows that came with a batch as CSV that imports again row for row."""
        return exporting.as_csv(await self._counted(batch))

    async def export_json(self, batch: Batch) -> bytes:
        """Return the same as JSON, and every row of the file as it was written."""
        rows = await self._all(batch)
        return exporting.as_json(rows, batch.columns)

    async def _counted(self, batch: Batch) -> list[Row]:
        return [
            judged.row
            for judged in await self._all(batch, counted=True)
            if judged.row is not None and judged.outcome is RowOutcome.NEW
        ]

    async def _all(self, batch: Batch, *, counted: bool = False) -> list[JudgedRow]:
        found: list[JudgedRow] = []
        first = 0
        while first < MOST_PAGES:
            ask = batches.counted_rows if counted else batches.pages
            pages = await ask(self._db, batch, first=first, limit=PAGES_AT_ONCE)
            found += [row for page in pages for row in page.rows]
            if len(pages) < PAGES_AT_ONCE:
                break
            first = pages[-1].n + 1
        return found
