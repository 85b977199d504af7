"""Sources as files and back: what is archived, and what an archive brings into the database."""

from datetime import date

from app.core.db import Database
from app.core.uow import Transaction
from app.domains.market.archive_types import PriceArchive
from app.domains.market.errors import ArchiveError
from app.domains.market.repository import actions, prices
from app.domains.market.rules import cutting, session_table
from app.domains.market.types import Adjust, History, Source
from app.domains.market.usecases.histories import Histories
from app.domains.market.usecases.sources import Sources


class Archiving:
    """Moves whole sources; the files themselves are an adapter's."""

    def __init__(self, *, db: Database, sources: Sources, histories: Histories) -> None:
        self._db = db
        self._sources = sources
        self._histories = histories

    async def of(self, source_id: str | None = None) -> PriceArchive:
        """Return a source whole, the active one by default.

        Raises ArchiveError when the closes that are kept are not those of the source any more;
        SourceNotFoundError, NoPricesError.
        """
        source, closes, found = await self._histories.whole(source_id)
        if not len(closes.dates):
            raise ArchiveError(f"the closes of {source.source_id} are not here any more")
        return PriceArchive(source, closes, tuple(found))

    async def restore(self, archive: PriceArchive) -> Source:
        """Bring an archived source back as it was and make it active; twice is once.

        Raises ArchiveError when a source of this name is here with other closes.
        """
        source = archive.source
        session_table.calendar_of(source.calendar)
        known = await self._sources.find(source.source_id)
        if known is not None:
            _, closes, _ = await self._histories.whole(source.source_id)
            if len(closes.dates) and closes.data_hash != archive.closes.data_hash:
                raise ArchiveError(f"{source.source_id} is here already, with other closes")
        await prices.write_history(
            self._db,
            source.source_id,
            source.symbols,
            archive.closes.dates,
            archive.closes.prices,
            from_year=0,
        )

        async def work(tx: Transaction) -> None:
            # May run again after a write conflict: nothing but tx in here.
            for action in archive.actions:
                await actions.put(tx, source.source_id, action)

        await self._db.transaction(work)
        await self._sources.announce(source, activate=True)
        return source


def archived_history(
    archive: PriceArchive, symbols: tuple[str, ...], *, end: date, days: int
) -> History:
    """Return what the market would have answered from these closes. Raises ArchiveError."""
    source = archive.source
    lacking = [symbol for symbol in symbols if not source.knows(symbol)]
    if lacking:
        raise ArchiveError(f"not in the archive of {source.source_id}: {', '.join(lacking)}")
    names = [source.former.get(symbol, symbol) for symbol in symbols]
    columns = [source.symbols.index(name) for name in names]
    whole = cutting.history_of(
        source, symbols, archive.closes.dates, archive.closes.prices[:, columns]
    )
    return cutting.cut(source, whole, archive.actions, end=end, days=days, adjust=Adjust.TOTAL)
