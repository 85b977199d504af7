"""Fills as the broker reports them."""

from decimal import Decimal

from app.core.money import Money, Rounding
from app.domains.ledger.types import MICRO, Fill, Side
from app.domains.market.types import Quote
from app.domains.portfolio.rules.planning import fee_of


def fill(quote: Quote, micro: int) -> Fill:
    """Return a buy (plus) or sale (minus) of millionths of a share at a quote."""
    value = Decimal(abs(micro)) * MICRO * quote.price
    gross = Money.of_decimal(value, quote.currency, rounding=Rounding.HALF_EVEN)
    return Fill(
        symbol=quote.symbol,
        side=Side.BUY if micro > 0 else Side.SELL,
        quantity_micro=abs(micro),
        price=quote.price,
        gross=gross,
        fee=fee_of(gross),
        quote_source=quote.source,
        quote_at=quote.exchange_at,
    )
