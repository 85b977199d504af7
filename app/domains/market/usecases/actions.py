"""Splits, dividends and new names of a source: kept, adjusted for, due."""

from dataclasses import replace
from datetime import date

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.market.action_types import Action, ActionFile, ActionKind, DueAction
from app.domains.market.errors import ActionError
from app.domains.market.events import DayClosed
from app.domains.market.repository import actions, prices
from app.domains.market.rules import adjusting, session_table, sessions
from app.domains.market.types import Source
from app.domains.market.usecases.sources import Sources


class Actions:
    """Keeps actions; whoever keeps the books of holders asks for those that are due."""

    def __init__(self, *, db: Database, clock: Clock, sources: Sources) -> None:
        self._db = db
        self._clock = clock
        self._sources = sources

    async def record(self, file: ActionFile, source_id: str | None = None) -> Source:
        """Keep a file's actions for a source (the active one by default), all or none.

        The same file again changes nothing. Raises ActionError for a fault in the file, for the
        sandbox market and for an action that the source's closes contradict;
        SourceNotFoundError, NoPricesError.
        """
        if file.problems:
            row, words = file.problems[0]
            raise ActionError(f"row {row}: {words}" if row else words)
        source = await self._sources.get(source_id)
        if source.kind == "simulated":
            raise ActionError("the sandbox market is invented whole: it has no corporate actions")
        dates, closes = await prices.read_history(
            self._db,
            source.source_id,
            source.symbols,
            first_year=source.first_day.year,
            last_year=source.last_day.year,
        )
        known = await actions.of_source(self._db, source.source_id, through=date.max)
        wanted = [action for action in file.actions if action not in known]
        taken = {one.action_id for one in known}
        renamed = source
        for action in wanted:
            if action.action_id in taken:
                raise ActionError(f"{action.action_id} is kept with another value already")
            _require_in_time(source, action)
            adjusting.require_plausible(action, source.symbols, dates, closes)
            renamed = _renamed(renamed, action)
        if not wanted:
            return source

        async def work(tx: Transaction) -> None:
            # May run again after a write conflict: nothing but tx in here.
            for action in wanted:
                await actions.put(tx, source.source_id, action)
            if renamed != source:
                await prices.write_history(
                    tx, source.source_id, renamed.symbols, dates, closes, from_year=0
                )
                await prices.put_source(tx, renamed)
            tx.audit(
                "market.actions_recorded",
                actor="operator",
                object_id=source.source_id,
                reason=", ".join(action.action_id for action in wanted)[:500],
            )
            tx.publish(DayClosed(source.source_id, source.last_day.isoformat()))

        await self._db.transaction(work)
        return renamed

    async def of(self, source_id: str, *, through: date) -> list[Action]:
        """Return the actions of a source up to a day."""
        return await actions.of_source(self._db, source_id, through=through)

    async def due(self) -> list[DueAction]:
        """Return the active source's actions whose day has begun and that are not booked."""
        source = await self._sources.active()
        now = self._clock.now()
        found = await actions.unbooked(self._db, source.source_id, through=now.date())
        calendar = session_table.calendar_of(source.calendar)
        due = [
            DueAction(source.source_id, source.currency, one, sessions.begins(calendar, one.day))
            for one in found
        ]
        return [one for one in due if one.effective_at <= now]

    async def booked(self, due: DueAction) -> None:
        """Note that every holder's books have the action."""
        await actions.mark_booked(self._db, due.source_id, due.action)


def _require_in_time(source: Source, action: Action) -> None:
    if source.past and action.day > source.last_day:
        raise ActionError(f"{action.action_id}: a past that is replayed ends before it")


def _renamed(source: Source, action: Action) -> Source:
    """Return the source under the new name; the old one stays readable and is not listed."""
    if action.kind is not ActionKind.RENAME or action.becomes is None:
        return source
    new = action.becomes
    symbols = tuple(new if symbol == action.symbol else symbol for symbol in source.symbols)
    former = {old: new if now == action.symbol else now for old, now in source.former.items()}
    return replace(source, symbols=symbols, former={**former, action.symbol: new})
