"""A frontier built again from the closes it was built from: the database's, else an archive's."""

from dataclasses import replace
from datetime import date

from app.core.replays import MissingForReplayError
from app.domains.market.archive_types import PriceArchive
from app.domains.market.errors import ArchiveError, InstrumentNotFoundError, SourceNotFoundError
from app.domains.market.service import MarketService, archived_history, listed
from app.domains.market.types import History, Instrument, Source
from app.domains.portfolio.errors import AdviceUnavailableError
from app.domains.portfolio.types import StoredFrontier
from app.domains.portfolio.usecases.frontiers import HISTORY_DAYS, Frontiers


class Past:
    """Where past closes are found. `always` builds frontiers again even when they are kept."""

    def __init__(
        self,
        *,
        market: MarketService,
        frontiers: Frontiers,
        archives: tuple[PriceArchive, ...] = (),
        always: bool = False,
    ) -> None:
        self.always = always
        self._market = market
        self._frontiers = frontiers
        self._archives = {archive.source.source_id: archive for archive in archives}

    def instruments(self, source_id: str) -> tuple[Instrument, ...]:
        """Return what an archived source had; nothing without an archive of it."""
        archive = self._archives.get(source_id)
        return listed(archive.source) if archive else ()

    async def frontier(
        self, version: str, *, model_version: str, source_id: str, day: date
    ) -> StoredFrontier:
        """Return the frontier of a version, whose name holds the hash of its closes.

        Raises MissingForReplayError naming the model or the closes that are not here.
        """
        present = await self._frontiers.model_version()
        if present != model_version:
            raise MissingForReplayError(f"model {model_version}; this program has {present}")
        tried: list[str] = []
        for where, history, source in await self._closes(source_id, day, tried):
            if not len(history.dates) or history.dates[-1].item() != day:
                tried.append(f"{where} ends before")
                continue
            try:
                built = await self._frontiers.at(history, replace(source, last_day=day))
            except AdviceUnavailableError as error:
                tried.append(f"{where}: {error.detail}")
                continue
            if built.version == version:
                return built
            tried.append(f"{where} gives {built.version}")
        reason = "; ".join(tried) or "no database rows and no archive of it (--prices)"
        raise MissingForReplayError(
            f"frontier {version}: the closes of {source_id} up to {day} that it was built from"
            f" ({reason})"
        )

    async def _closes(
        self, source_id: str, day: date, tried: list[str]
    ) -> list[tuple[str, History, Source]]:
        """Return the closes up to a day from every place that has them, the database first."""
        symbols = await self._frontiers.assets()
        found: list[tuple[str, History, Source]] = []
        sources = {one.source_id: one for one in await self._market.sources()}
        try:
            history = await self._market.history(
                symbols, end=day, days=HISTORY_DAYS, source_id=source_id
            )
            found.append(("the database", history, sources[source_id]))
        except (InstrumentNotFoundError, SourceNotFoundError) as error:
            tried.append(f"the database: {error.detail}")
        archive = self._archives.get(source_id)
        if archive is not None:
            try:
                history = archived_history(archive, symbols, end=day, days=HISTORY_DAYS)
                found.append(("the archive", history, archive.source))
            except ArchiveError as error:
                tried.append(f"the archive: {error.detail}")
        return found
