"""Net worth in one currency: every part with its price, rate, date and source."""

from collections.abc import Iterable
from datetime import date

from app.core.clock import Clock
from app.core.money import Money, Rounding
from app.domains.ledger.service import LedgerService
from app.domains.ledger.types import Account, AccountKind, quantity
from app.domains.market.fx_types import RateBook
from app.domains.market.service import MarketService
from app.domains.market.types import Quote
from app.domains.portfolio.fx_report_types import BaseCurrency, NetWorth, WorthPart
from app.domains.portfolio.usecases.bases import Bases


class NetWorths:
    """Reads through the doors of ledger and market; keeps nothing."""

    def __init__(
        self, *, clock: Clock, ledger: LedgerService, market: MarketService, bases: Bases
    ) -> None:
        self._clock = clock
        self._ledger = ledger
        self._market = market
        self._bases = bases

    async def of(self, user_id: str, *, currency: str | None = None) -> NetWorth:
        """Return what a person has now. Raises BaseCurrencyError, NoPricesError."""
        base = await self._bases.resolve(user_id, currency)
        source = await self._market.source()
        accounts = await self._ledger.books.accounts(user_id)
        quotes = await self._market.last_quotes()
        now = self._clock.now()
        wanted = {base.currency, source.currency, *(q.currency for q in quotes.values())}
        wanted |= {a.unit for a in accounts if a.kind is AccountKind.CASH}
        book = await self._market.rates.book(wanted, first=now.date(), last=now.date())
        parts = tuple(
            _part(account, quotes.get(account.unit), source.currency, book, (base, now.date()))
            for account in accounts
            if account.balance and account.kind is not AccountKind.HOUSE
        )
        foreign = any(part.currency != base.currency for part in parts)
        known = total_of(parts, base.currency)
        return NetWorth(
            base=base,
            as_of=now,
            parts=parts,
            total=None if any(part.value is None for part in parts) else known,
            known=known,
            rates_hash=book.data_hash if foreign else None,
        )


def total_of(parts: Iterable[WorthPart], base: str) -> Money:
    """Return the sum of the parts that have a value."""
    values = (part.value for part in parts if part.value is not None)
    return sum(values, Money.zero(base))


def _part(
    account: Account,
    quote: Quote | None,
    market: str,
    book: RateBook,
    wanted: tuple[BaseCurrency, date],
) -> WorthPart:
    base, on = wanted
    local: Money | None
    if account.kind is AccountKind.CASH:
        currency, held, quote = account.unit, None, None
        local = Money(account.balance, currency)
    else:
        held, local = quantity(account.balance), None
        currency = quote.currency if quote else market
        if quote is not None:
            value = held * quote.price
            local = Money.of_decimal(value, currency, rounding=Rounding.HALF_EVEN)
    rate = book.rate(currency, base.currency, on)
    value_in_base = None if local is None or rate is None else rate.convert(local)
    return WorthPart(account.unit, currency, held, quote, local, rate, value_in_base)
