"""One rebalancing: today's advice, what is held, the bands; previewed, sealed, one per book."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from app.core import decisions
from app.core.clock import Clock
from app.core.db import Database
from app.core.decisions import canonical_json, sha256_hex
from app.core.money import Money
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.ledger.service import LedgerService
from app.domains.onboarding.types import Reason
from app.domains.portfolio.errors import AdviceUnavailableError
from app.domains.portfolio.lot_types import LotMethod
from app.domains.portfolio.rebalance_types import Rebalance, RunState
from app.domains.portfolio.repository import plans, rebalances
from app.domains.portfolio.rules import decide, lots, rebalance_record, rebalancing
from app.domains.portfolio.rules.planning import QUANTITY_STEP, Book
from app.domains.portfolio.rules.rebalancing import Limits
from app.domains.portfolio.types import (
    OrderPlan,
    PlanAction,
    PlannedOrder,
    PlanState,
)
from app.domains.portfolio.usecases.ordering import PREVIEW_FOR
from app.domains.portfolio.usecases.situations import Situation, Situations
from app.domains.portfolio.usecases.wishing import Wished, Wishing
from app.domains.portfolio.wish_types import conflict_reason

#: After a sale nothing more is sold for a week, unless the risk promise is broken.
COOL_DOWN: Final = timedelta(days=7)


class Rebalancing:
    """Makes rebalancing plans; they are executed like any other plan."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ledger: LedgerService,
        situations: Situations,
        wishing: Wishing,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ledger = ledger
        self._situations = situations
        self._wishing = wishing

    async def preview(self, user_id: str, *, automatic: bool = False) -> Rebalance:
        """Return the run for what is held now; nothing is ordered by it.

        Two calls on the same holdings within a quarter of an hour make one run. Raises
        RiskProfileMissingError, RiskProfileExpiredError, NoPricesError, AdviceUnavailableError.
        """
        now = self._clock.now()
        found = await self._situations.of(user_id, now)
        if isinstance(found, Reason):
            return _waiting(user_id, found, at=now, automatic=automatic)
        assert found.advice.mix is not None  # noqa: S101 - a situation has a mix
        wished = await self._wishing.judge(user_id, found.advice.mix, found.frontier)
        if wished.fitting.conflict:
            clash = conflict_reason(wished.fitting)
            return _waiting(user_id, clash, at=now, automatic=automatic)
        book, foreign = _book(found, wished)
        limits = await self._limits(user_id, book, found, wished, now)
        try:
            proposal = await self._wishing.propose(user_id, book, limits, wished.wishes)
        except AdviceUnavailableError:
            return _waiting(user_id, _UNSOLVED, at=now, automatic=automatic)
        plan = _plan(found, book, proposal.orders, foreign, wished, at=now)
        notes = () if limits.may_sell else (_COOLING,)
        run = Rebalance(
            run_id=plan.plan_id,
            user_id=user_id,
            at=now,
            automatic=automatic,
            state=RunState.PREVIEWED if plan.trades else RunState.NOTHING,
            triggers=proposal.triggers,
            notes=notes,
            plan=plan,
            record_hash=None,
        )
        record = rebalance_record.record_of(run, plan, book, limits, found.frontier, wished.wishes)
        return await self._keep(replace(run, record_hash=record.hash()), plan, record)

    async def find(self, user_id: str, run_id: str) -> Rebalance | None:
        """Return a stored run with its plan as it stands now."""
        plan = await plans.find(self._db, run_id, user_id=user_id)
        return await rebalances.find(self._db, run_id, user_id=user_id, plan=plan)

    async def _keep(
        self, run: Rebalance, plan: OrderPlan, record: decisions.DecisionRecord
    ) -> Rebalance:
        async def work(tx: Transaction) -> None:
            # May run again after a write conflict: nothing but tx in here.
            await rebalances.insert(tx, run)
            await plans.insert(tx, plan)
            await decisions.record(tx, record)
            tx.audit("rebalance.previewed", actor=run.user_id, object_id=run.run_id)

        if (earlier := await self.find(run.user_id, run.run_id)) is not None:
            return earlier
        try:
            await self._db.transaction(work)
        except DuplicateKeyError:
            # Two triggers at once: the run that came first is the run.
            winner = await self.find(run.user_id, run.run_id)
            if winner is None:
                raise
            return winner
        return run

    async def _limits(
        self, user_id: str, book: Book, found: Situation, wished: Wished, now: datetime
    ) -> Limits:
        activities = await self._ledger.activities.of(user_id, book.cash.currency)
        story = lots.book_of(activities, LotMethod.FIFO, book.cash.currency)
        no_buy = lots.sold_at_a_loss(story, now.date())
        bought = rebalancing.propose(book, Limits(may_sell=False, no_buy=no_buy)).orders
        outside = bool(book.quantities) and decide.needs_rebalance(
            book.after(bought), found.frontier, wished.volatility
        )
        sold_at = [one.sold_at for one in story.sold]
        cooling = bool(sold_at) and max(sold_at) > now - COOL_DOWN
        return Limits(may_sell=outside or not cooling, volatility_outside=outside, no_buy=no_buy)


