"""The door of imports: what a person holds elsewhere, as files tell it; no money of ours."""

from app.core.clock import Clock
from app.core.db import Database
from app.domains.imports.batch_types import Batch, Elsewhere, RowsPage
from app.domains.imports.repository import batches
from app.domains.imports.types import Options, Reading, RowOutcome, Upload
from app.domains.imports.usecases.importing import Importing
from app.domains.imports.usecases.telling import Telling

COLLECTIONS = batches.SPECS


class ImportsService:
    """Imports' door. Nothing here posts to the ledger, and the ledger never reads it."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._importing = Importing(db=db, clock=clock)
        self._telling = Telling(db=db)

    async def preview(self, user_id: str, upload: Upload, options: Options) -> Reading:
        """Return what an import would do. Raises what Importing.preview raises."""
        return await self._importing.preview(user_id, upload, options)

    async def keep(self, user_id: str, upload: Upload, options: Options, *, key: str) -> Batch:
        """Keep a file's new rows, once per key. Raises what Importing.keep raises."""
        return await self._importing.keep(user_id, upload, options, key=key)

    async def undo(self, user_id: str, batch_id: str) -> Batch:
        """Let a batch no longer count. Raises BatchNotFoundError, ImportRaceError."""
        return await self._importing.undo(user_id, batch_id)

    async def list(self, user_id: str) -> list[Batch]:
        """Return all imports, the newest first, undone ones too."""
        return await batches.list_of(self._db, user_id)

    async def rows(
        self,
        user_id: str,
        batch_id: str,
        *,
        after: int,
        limit: int,
        outcome: RowOutcome | None = None,
    ) -> RowsPage:
        """Return rows of a batch in the order of the file. Raises BatchNotFoundError."""
        batch = await self._importing.find(user_id, batch_id)
        return await self._telling.rows(batch, after=after, limit=limit, outcome=outcome)

    async def elsewhere(self, user_id: str) -> Elsewhere:
        """Return what is held elsewhere, as all rows that count tell it."""
        return await self._telling.elsewhere(user_id)

    async def export(self, user_id: str, batch_id: str, *, as_json: bool) -> bytes:
        """Return a batch as a file that imports again. Raises BatchNotFoundError."""
        batch = await self._importing.find(user_id, batch_id)
        if as_json:
            return await self._telling.export_json(batch)
        return await self._telling.export_csv(batch)
