"""Imports of prices: a file becomes a source; a newer file of the same prices continues one."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.market.errors import PriceFileError, SourceNotFoundError
from app.domains.market.events import DayClosed
from app.domains.market.repository import prices
from app.domains.market.rules import checks, continuing, session_table, sessions
from app.domains.market.types import ImportChoice, PriceFile, Source
from app.domains.market.usecases.sources import Sources

CURRENCY = re.compile(r"[A-Z]{3}")
#: A file that ends longer ago is a past that is replayed, not today's prices.
PAST_AFTER_SESSIONS = 5
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: days added, and the provisional day whose closes were overwritten."""

    source: Source
    added_days: int
    overwritten_day: date | None


class Importing:
    """Keeps checked files as sources."""

    def __init__(self, *, db: Database, clock: Clock, sources: Sources) -> None:
        self._db = db
        self._clock = clock
        self._sources = sources

    async def new(
        self, file: PriceFile, *, currency: str, label: str, choice: ImportChoice
    ) -> Source:
        """Keep a checked file as a new source and make it the active one.

        The same file again changes nothing (with another label, currency or choice: only that).
        Raises PriceFileError when the file has fatal problems: then nothing was kept.
        """
        _require_usable(file)
        if not CURRENCY.fullmatch(currency):
            raise PriceFileError(f"{currency!r} is not a currency code such as USD")
        source_id = f"import-{file.sha256[:12]}"
        known = await self._sources.find(source_id)
        code = choice.calendar or (known.calendar if known else session_table.home_of(currency))
        now = self._clock.now()
        last_day = prices.as_date(file.dates[-1])
        past = choice.past
        if past is None:
            past = known.past if known else _is_past(code, last_day, now)
        source = Source(
            source_id=source_id,
            kind="import",
            label=label,
            currency=currency,
            symbols=file.symbols,
            first_day=prices.as_date(file.dates[0]),
            last_day=last_day,
            data_hash=checks.data_hash(file.symbols, file.dates, file.prices),
            calendar=code,
            past=past,
            provisional_day=_unfinished(code, last_day, now),
        )
        if known is not None and known.last_day > last_day:
            # It was continued since by other files: this one adds nothing and takes nothing away.
            source = replace(
                source,
                last_day=known.last_day,
                data_hash=known.data_hash,
                provisional_day=known.provisional_day,
            )
        elif known is None or known.data_hash != source.data_hash:
            await prices.write_history(
                self._db, source_id, file.symbols, file.dates, file.prices, from_year=0
            )
        elif known.provisional_day is not None:
            # The same bytes cannot finish an unfinished day.
            source = replace(source, provisional_day=known.provisional_day)
        if await prices.active_source(self._db) != source:
            await self._sources.announce(source, activate=True)
        return source

    async def refresh(self, file: PriceFile, source_id: str) -> Refreshed:
        """Continue a source with a newer file of the same symbols; the same file again adds none.

        Days after the last one are added. The closes of a day that had not ended when it was
        imported are provisional and are overwritten, with an entry in the audit trail. Finished
        days stay: a file that contradicts them is refused with PriceFileError.
        """
        _require_usable(file)
        source = await self._sources.find(source_id)
        if source is None:
            raise SourceNotFoundError(f"no price source {source_id}")
        dates, closes = await prices.read_history(
            self._db,
            source_id,
            source.symbols,
            first_year=source.first_day.year,
            last_year=source.last_day.year,
        )
        merged = continuing.merge(source, dates, closes, file)
        last_day = prices.as_date(merged.dates[-1])
        now = self._clock.now()
        done = replace(
            source,
            last_day=last_day,
            data_hash=checks.data_hash(source.symbols, merged.dates, merged.prices),
            provisional_day=_unfinished(source.calendar, last_day, now),
        )
        if done == source:
            return Refreshed(source, 0, None)
        changed_from = merged.overwritten or source.last_day

        async def work(tx: Transaction) -> None:
            # May run again after a write conflict: nothing but tx in here.
            await prices.write_history(
                tx,
                source_id,
                source.symbols,
                merged.dates,
                merged.prices,
                from_year=changed_from.year,
            )
            await prices.put_source(tx, done)
            if merged.overwritten is not None:
                tx.audit(
                    "market.provisional_overwritten",
                    actor=OPERATOR,
                    object_id=f"{source_id}:{merged.overwritten}",
                    reason=merged.words,
                )
            tx.publish(DayClosed(source_id, last_day.isoformat()))

        await self._db.transaction(work)
        return Refreshed(done, merged.added, merged.overwritten)


def _require_usable(file: PriceFile) -> None:
    if not file.usable:
        raise PriceFileError(problems=len([p for p in file.problems if p.fatal]))


def _is_past(code: str, last_day: date, now: datetime) -> bool:
    behind = sessions.sessions_behind(session_table.calendar_of(code), last_day, now)
    return behind is None or behind > PAST_AFTER_SESSIONS


def _unfinished(code: str, day: date, now: datetime) -> date | None:
    """Return the day when its session had not ended at a moment: its closes are provisional."""
    session = session_table.calendar_of(code).session(day)
    return day if session is not None and now < session.closes_at else None
