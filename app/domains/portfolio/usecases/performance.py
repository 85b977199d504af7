"""How well it went: returns with their method, period, currency and the cash flows behind them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from app.core.money import Money
from app.domains.ledger.types import JournalKind
from app.domains.market.service import MarketService
from app.domains.portfolio.fx_report_types import GainSplit
from app.domains.portfolio.report_types import CashFlow, Performance
from app.domains.portfolio.rules import currencies, series
from app.domains.portfolio.usecases.bases import Bases
from app.domains.portfolio.usecases.measuring import Mix, benchmark_of, levels_of, measures_of
from app.domains.portfolio.usecases.periods import Period, Periods, Whole

#: What people are compared with when they name nothing: a plain mix of shares and bonds.
SIXTY_FORTY: Final = (("VTI", Decimal("0.6")), ("AGG", Decimal("0.4")))


class Performing:
    """Reads through the doors of ledger and market; keeps nothing."""

    def __init__(self, *, periods: Periods, market: MarketService, bases: Bases) -> None:
        self._periods = periods
        self._market = market
        self._bases = bases

    async def of(
        self,
        user_id: str,
        *,
        first: date | None = None,
        last: date | None = None,
        benchmark: str | None = None,
        currency: str | None = None,
    ) -> Performance:
        """Return the returns of a period beside a benchmark with the same cash flows.

        In her base currency unless another one is named. Raises InstrumentNotFoundError for an
        unknown benchmark, BaseCurrencyError, and what Periods.of raises.
        """
        mix: Mix = SIXTY_FORTY
        if benchmark is not None:
            mix = (((await self._market.instrument(benchmark)).symbol, Decimal(1)),)
        base = (await self._bases.resolve(user_id, currency)).currency
        also = tuple(symbol for symbol, _ in mix)
        whole = await self._periods.whole(user_id, base, first=first, last=last, also=also)
        start, end = whole.worth(at_end=False), whole.worth(at_end=True)
        flows = sorted(
            (flow for period in whole.periods for flow in _flows(whole, period)),
            key=lambda flow: flow.at,
        )
        known = start is not None and end is not None and not whole.days.missing
        measures, gross = measures_of(whole, start, end if known else None)
        growth = series.growth_of(whole.days)
        levels = None if start is None else levels_of(whole, mix)
        source = whole.prices.source
        return Performance(
            first=whole.first,
            last=whole.last,
            as_of=whole.prices.as_of,
            currency=base,
            source=source.source_id,
            simulated=source.kind == "simulated",
            start_value=start,
            end_value=end,
            flows=tuple(flows),
            fees=_fees(whole),
            gain=_gain(start, end, flows, base) if known else None,
            gains=_gains(whole) if known else None,
            measures=measures,
            gross=gross,
            split=currencies.split_return(whole.shares, whole.days),
            benchmark=benchmark_of(whole, start, mix),
            points=series.points(whole.days, growth, levels, end=end if known else None, unit=base),
            drawdown=series.drawdown(whole.days, growth),
            missing_prices=_unpriced(whole),
            missing_rates=currencies.unrated(whole.shares),
            rates_hash=whole.book.data_hash if whole.foreign else None,
        )


def _flows(whole: Whole, period: Period) -> list[CashFlow]:
    """Return money that came in or went out, at the rate of its own day."""
    found = []
    for a in period.inside:
        if not a.external or not a.cash.amount_minor:
            continue
        rate = whole.book.rate(period.currency, whole.base, a.at.date())
        amount = currencies.converted((a.cash,), rate, whole.base)
        found.append(CashFlow(a.at, amount, a.cash, rate, a.kind.value, a.movement_id))
    return found


def _fees(whole: Whole) -> Money | None:
    total = Money.zero(whole.base)
    for period in whole.periods:
        for a in period.inside:
            rate = whole.book.rate(period.currency, whole.base, a.at.date())
            fee = currencies.converted((a.fee,), rate, whole.base)
            if fee is None:
                return None
            total = total + fee
    return total


def _gain(
    start: Money | None, end: Money | None, flows: Sequence[CashFlow], base: str
) -> Money | None:
    """Return end - start - flows, to the cent; None when one of them is unknown."""
    amounts = [flow.amount for flow in flows if flow.amount is not None]
    if start is None or end is None or len(amounts) < len(flows):
        return None
    return end - start - sum(amounts, Money.zero(base))


def _gains(whole: Whole) -> GainSplit | None:
    """Return the same gain taken apart; None when it cannot be."""
    stories: list[currencies.Story] = []
    for period in whole.periods:
        local = [period.worth(at_end=False), period.worth(at_end=True)]
        worth = [whole.worth_of(period, at_end=False), whole.worth_of(period, at_end=True)]
        pairs = [(flow.local, flow.amount) for flow in _flows(whole, period)]
        if None in local or None in worth or None in [pair[1] for pair in pairs]:
            return None
        stories.append(
            currencies.Story(
                currency=period.currency,
                start=(_sure(local[0]), _sure(worth[0])),
                end=(_sure(local[1]), _sure(worth[1])),
                flows=tuple((one, _sure(other)) for one, other in pairs),
                dividends=_dividends(whole, period),
                rate=whole.book.rate(period.currency, whole.base, whole.last),
            )
        )
    return currencies.split_gain(stories, whole.base)


def _dividends(whole: Whole, period: Period) -> tuple[tuple[Money, Money], ...]:
    """Return what was paid out, at the rate of its own day; without a rate it stays capital."""
    found = []
    for a in period.inside:
        if a.kind is JournalKind.DIVIDEND:
            rate = whole.book.rate(period.currency, whole.base, a.at.date())
            amount = currencies.converted((a.cash,), rate, whole.base)
            if amount is not None:
                found.append((a.cash, amount))
    return tuple(found)


def _sure(found: Money | None) -> Money:
    if found is None:
        raise AssertionError("an unknown amount was to be added")
    return found


def _unpriced(whole: Whole) -> tuple[str, ...]:
    missing = (symbol for period in whole.periods for symbol in period.days.missing)
    return tuple(sorted(set(missing)))
