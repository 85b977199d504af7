"""Automatic rebalancing for people who asked for it: once a day, through the same gate."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from app.core.clock import Clock
from app.core.db import Database
from app.core.errors import FinNamiError
from app.core.uow import Transaction
from app.domains.identity.errors import StepUpRequiredError
from app.domains.onboarding.types import Reason
from app.domains.portfolio.errors import (
    MarketClosedError,
    PlanExpiredError,
    PlanTakenError,
    StalePriceError,
)
from app.domains.portfolio.rebalance_types import Rebalance, RebalanceSettings, RunState
from app.domains.portfolio.repository import plans, rebalances
from app.domains.portfolio.types import PlanState
from app.domains.portfolio.usecases.ordering import Ordering
from app.domains.portfolio.usecases.rebalancing import Rebalancing

EVERY: Final = timedelta(days=1)
AGAIN_AFTER: Final = timedelta(minutes=15)
#: How long a run that was begun stays ours: one that died goes on at the next full minute.
CLAIM_FOR: Final = timedelta(seconds=45)
RUNS_AT_ONCE: Final = 10
HISTORY: Final = timedelta(days=366)
#: What fraud and the books see as the login session of an automatic order.
SESSION: Final = "automatic"

_OPEN: Final = (RunState.PREVIEWED, RunState.NEEDS_YOU, RunState.HELD)
_ENDED: Final[dict[PlanState | None, RunState]] = {
    PlanState.FILLED: RunState.FILLED,
    PlanState.HELD: RunState.HELD,
    PlanState.CANCELLED: RunState.REFUSED,
}

log = structlog.get_logger(__name__)


class Automatic:
    """Keeps who wants automatic runs, and makes those that are due."""

    def __init__(
        self, *, db: Database, clock: Clock, rebalancing: Rebalancing, ordering: Ordering
    ) -> None:
        self._db = db
        self._clock = clock
        self._rebalancing = rebalancing
        self._ordering = ordering

    async def settings(self, user_id: str) -> RebalanceSettings:
        """Return a person's settings; automatic runs are off until she asks for them."""
        return await rebalances.settings(self._db, user_id)

    async def switch(self, user_id: str, *, automatic: bool) -> RebalanceSettings:
        """Turn automatic runs on or off; the same again changes nothing."""
        present = await self.settings(user_id)
        if present.automatic is automatic:
            return present
        now = self._clock.now()
        wanted = RebalanceSettings(user_id, automatic, now, now if automatic else None)

        async def work(tx: Transaction) -> None:
            # May run again after a write conflict: nothing but tx in here.
            await rebalances.put_settings(tx, wanted)
            action = "rebalance.automatic_on" if automatic else "rebalance.automatic_off"
            tx.audit(action, actor=user_id, object_id=user_id)

        await self._db.transaction(work)
        return wanted

    async def runs(self, user_id: str) -> list[Rebalance]:
        """Return the runs of the last year, the newest first, at most 50, without plans."""
        since = self._clock.now() - HISTORY
        found = await rebalances.list_of(self._db, user_id, since=since)
        open_runs = [run.run_id for run in found if run.state in _OPEN]
        ended = await plans.states(self._db, user_id, open_runs)
        # A person may have ordered a preview, or a reviewer have ended a held order, since.
        return [
            replace(run, state=_ENDED.get(ended.get(run.run_id), run.state))
            if run.state in _OPEN
            else run
            for run in found
        ]

    async def run_due(self) -> int:
        """Make the runs that are due, at most ten; return how many. A second worker finds none.

        A run whose worker died is due again after `CLAIM_FOR`; what it ordered is not repeated,
        because the order's key is the run and the run's id is what was held.
        """
        now = self._clock.now()
        made = 0
        for found in await rebalances.due(self._db, now=now, limit=RUNS_AT_ONCE):
            claimed = replace(found, next_at=now + CLAIM_FOR)
            if not await rebalances.move(self._db, found, to=now + CLAIM_FOR):
                continue
            made += 1
            try:
                run = await self.run(found.user_id)
            except FinNamiError as error:
                log.warning("rebalance_waits", error=error.code)
                run = None
            waits = run is None or run.state is RunState.WAITS
            await rebalances.move(self._db, claimed, to=now + (AGAIN_AFTER if waits else EVERY))
        return made

    async def run(self, user_id: str) -> Rebalance:
        """Make and execute one run. When fraud asks for a fresh code it waits for the person."""
        run = await self._rebalancing.preview(user_id, automatic=True)
        if run.state is not RunState.PREVIEWED or run.plan is None:
            return run
        ended = await self._execute(run)
        await rebalances.finish(self._db, ended)
        return ended

    async def _execute(self, run: Rebalance) -> Rebalance:
        try:
            plan = await self._ordering.execute(
                run.user_id,
                run.run_id,
                session_id=SESSION,
                key=f"rebalance:{run.run_id}",
                grant=None,
            )
        except StepUpRequiredError:
            return replace(run, state=RunState.NEEDS_YOU, notes=(*run.notes, _NEEDS_YOU))
        except (MarketClosedError, StalePriceError, PlanExpiredError) as error:
            note = Reason(error.code, error.detail)
            return replace(run, state=RunState.WAITS, notes=(*run.notes, note))
        except PlanTakenError:
            return run  # she ordered it herself a moment ago
        except FinNamiError as error:
            if error.status >= 500:
                raise
            note = Reason(error.code, error.detail)
            return replace(run, state=RunState.REFUSED, notes=(*run.notes, note))
        state = RunState.HELD if plan.state is PlanState.HELD else RunState.FILLED
        return replace(run, state=state, plan=plan)


_NEEDS_YOU: Final = Reason(
    "needs_you", "This order needs a fresh code from you; nothing was traded without it."
)
