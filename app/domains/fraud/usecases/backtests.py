"""Back-tests of drafts and the record of the set in shadow, both from recorded decisions."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from app.core.clock import Clock
from app.core.db import Database
from app.core.ids import new_ulid
from app.core.store import Store
from app.core.uow import Transaction
from app.domains.fraud.backtest_types import (
    DECISIONS_MAX,
    PENDING_FOR,
    Backtest,
    BacktestReport,
    BacktestState,
    CutBy,
    ShadowReport,
)
from app.domains.fraud.errors import BacktestNotFoundError, RulesChangedError, RulesNotFoundError
from app.domains.fraud.events import RulesBacktestAsked
from app.domains.fraud.repository import backtests, events, judged, rule_sets
from app.domains.fraud.repository.judged import Judged
from app.domains.fraud.rule_types import RuleSet
from app.domains.fraud.rules.impact import Tally
from app.domains.fraud.types import SEVERITY
from app.domains.identity.types import Caller

WORK_S = 120.0
"""A worker stops counting after this and says so in the report."""
LOOK_S = 1.0
"""A call that waits for an answer counts the newest decisions for so long."""
SLICE_FIRST = timedelta(hours=1)
SLICE_MIN = timedelta(minutes=1)
SLICE_MAX = timedelta(days=1)


class Backtests:
    """Asked for over HTTP, made by a worker: fifty thousand decisions outlast a request."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def ask(self, number: int, *, days: int, caller: Caller) -> Backtest:
        """Ask for a back-test against the active set; while one waits it is the same question.

        Raises RulesNotFoundError.
        """
        if await rule_sets.find(self._db, number) is None:
            raise RulesNotFoundError
        now = self._clock.now()
        pointer = await rule_sets.pointer(self._db)
        before = await backtests.latest(self._db, number)
        if before is not None and before.state is BacktestState.ASKED:
            same = (before.days, before.against) == (days, pointer.active)
            if same and before.asked_at + PENDING_FOR > now:
                return before
        asked = Backtest(new_ulid(now), number, pointer.active, days, caller.user_id, now)

        async def work(tx: Transaction) -> None:
            await backtests.insert(tx, asked)
            tx.audit(
                "fraud_rules.backtest_asked",
                actor=caller.user_id,
                object_id=f"fraud-rules/{number}",
                after={"days": days, "against": pointer.active},
            )
            tx.publish(RulesBacktestAsked(asked.backtest_id))

        await self._db.transaction(work)
        return asked

    async def latest(self, number: int) -> Backtest:
        """Return the newest back-test of a set. Raises BacktestNotFoundError."""
        found = await backtests.latest(self._db, number)
        if found is None:
            raise BacktestNotFoundError
        return found

    async def run(self, backtest_id: str) -> None:
        """Make the report that was asked for; one that is there stays as it is."""
        asked = await backtests.find(self._db, backtest_id)
        if asked is None or asked.state is BacktestState.DONE:
            return
        draft = await rule_sets.find(self._db, asked.number)
        active = await rule_sets.find(self._db, asked.against)
        if draft is None or active is None:
            return
        until = asked.asked_at
        report = await self.measure(
            draft, active, since=until - timedelta(days=asked.days), until=until
        )
        await backtests.finish(self._db, backtest_id, report)

    async def measure(
        self, draft: RuleSet, active: RuleSet, *, since: datetime, until: datetime
    ) -> BacktestReport:
        """Return what both sets would have done to the newest decisions of a period.

        A payment that was judged more than once counts once, as it was judged last.
        """
        tally = Tally.of(draft, active)
        seen: set[str] = set()
        cut_by: CutBy | None = None
        stop_at = self._clock.monotonic() + WORK_S
        async for page in _pages(self._db, since=since, until=until):
            fresh = [one for one in _once(page) if one.payment_id not in seen]
            room = DECISIONS_MAX - len(seen)
            seen.update(one.payment_id for one in fresh[:room])
            await self._count(tally, fresh[:room], until=until)
            if len(fresh) > room:
                cut_by = CutBy.LIMIT
            elif self._clock.monotonic() >= stop_at:
                cut_by = CutBy.TIME
            if cut_by is not None:
                break
        return tally.report(since=since, until=until, cut_by=cut_by)

    async def _count(self, tally: Tally, page: list[Judged], *, until: datetime) -> None:
        labels = await self._labels([one.payment_id for one in page], until=until)
        for one in page:
            if one.facts is None:
                tally.not_judgeable += 1
                continue
            tally.oldest = one.at
            tally.add(
                one.facts,
                one.asked,
                one.hits,
                user_id=one.user_id,
                fraud=labels.get(one.payment_id),
            )

    async def _labels(self, payment_ids: list[str], *, until: datetime) -> dict[str, bool]:
        """Return what somebody said of these payments by then; what was never booked has none."""
        found: dict[str, bool] = {}
        for i in range(0, len(payment_ids), events.IDS_AT_ONCE):
            for event in await events.by_ids(self._db, payment_ids[i : i + events.IDS_AT_ONCE]):
                if event.label is not None and event.label[1] <= until.timestamp():
                    found[event.payment_id] = event.label[0]
        return found

    async def shadow_report(self, number: int) -> ShadowReport:
        """Compare the set in shadow with the verdicts given since it is there.

        Counts the newest decisions for at most a second. Raises RulesNotFoundError,
        RulesChangedError when another set or none runs in shadow.
        """
        pointer = await rule_sets.pointer(self._db)
        rules = await rule_sets.find(self._db, number)
        if rules is None:
            raise RulesNotFoundError
        if pointer.shadow != number or pointer.shadow_since is None:
            raise RulesChangedError("these rules do not run in shadow")
        until = self._clock.now() + timedelta(seconds=1)
        stop_at = self._clock.monotonic() + LOOK_S
        pairs: Counter[tuple[str, str]] = Counter()
        steps: Counter[int] = Counter()
        covered = pointer.shadow_since
        async for page in _pages(self._db, since=pointer.shadow_since, until=until):
            for one in page:
                if one.shadow is None or one.shadow.version != rules.version:
                    continue
                pairs[one.outcome.value, one.shadow.outcome.value] += 1
                step = SEVERITY[one.shadow.outcome] - SEVERITY[one.outcome]
                steps[(step > 0) - (step < 0)] += 1
            if self._clock.monotonic() >= stop_at or pairs.total() >= DECISIONS_MAX:
                covered = page[-1].at
                break
        return ShadowReport(
            number=number,
            since=pointer.shadow_since,
            covered_since=covered,
            decisions=pairs.total(),
            agreed=steps[0],
            stricter=steps[1],
            milder=steps[-1],
            by_outcome={f"{given}>{would}": count for (given, would), count in pairs.items()},
        )


