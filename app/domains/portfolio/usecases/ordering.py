"""From an accepted recommendation to booked orders: preview, one claim, one execution."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from app.core.clock import Clock
from app.core.db import Database
from app.core.errors import FinNamiError
from app.core.ids import IdFactory
from app.core.money import Money
from app.core.uow import Transaction
from app.domains.ledger.errors import IdempotencyMismatchError
from app.domains.ledger.service import LedgerService
from app.domains.ledger.types import MICRO, Fill, Journal, JournalState, OrderBatch
from app.domains.ledger.warrant_types import Warrant
from app.domains.portfolio.errors import (
    NothingToAcceptError,
    NothingToTradeError,
    PlanExpiredError,
    PlanNotFoundError,
    PlanTakenError,
    RecommendationExpiredError,
    RecommendationRejectedError,
    StalePriceError,
)
from app.domains.portfolio.repository import answers, plans
from app.domains.portfolio.rules import decide, planning
from app.domains.portfolio.rules.planning import WHOLE_SHARE, Book
from app.domains.portfolio.rules.rebalancing import Limits
from app.domains.portfolio.types import (
    OrderPlan,
    PlannedOrder,
    PlanState,
    Recommendation,
    StoredFrontier,
)
from app.domains.portfolio.usecases.advising import Advising
from app.domains.portfolio.usecases.frontiers import Frontiers
from app.domains.portfolio.usecases.holdings import Held, Holdings
from app.domains.portfolio.usecases.wishing import Wished, Wishing, conflict_error

PREVIEW_FOR: Final = timedelta(minutes=15)


class Ordering:
    """Previews and executes order plans; the ledger books them, whole or not at all."""

    def __init__(  # noqa: PLR0913 - one parameter per room it works with
        self,
        *,
        db: Database,
        clock: Clock,
        new_id: IdFactory,
        ledger: LedgerService,
        advising: Advising,
        holdings: Holdings,
        frontiers: Frontiers,
        wishing: Wishing,
    ) -> None:
        self._db = db
        self._clock = clock
        self._new_id = new_id
        self._ledger = ledger
        self._advising = advising
        self._holdings = holdings
        self._frontiers = frontiers
        self._wishing = wishing

    async def accept(self, user_id: str, recommendation_id: str) -> OrderPlan:
        """Return the preview of orders for a recommendation; nothing is ordered by it.

        Accepting again returns the same preview while it is good. Raises
        RecommendationNotFoundError, RecommendationExpiredError, NothingToAcceptError,
        RecommendationRejectedError, StalePriceError, WishesConflictError.
        """
        advice = await self._advising.find(user_id, recommendation_id)
        now = self._clock.now()
        if advice.mix is None:
            raise NothingToAcceptError
        if advice.expires_at <= now:
            raise RecommendationExpiredError
        await self._require_not_rejected(user_id, recommendation_id)
        shown = await plans.previewed(self._db, user_id, recommendation_id, now=now)
        if shown is not None:
            return shown
        frontier = await self._frontiers.current()
        if frontier is None or frontier.source != advice.mix.source:
            raise RecommendationExpiredError
        wished = await self._wishing.judge(user_id, advice.mix, frontier)
        if wished.fitting.conflict:
            raise conflict_error(wished.fitting)
        held = await self._holdings.of(user_id)
        book = _book(wished, held)
        orders = await self._orders(user_id, book, frontier, wished)
        plan = self._plan(advice, book, orders, at=now)

        async def work(tx: Transaction) -> None:
            # May run again after a write conflict: nothing but tx in here.
            await plans.insert(tx, plan)
            tx.audit("recommendation.accepted", actor=user_id, object_id=recommendation_id)

        await self._db.transaction(work)
        return plan

    async def execute(
        self,
        user_id: str,
        plan_id: str,
        *,
        session_id: str,
        key: str,
        grant: str | None,
        warrant: Warrant | None = None,
    ) -> OrderPlan:
        """Fill a previewed plan at the last quotes and book it; a plan is executed at most once.

        The same key returns the first answer. Raises PlanNotFoundError, PlanExpiredError,
        PlanTakenError, NothingToTradeError, MarketClosedError, StalePriceError,
        RecommendationRejectedError, IdempotencyMismatchError, and what the ledger raises (not
        cleared, step-up, blocked, missing funds): then nothing moved and the plan may be tried
        again.
        """
        plan = await plans.find(self._db, plan_id, user_id=user_id)
        if plan is None:
            raise PlanNotFoundError
        booked = await self._ledger.earlier_order(user_id, key)
        if booked is not None and booked.details.get("reference") != plan_id:
            raise IdempotencyMismatchError
        if plan.state not in (PlanState.PREVIEWED, PlanState.EXECUTING):
            return _if_same_key(plan, key)
        if booked is None:
            self._require_open(plan)
            await self._holdings.require_open_market()
            await self._require_not_rejected(user_id, plan.recommendation_id)
        if not await plans.claim(self._db, plan, key):
            raise PlanTakenError
        try:
            batch = OrderBatch(user_id, session_id, key, plan.currency, (), plan_id, grant, warrant)
            journal = booked or await self._book(plan, batch)
        except FinNamiError as error:
            if error.status < 500:
                # An outage leaves the claim: only its own key may find out what happened.
                await plans.release(self._db, plan, key)
            raise
        done = _done(plan, journal, key)
        await plans.finish(self._db, done)
        return done

    async def find(self, user_id: str, plan_id: str) -> OrderPlan:
        """Return one plan. Raises PlanNotFoundError."""
        plan = await plans.find(self._db, plan_id, user_id=user_id)
        if plan is None:
            raise PlanNotFoundError
        return await self._settled(plan)

    async def list_of(self, user_id: str, *, since: datetime, before: datetime) -> list[OrderPlan]:
        """Return the plans ordered in a period, the newest first, at most 50."""
        found = await plans.list_of(self._db, user_id, since=since, before=before)
        return [await self._settled(plan) for plan in found]

    async def _settled(self, plan: OrderPlan) -> OrderPlan:
        """Ask the ledger how a held plan ended, and keep the answer; others are returned as is."""
        if plan.state is not PlanState.HELD or plan.movement_id is None:
            return plan
        journal = await self._ledger.books.movement(plan.user_id, plan.movement_id)
        if journal.state is JournalState.HELD:
            return plan
        posted = journal.state is JournalState.POSTED
        ended = replace(plan, state=PlanState.FILLED if posted else PlanState.CANCELLED)
        await plans.settle(self._db, ended)
        return ended

    async def _orders(
        self, user_id: str, book: Book, frontier: StoredFrontier, wished: Wished
    ) -> tuple[PlannedOrder, ...]:
        """Return the lines of a plan: by the rules of advice, or under her own limits."""
        if not wished.wishes.binds_orders:
            return decide.orders(book, frontier, wished.volatility)
        outside = decide.needs_rebalance(book, frontier, wished.volatility)
        limits = Limits(may_sell=outside, volatility_outside=outside and bool(book.quantities))
        return (await self._wishing.propose(user_id, book, limits, wished.wishes)).orders

    def _plan(
        self, advice: Recommendation, book: Book, orders: tuple[PlannedOrder, ...], *, at: datetime
    ) -> OrderPlan:
        after = book.after(orders)
        currency = book.cash.currency
        return OrderPlan(
            plan_id=self._new_id(),
            user_id=advice.user_id,
            recommendation_id=advice.recommendation_id,
            made_at=at,
            expires_at=min(at + PREVIEW_FOR, advice.expires_at),
            state=PlanState.PREVIEWED,
            currency=currency,
            orders=orders,
            cash_before=book.cash,
            cash_after=after.cash,
            fees=Money(sum(order.fee.amount_minor for order in orders), currency),
            drift_before=book.drift.quantize(planning.QUANTITY_STEP),
            drift_after=after.drift.quantize(planning.QUANTITY_STEP),
        )

    async def _require_not_rejected(self, user_id: str, recommendation_id: str) -> None:
        if await answers.rejection(self._db, user_id, recommendation_id) is not None:
            raise RecommendationRejectedError

    def _require_open(self, plan: OrderPlan) -> None:
        if plan.expires_at <= self._clock.now():
            raise PlanExpiredError
        if not plan.trades:
            raise NothingToTradeError

    async def _book(self, plan: OrderPlan, batch: OrderBatch) -> Journal:
        held = await self._holdings.of(plan.user_id)
        unusable = held.unusable({order.symbol for order in plan.trades})
        if unusable or held.currency != plan.currency:
            raise StalePriceError(f"no fresh price of {', '.join(unusable)}", symbols=unusable)
        prices = {symbol: quote.price for symbol, quote in held.quotes.items()}
        wishes = await self._wishing.of(plan.user_id)
        step = WHOLE_SHARE if wishes.whole_shares else planning.QUANTITY_STEP
        fills = planning.fit_to_cash(plan.trades, prices, held.cash, step=step)
        if not fills:
            raise NothingToTradeError
        booked = replace(batch, fills=tuple(_fill(order, held) for order in fills))
        return await self._ledger.execute(booked)


def _book(wished: Wished, held: Held) -> Book:
    """Return the book of a plan. Raises StalePriceError."""
    book = Book(
        cash=held.cash,
        quantities=held.quantities,
        prices={symbol: quote.price for symbol, quote in held.quotes.items()},
        targets=wished.targets,
    )
    unusable = held.unusable(set(book.symbols))
    if unusable:
        raise StalePriceError(f"no fresh price of {', '.join(unusable)}", symbols=unusable)
    return book


def _fill(order: PlannedOrder, held: Held) -> Fill:
    quote = held.quotes[order.symbol]
    return Fill(
        symbol=order.symbol,
        side=order.action.side,
        quantity_micro=int(order.quantity / MICRO),
        price=order.price,
        gross=order.amount,
        fee=order.fee,
        quote_source=quote.source,
        quote_at=quote.exchange_at,
    )


def _if_same_key(plan: OrderPlan, key: str) -> OrderPlan:
    if plan.key != key:
        raise PlanTakenError
    return plan


def _done(plan: OrderPlan, journal: Journal, key: str) -> OrderPlan:
    """Return the plan with what was really filled, as the ledger booked it."""
    filled = {row["symbol"]: row for row in journal.details["fills"]}
    orders = tuple(
        replace(
            order,
            quantity=Decimal(int(filled[order.symbol]["quantity_micro"])) * MICRO,
            price=Decimal(str(filled[order.symbol]["price"])),
            amount=Money(int(filled[order.symbol]["gross_minor"]), plan.currency),
            fee=Money(int(filled[order.symbol]["fee_minor"]), plan.currency),
        )
        if order.symbol in filled
        else order
        for order in plan.orders
    )
    cash = plan.cash_before
    for order in orders:
        if order.symbol in filled:
            sign = -1 if filled[order.symbol]["side"] == "buy" else 1
            cash = cash - order.fee + Money(sign * order.amount.amount_minor, plan.currency)
    return replace(
        plan,
        orders=orders,
        state=PlanState.HELD if journal.state is JournalState.HELD else PlanState.FILLED,
        cash_after=cash,
        fees=Money(sum(int(row["fee_minor"]) for row in filled.values()), plan.currency),
        key=key,
        movement_id=journal.journal_id,
    )
