"""What a person holds, what it is worth now, and what she should do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.core.money import Money, Rounding
from app.domains.ledger.service import LedgerService
from app.domains.ledger.types import AccountKind, quantity
from app.domains.market.service import MarketService
from app.domains.market.types import Instrument, MarketHours, Quote
from app.domains.portfolio.errors import MarketClosedError
from app.domains.portfolio.rules.opening import market_closed


@dataclass(frozen=True, slots=True)
class Held:
    """Cash that may be spent, quantities, and the last quote of everything asked for.

    `reserved` is cash that a movement under review holds: hers still, and not to be spent.
    """

    currency: str
    cash: Money
    reserved: Money
    quantities: Mapping[str, Decimal]
    quotes: Mapping[str, Quote]
    instruments: Mapping[str, Instrument]
    hours: MarketHours

    def worth(self, symbol: str) -> Money | None:
        """Return what is held of an instrument in money; None when it has no price."""
        quote = self.quotes.get(symbol)
        if quote is None:
            return None
        value = self.quantities.get(symbol, Decimal(0)) * quote.price
        return Money.of_decimal(value, self.currency, rounding=Rounding.HALF_EVEN)

    def total(self) -> Money | None:
        """Return all cash and holdings in money; None when something held has no price."""
        total = self.cash + self.reserved
        for symbol in self.quantities:
            worth = self.worth(symbol)
            if worth is None:
                return None
            total = total + worth
        return total

    def unusable(self, symbols: set[str]) -> list[str]:
        """Return the symbols without a fresh price, sorted."""
        return sorted(s for s in symbols if s not in self.quotes or self.quotes[s].stale)


class Holdings:
    """Reads through the doors of ledger and market; keeps nothing."""

    def __init__(self, *, ledger: LedgerService, market: MarketService) -> None:
        self._ledger = ledger
        self._market = market

    async def of(self, user_id: str) -> Held:
        """Return what a person holds in the market's currency. Raises NoPricesError."""
        source = await self._market.source()
        cash = reserved = Money.zero(source.currency)
        quantities: dict[str, Decimal] = {}
        for account in await self._ledger.books.accounts(user_id):
            if account.kind is AccountKind.HOLDING and account.balance > 0:
                quantities[account.unit] = quantity(account.balance)
            elif account.kind is AccountKind.CASH and account.unit == source.currency:
                cash = Money(account.available, source.currency)
                reserved = Money(account.balance - account.available, source.currency)
        return Held(
            currency=source.currency,
            cash=cash,
            reserved=reserved,
            quantities=quantities,
            quotes=await self._market.last_quotes(),
            instruments={found.symbol: found for found in await self._market.instruments()},
            hours=await self._market.hours(),
        )

    async def require_open_market(self) -> None:
        """Raise MarketClosedError, saying when it opens, unless orders can be executed now."""
        hours = await self._market.hours()
        closed = market_closed(hours)
        if closed is not None:
            raise MarketClosedError(
                closed.sentence,
                state=hours.state.value,
                calendar=hours.calendar,
                next_open=hours.next_open and hours.next_open.isoformat(),
            )

    async def value(self, user_id: str, currency: str) -> Money | None:
        """Return what everything is worth in a currency; None when a price is missing."""
        held = await self.of(user_id)
        return held.total() if held.currency == currency else None
