"""One purchase or sale of a person's own: checked against her profile, previewed, not ordered."""

from decimal import Decimal
from typing import Final

from app.core import decisions
from app.core.clock import Clock
from app.core.db import Database
from app.core.ids import IdFactory
from app.core.money import CurrencyMismatchError
from app.core.uow import Transaction
from app.domains.ledger.errors import InsufficientFundsError
from app.domains.onboarding.service import OnboardingService
from app.domains.onboarding.types import Reason
from app.domains.portfolio.errors import (
    MarketClosedError,
    NotHeldError,
    NothingToTradeError,
    NotSuitableError,
    StalePriceError,
    UnknownInstrumentError,
)
from app.domains.portfolio.repository import plans
from app.domains.portfolio.rules import single_order
from app.domains.portfolio.rules.planning import QUANTITY_STEP, Book
from app.domains.portfolio.single_order_types import OwnOrder, SingleOrder
from app.domains.portfolio.types import OrderPlan, PlanAction, PlannedOrder, PlanState
from app.domains.portfolio.usecases.ordering import PREVIEW_FOR
from app.domains.portfolio.usecases.situations import Situation, Situations
from app.domains.portfolio.usecases.wishing import Wishing

#: What a purchase passed, and a sale: everybody may sell what is hers.
BUY_CHECKS: Final = ("verified", "risk_profile", "inside_risk_promise", "inside_equity_limit")
SELL_CHECKS: Final = ("verified", "held")
_CLOSED: Final = frozenset({"market_closed", "market_hours_unknown"})


class SingleOrders:
    """Makes plans of one line; they are executed like any other plan."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        new_id: IdFactory,
        onboarding: OnboardingService,
        situations: Situations,
        wishing: Wishing,
    ) -> None:
        self._db = db
        self._clock = clock
        self._new_id = new_id
        self._onboarding = onboarding
        self._situations = situations
        self._wishing = wishing

    async def preview(self, user_id: str, wanted: SingleOrder) -> OwnOrder:
        """Return the plan of one order; nothing is ordered by it.

        Raises NotClearedError, RiskProfileMissingError, RiskProfileExpiredError, NoPricesError,
        AdviceUnavailableError, MarketClosedError, StalePriceError, NotSuitableError,
        UnknownInstrumentError, NotHeldError, InsufficientFundsError, NothingToTradeError,
        CurrencyMismatchError.
        """
        await self._onboarding.require_cleared(user_id)
        found = await self._situations.of(user_id, self._clock.now())
        if isinstance(found, Reason):
            raise _waiting(found)
        if wanted.symbol not in found.held.instruments:
            raise UnknownInstrumentError(
                f"there is no {wanted.symbol} here", symbols=[wanted.symbol]
            )
        if wanted.symbol in found.held.unusable({wanted.symbol}):
            raise StalePriceError(f"no fresh price of {wanted.symbol}", symbols=[wanted.symbol])
        if wanted.amount is not None and wanted.amount.currency != found.held.currency:
            raise CurrencyMismatchError(f"orders here are in {found.held.currency}")
        wishes = await self._wishing.of(user_id)
        book = _book(found, wanted.symbol)
        order = single_order.sized(wanted, book, whole_shares=wishes.whole_shares)
        _require_possible(book, wanted, order)
        assert order is not None  # noqa: S101 - required above
        selling = wanted.action is PlanAction.SELL
        if not selling:
            failed = single_order.unsuitable(book, order, found.advice, found.frontier, wishes)
            if failed is not None:
                raise NotSuitableError(reason=failed)
        plan = self._plan(found, book, order)
        record = single_order.record_of(plan, book, found.advice, found.frontier)

        async def work(tx: Transaction) -> None:
            # May run again after a write conflict: nothing but tx in here.
            await plans.insert(tx, plan)
            await decisions.record(tx, record)
            tx.audit("own_order.previewed", actor=user_id, object_id=plan.plan_id)

        await self._db.transaction(work)
        return OwnOrder(plan, SELL_CHECKS if selling else BUY_CHECKS)

    def _plan(self, found: Situation, book: Book, order: PlannedOrder) -> OrderPlan:
        now, after = self._clock.now(), book.after((order,))
        plan_id = self._new_id()
        return OrderPlan(
            plan_id=plan_id,
            user_id=found.advice.user_id,
            # It rests on its own record: of the advice's orders it is none.
            recommendation_id=plan_id,
            made_at=now,
            expires_at=now + PREVIEW_FOR,
            state=PlanState.PREVIEWED,
            currency=book.cash.currency,
            orders=(order,),
            cash_before=book.cash,
            cash_after=after.cash,
            fees=order.fee,
            drift_before=book.drift.quantize(QUANTITY_STEP),
            drift_after=after.drift.quantize(QUANTITY_STEP),
        )


def _book(found: Situation, symbol: str) -> Book:
    held, mix = found.held, found.advice.mix
    assert mix is not None  # noqa: S101 - a situation has a mix
    listed = {s: q for s, q in held.quantities.items() if s in held.instruments}
    return Book(
        cash=held.cash,
        quantities={symbol: Decimal(0), **listed},
        prices={s: quote.price for s, quote in held.quotes.items()},
        targets={target.symbol: target.weight for target in mix.targets},
    )


def _require_possible(book: Book, wanted: SingleOrder, order: PlannedOrder | None) -> None:
    """Raise unless there is an order, of what she has."""
    if wanted.action is PlanAction.SELL:
        held = book.quantities.get(wanted.symbol, Decimal(0))
        if held <= 0 or (wanted.quantity is not None and wanted.quantity > held):
            raise NotHeldError(symbol=wanted.symbol)
    if order is None:
        raise NothingToTradeError
    if wanted.action is PlanAction.BUY and order.amount + order.fee > book.cash:
        missing = (order.amount + order.fee - book.cash).decimal_string()
        raise InsufficientFundsError(missing=missing, unit=book.cash.currency)


def _waiting(reason: Reason) -> Exception:
    """Return the refusal for why everything has to wait."""
    if reason.code in _CLOSED:
        return MarketClosedError(reason.sentence)
    if reason.code == "stale_price":
        return StalePriceError(reason.sentence)
    return NotSuitableError(reason.sentence, reason=reason.code)
