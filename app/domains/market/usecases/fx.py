"""Exchange rates: dated fixings per euro, kept once, filled forward a week, never guessed."""

import asyncio
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import structlog

from app.core.clock import Clock
from app.core.db import Database
from app.domains.market.adapters import ecb_file
from app.domains.market.errors import RateFileError, RatesDifferError
from app.domains.market.fx_types import FILL_DAYS, PIVOT, Rate, RateBook, RateFile, RateSource
from app.domains.market.repository import rates
from app.domains.market.rules import fx
from app.domains.market.types import PriceProblem

log = structlog.get_logger(__name__)

MAX_CURRENCIES: Final = 400
#: Of the files that can be read (rates.MAX_SOURCES), some stay free for installed histories.
MAX_IMPORTS: Final = 360
MAX_LABEL: Final = 80


class Rates:
    """Fixings come from files: the installed one of the ECB first, imported ones beside it."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def book(self, currencies: Iterable[str], *, first: date, last: date) -> RateBook:
        """Return what is needed to convert between currencies on the days of a range."""
        wanted = sorted({currency for currency in currencies if currency != PIVOT})
        if len(wanted) > MAX_CURRENCIES:
            raise AssertionError(f"at most {MAX_CURRENCIES} currencies at once")
        if not wanted:
            return fx.book_of({})
        begin = date.fromordinal(max(1, first.toordinal() - FILL_DAYS))
        sources = await rates.all_sources(self._db)
        return fx.book_of(await rates.read(self._db, sources, wanted, begin, last))

    async def rate(self, base: str, quote: str, on: date) -> Rate | None:
        """Return the rate of a day, exactly one for the same currency; None is unknown."""
        return (await self.book((base, quote), first=on, last=on)).rate(base, quote, on)

    async def sources(self) -> list[RateSource]:
        """Return the files whose fixings are kept, the first one first."""
        return await rates.all_sources(self._db)

    async def currencies(self) -> tuple[str, ...]:
        """Return every currency that has fixings, and the euro."""
        named = {c for source in await self.sources() for c in source.currencies}
        return tuple(sorted({PIVOT, *named})) if named else ()

    async def ensure_packaged(self) -> RateSource:
        """Keep the installed history of the ECB; a second start reads and writes nothing.

        A newer installed file adds its new days. Where it says otherwise than what is kept
        (an imported correction), what is kept stays, and one line in the log says so. Raises
        RateFileError when the installed file is damaged.
        """
        known = await self._of_file(ecb_file.packaged_sha256())
        if known is not None:
            return known
        today = self._clock.now().date()
        file = await asyncio.to_thread(ecb_file.packaged, today)
        if not file.days:
            raise RateFileError("the installed history cannot be read", problems=1)
        fresh, other, _ = await self._compared(file)
        if other:
            log.warning("packaged_rates_differ", fixings=len(other))
        return await self._keep(file, fresh, kind="ecb", label=ecb_file.ECB)

    async def import_rates(
        self, file: RateFile, *, label: str, correct: bool = False
    ) -> tuple[RateSource, int]:
        """Keep what a checked file adds; return its source and how many fixings it corrected.

        The same file again changes nothing, and no kept fixing changes silently. Raises
        RatesDifferError (`compare` names the places) unless `correct` says that the file is
        right, and RateFileError when the file has faults: nothing was kept then.
        """
        if not file.usable:
            raise RateFileError("the file has faults", problems=len(file.problems))
        label = label.strip()
        if not 1 <= len(label) <= MAX_LABEL or not label.isprintable():
            raise RateFileError(f"a label has 1 to {MAX_LABEL} characters", problems=1)
        fresh, other, _ = await self._compared(file)
        if other and not correct:
            words = f"{len(other)} fixings differ from the kept ones"
            raise RatesDifferError(words, fixings=len(other))
        if not fresh and not other and (known := await self._of_file(file.sha256)):
            return known, 0
        if len(await rates.all_sources(self._db)) >= MAX_IMPORTS:
            raise RateFileError(f"at most {MAX_IMPORTS} files are kept", problems=1)
        source = await self._keep(file, fresh + other, kind="import", label=label)
        return source, len(other)

    async def compare(self, file: RateFile) -> tuple[int, list[PriceProblem]]:
        """Return how many fixings a usable file would add, and where it differs from the kept."""
        fresh, _, problems = await self._compared(file)
        return len(fresh), problems

    async def _compared(
        self, file: RateFile
    ) -> tuple[list[fx.Addition], list[fx.Addition], list[PriceProblem]]:
        book = await self.book(
            file.currencies, first=file.days[0] + timedelta(days=FILL_DAYS), last=file.days[-1]
        )
        return await asyncio.to_thread(fx.compare, file, book.fixings)

    async def _keep(
        self, file: RateFile, added: list[fx.Addition], *, kind: str, label: str
    ) -> RateSource:
        sources = await rates.all_sources(self._db)
        source = RateSource(
            # Of file and additions: two processes with one file make one source of it, and a
            # file that corrects a later one makes another than it made at first.
            source_id=f"{kind}-{fx.additions_hash(file.sha256, added)[:12]}",
            label=label,
            currencies=file.currencies,
            first_day=file.days[0],
            last_day=file.days[-1],
            fixings=len(added),
            order=1 + max((one.order for one in sources), default=0),
            sha256=file.sha256,
        )
        await rates.write(self._db, source.source_id, added)
        await rates.put_source(self._db, source)
        return source

    async def _of_file(self, sha256: str) -> RateSource | None:
        found = [one for one in await rates.all_sources(self._db) if one.sha256 == sha256]
        return found[-1] if found else None