def _once(page: list[Judged]) -> list[Judged]:
    """Return each payment once, the newest judgement of it: a page is newest first."""
    return list({one.payment_id: one for one in reversed(page)}.values())[::-1]


async def _pages(store: Store, *, since: datetime, until: datetime) -> AsyncIterator[list[Judged]]:
    """Yield the decisions of a period, the newest first, letting others run between pages.

    Reads slice by slice of time; a slice grows while little is in it and shrinks when it is
    full, so that no query ranges over much more than a page.
    """
    span, top = SLICE_FIRST, until
    while top > since:
        bottom = max(top - span, since)
        high, known, rows = top, set[str](), 0
        while True:
            page = await judged.page(store, since=bottom, until=high)
            rows += len(page)
            fresh = [one for one in page if one.decision_id not in known]
            if fresh:
                yield fresh
            await asyncio.sleep(0)
            if len(page) < judged.PAGE or not fresh:
                break
            # Those of the last millisecond may go on in the next page: it is read again.
            known = {one.decision_id for one in page}
            high = page[-1].at + timedelta(milliseconds=1)
        if rows > judged.PAGE:
            span = max(span / 2, SLICE_MIN)
        elif rows < judged.PAGE / 4:
            span = min(span * 2, SLICE_MAX)
        top = bottom