def _book(found: Situation, wished: Wished) -> tuple[Book, tuple[str, ...]]:
    """Return the book of what can be traded, and what is held beside it."""
    held = found.held
    foreign = tuple(sorted(set(held.quantities) - set(held.instruments)))
    book = Book(
        cash=held.cash,
        quantities={s: q for s, q in held.quantities.items() if s not in foreign},
        prices={symbol: quote.price for symbol, quote in held.quotes.items()},
        targets=wished.targets,
    )
    return book, foreign


def _plan(
    found: Situation,
    book: Book,
    orders: tuple[PlannedOrder, ...],
    foreign: tuple[str, ...],
    wished: Wished,
    *,
    at: datetime,
) -> OrderPlan:
    after = book.after(orders)
    slot = int(at.timestamp() // PREVIEW_FOR.total_seconds())
    content = {
        "user": found.advice.user_id,
        "advice": found.advice.recommendation_id,
        "slot": slot,
        "cash": book.cash.amount_minor,
        "held": {s: str(q) for s, q in sorted(found.held.quantities.items())},
        "wishes": str(wished.wishes.changed_at),
    }
    return OrderPlan(
        plan_id=sha256_hex(canonical_json(content))[:20],
        user_id=found.advice.user_id,
        recommendation_id=found.advice.recommendation_id,
        made_at=at,
        expires_at=min(at + PREVIEW_FOR, found.advice.expires_at),
        state=PlanState.PREVIEWED,
        currency=book.cash.currency,
        orders=(*orders, *(_foreign(symbol, book.cash.currency) for symbol in foreign)),
        cash_before=book.cash,
        cash_after=after.cash,
        fees=Money(sum(order.fee.amount_minor for order in orders), book.cash.currency),
        drift_before=book.drift.quantize(QUANTITY_STEP),
        drift_after=after.drift.quantize(QUANTITY_STEP),
    )


def _foreign(symbol: str, currency: str) -> PlannedOrder:
    """Return the line of something that has no price here: it is named, never guessed."""
    zero = Money.zero(currency)
    reason = Reason(
        "needs_adjustment",
        f"{symbol} cannot be traded here and has no price: it is left out of the weights and "
        f"needs an adjustment by hand.",
    )
    nothing = Decimal(0)
    return PlannedOrder(
        symbol, PlanAction.SKIP, nothing, nothing, zero, zero, nothing, nothing, reason
    )


def _waiting(user_id: str, note: Reason, *, at: datetime, automatic: bool) -> Rebalance:
    return Rebalance(
        run_id="",
        user_id=user_id,
        at=at,
        automatic=automatic,
        state=RunState.WAITS,
        triggers=(),
        notes=(note,),
        plan=None,
        record_hash=None,
    )


_COOLING: Final = Reason(
    "cooling_down", "Something was sold within the last week, so only cash is invested now."
)
_UNSOLVED: Final = Reason(
    "no_plan", "No plan was found that keeps your limits; nothing is traded, and we look at why."
)
