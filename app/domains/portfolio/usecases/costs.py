"""What it cost: fee postings to the cent, and what the funds go on taking from their price."""

from datetime import date
from decimal import Decimal
from typing import Final

from app.core.money import Money, Rounding
from app.domains.ledger.types import quantity
from app.domains.market.service import MarketService
from app.domains.onboarding.errors import RiskProfileMissingError
from app.domains.onboarding.service import OnboardingService
from app.domains.portfolio.report_types import FeeLine, Fees
from app.domains.portfolio.usecases.periods import Period, Periods

DEFAULT_HORIZON_YEARS: Final = 10


class Costing:
    """Reads through the doors below; keeps nothing."""

    def __init__(
        self, *, periods: Periods, market: MarketService, onboarding: OnboardingService
    ) -> None:
        self._periods = periods
        self._market = market
        self._onboarding = onboarding

    async def of(
        self,
        user_id: str,
        *,
        first: date | None = None,
        last: date | None = None,
        horizon_years: int | None = None,
    ) -> Fees:
        """Return the fees of a period, and a projection over her own horizon by default.

        In the market's currency, which orders are booked in. Raises what Periods.of raises.
        """
        period = await self._periods.of(user_id, first=first, last=last)
        currency = period.currency
        lines = tuple(
            FeeLine(a.at, a.fee, a.movement_id) for a in period.inside if a.fee.amount_minor
        )
        paid = sum((line.amount for line in lines), Money.zero(currency))
        traded = Money(sum(t.gross.amount_minor for a in period.inside for t in a.trades), currency)
        value = None if period.days.missing else period.worth(at_end=True)
        bps = await self._running_bps(period, value)
        years = horizon_years or await self._horizon(user_id)
        yearly = None
        if value is not None and bps is not None:
            yearly = value.times(bps / 10_000, rounding=Rounding.UP)
        mean = float(period.days.values[1:].mean()) if not period.days.missing else 0.0
        return Fees(
            first=period.first,
            last=period.last,
            currency=currency,
            paid=paid,
            lines=lines,
            traded=traded,
            of_traded=_share(paid, traded),
            of_value=float(paid.to_decimal()) / mean if mean > 0 else None,
            value=value,
            yearly_running=yearly,
            yearly_running_bps=bps,
            horizon_years=years,
            projected=None if yearly is None else Money(yearly.amount_minor * years, currency),
        )

    async def _running_bps(self, period: Period, value: Money | None) -> Decimal | None:
        """Return the yearly cost of the whole, cash included, in basis points."""
        if value is None or value.amount_minor <= 0:
            return None
        rates = {i.symbol: i.annual_cost_bps for i in await self._market.instruments()}
        held: dict[str, int] = {}
        for activity in period.activities:
            if activity.at.date() <= period.last:
                for symbol, micro in activity.shares.items():
                    held[symbol] = held.get(symbol, 0) + micro
        cost = sum(
            (
                quantity(micro) * period.prices_at_end[symbol] * rates.get(symbol, 0)
                for symbol, micro in held.items()
                if micro
            ),
            Decimal(0),
        )
        return (cost / value.to_decimal()).quantize(Decimal("0.01"))

    async def _horizon(self, user_id: str) -> int:
        try:
            return (await self._onboarding.risk_profile(user_id)).horizon_years
        except RiskProfileMissingError:
            return DEFAULT_HORIZON_YEARS


def _share(part: Money, whole: Money) -> Decimal | None:
    if whole.amount_minor <= 0:
        return None
    return (part.to_decimal() / whole.to_decimal()).quantize(Decimal("0.000001"))
