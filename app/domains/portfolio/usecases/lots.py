"""Tax lots: what is held lot by lot, what was realised, and what a sale would mean."""

from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from app.core.clock import Clock
from app.core.money import Money, Rounding
from app.domains.ledger.service import LedgerService
from app.domains.ledger.types import MICRO
from app.domains.market.service import MarketService
from app.domains.portfolio.errors import NotHeldError, StalePriceError
from app.domains.portfolio.lot_types import LotBook, LotMethod, SalePreview
from app.domains.portfolio.rules import lots
from app.domains.portfolio.rules.planning import fee_of


class Lots:
    """Replays the ledger's story; keeps nothing."""

    def __init__(self, *, clock: Clock, ledger: LedgerService, market: MarketService) -> None:
        self._clock = clock
        self._ledger = ledger
        self._market = market

    async def of(
        self, user_id: str, method: LotMethod, *, until: datetime | None = None
    ) -> LotBook:
        """Return open lots and realised slices by a method; of what was booked before `until`.

        Raises NoPricesError, PeriodTooLongError.
        """
        currency = (await self._market.source()).currency
        activities = await self._ledger.activities.of(user_id, currency)
        if until is not None:
            activities = tuple(a for a in activities if (a.booked_at or a.at) < until)
        return lots.book_of(activities, method, currency)

    async def preview(
        self, user_id: str, symbol: str, quantity: Decimal
    ) -> tuple[SalePreview, ...]:
        """Return what selling at the last price would realise, by every method.

        Earlier sales count as FIFO. Raises NotHeldError, StalePriceError, NoPricesError,
        PeriodTooLongError.
        """
        book = await self.of(user_id, LotMethod.FIFO)
        micro = int((quantity / MICRO).to_integral_value(rounding=ROUND_DOWN))
        held = sum(lot.quantity_micro for lot in book.lots if lot.symbol == symbol)
        if not 0 < micro <= held:
            raise NotHeldError(f"you hold {Decimal(held) * MICRO:f} {symbol}", symbol=symbol)
        quote = (await self._market.last_quotes((symbol,))).get(symbol)
        if quote is None or quote.stale:
            raise StalePriceError(f"no fresh price of {symbol}", symbols=[symbol])
        value = Decimal(micro) * MICRO * quote.price
        gross = Money.of_decimal(value, book.currency, rounding=Rounding.HALF_EVEN)
        sale = lots.Sale(symbol, micro, gross - fee_of(gross), self._clock.now())
        activities = await self._ledger.activities.of(user_id, book.currency)
        return tuple(lots.preview(activities, book.lots, sale, method) for method in LotMethod)
