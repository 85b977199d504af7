"""The dashboard: value, holdings, drift from the advice, alerts, and the one next action."""

from decimal import Decimal
from typing import Final

from app.core.clock import Clock
from app.core.db import Database
from app.domains.portfolio.alert_types import DriftVerdict
from app.domains.portfolio.repository import plans
from app.domains.portfolio.rules import decide
from app.domains.portfolio.rules import drift as drifting
from app.domains.portfolio.rules.alerts import Facts, alerts_of
from app.domains.portfolio.rules.planning import QUANTITY_STEP, Book
from app.domains.portfolio.types import (
    AdviceOutcome,
    NextAction,
    Portfolio,
    Position,
    Recommendation,
    StoredFrontier,
)
from app.domains.portfolio.usecases.advising import Advising
from app.domains.portfolio.usecases.alerts import Alerting, Mixed
from app.domains.portfolio.usecases.frontiers import Frontiers
from app.domains.portfolio.usecases.holdings import Held, Holdings
from app.domains.portfolio.usecases.wishing import Wishing

#: Cash above this share of everything waits to be invested.
_CASH_TO_INVEST: Final = Decimal("0.02")
#: What cannot be done while a person looks at an order, or while trading is halted.
_ORDERS: Final = (NextAction.GET_ADVICE, NextAction.INVEST, NextAction.REBALANCE)


class Overview:
    """Composes what others keep; a missing price shows as unknown, never as zero."""

    def __init__(  # noqa: PLR0913 - one parameter per room it works with
        self,
        *,
        db: Database,
        clock: Clock,
        alerting: Alerting,
        advising: Advising,
        holdings: Holdings,
        frontiers: Frontiers,
        wishing: Wishing,
    ) -> None:
        self._db = db
        self._clock = clock
        self._alerting = alerting
        self._advising = advising
        self._holdings = holdings
        self._frontiers = frontiers
        self._wishing = wishing

    async def of(self, user_id: str) -> Portfolio:
        """Return everything a person holds. Raises NoPricesError before any prices are there."""
        held = await self._holdings.of(user_id)
        advice = await self._advising.newest(user_id)
        frontier = await self._frontiers.current()
        targets = await self._targets(user_id, advice, frontier)
        book = _priced_book(held, targets)
        volatility = decide.held_volatility(book, frontier) if book and frontier else None
        verdict = _verdict(book, advice, frontier)
        facts = await self._alerting.facts(user_id, Mixed(held, targets, advice, verdict))
        names = {symbol: found.name for symbol, found in held.instruments.items()}
        return Portfolio(
            currency=held.currency,
            cash=held.cash,
            reserved=held.reserved,
            value=held.total(),
            positions=tuple(_position(held, book, symbol, targets) for symbol in held.quantities),
            allocation=drifting.lines_of(book, names) if book else (),
            drift=book.drift.quantize(QUANTITY_STEP) if book and targets else None,
            drift_verdict=verdict,
            predicted_volatility=volatility,
            promised_volatility=advice.mix.promised_volatility if advice and advice.mix else None,
            next_action=await self._next(user_id, book, advice, facts),
            alerts=alerts_of(facts),
            recommendation_id=advice.recommendation_id if advice else None,
            simulated=any(found.simulated for found in held.instruments.values()),
            market=held.hours,
            prices_as_of=min(
                (held.quotes[s].market_date for s in held.quantities if s in held.quotes),
                default=None,
            ),
        )

    async def _targets(
        self, user_id: str, advice: Recommendation | None, frontier: StoredFrontier | None
    ) -> dict[str, Decimal]:
        """Return the mix that her plans go for: the advice, under her own limits."""
        if advice is None or advice.mix is None:
            return {}
        if frontier is not None and frontier.source == advice.mix.source:
            wished = await self._wishing.judge(user_id, advice.mix, frontier)
            if not wished.fitting.conflict:
                return wished.targets
        return {target.symbol: target.weight for target in advice.mix.targets}

    async def _next(
        self, user_id: str, book: Book | None, advice: Recommendation | None, facts: Facts
    ) -> NextAction:
        """Return the one thing that can be done now and helps most."""
        if facts.missing_steps:
            return NextAction.FINISH_ONBOARDING
        if book is None:
            return NextAction.WAIT
        wanted = await self._wanted(user_id, book, advice, facts)
        if wanted in _ORDERS and (facts.orders_in_review or facts.trading.halted):
            return NextAction.WAIT
        if wanted is NextAction.REBALANCE and not facts.trading.is_open:
            return NextAction.WAIT
        return wanted

    async def _wanted(
        self, user_id: str, book: Book, advice: Recommendation | None, facts: Facts
    ) -> NextAction:
        """Return what her money asks for, whether or not it can be done at this moment."""
        if book.total <= 0:
            return NextAction.WAIT if facts.orders_in_review else NextAction.DEPOSIT
        if advice is None or (advice.expires_at <= self._clock.now() and not book.quantities):
            return NextAction.GET_ADVICE
        if advice.outcome is AdviceOutcome.WAIT or advice.mix is None:
            return NextAction.WAIT
        if decide.uninvested_share(book) > _CASH_TO_INVEST:
            ordered = await plans.was_ordered(self._db, user_id, advice.recommendation_id)
            fresh = advice.expires_at > self._clock.now() and not ordered
            return NextAction.INVEST if fresh else NextAction.GET_ADVICE
        if facts.verdict is DriftVerdict.OUTSIDE_BANDS:
            return NextAction.REBALANCE
        return NextAction.NONE


def _verdict(
    book: Book | None, advice: Recommendation | None, frontier: StoredFrontier | None
) -> DriftVerdict | None:
    if book is None or advice is None or advice.mix is None:
        return None
    outside = frontier is not None and decide.needs_rebalance(
        book, frontier, advice.mix.predicted_volatility
    )
    return drifting.verdict_of(book, volatility_outside=outside)


def _priced_book(held: Held, targets: dict[str, Decimal]) -> Book | None:
    """Return the book of what is held, or None when something held or wanted has no price."""
    prices = {symbol: quote.price for symbol, quote in held.quotes.items()}
    if not {*held.quantities, *targets} <= set(prices):
        return None
    return Book(held.cash, held.quantities, prices, targets)


def _position(held: Held, book: Book | None, symbol: str, targets: dict[str, Decimal]) -> Position:
    quote, instrument = held.quotes.get(symbol), held.instruments.get(symbol)
    return Position(
        symbol=symbol,
        name=instrument.name if instrument else symbol,
        asset_class=instrument.asset_class if instrument else "other",
        quantity=held.quantities[symbol],
        price=quote.price if quote else None,
        market_date=quote.market_date if quote else None,
        priced_at=quote.exchange_at if quote else None,
        stale=quote is None or quote.stale,
        value=held.worth(symbol),
        weight=book.weight(symbol).quantize(QUANTITY_STEP) if book else None,
        target=targets.get(symbol, Decimal(0)) if targets else None,
        sessions_behind=quote.sessions_behind if quote else None,
    )
