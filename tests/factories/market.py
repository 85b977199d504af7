"""A market for tests: the simulated history and a fresh quote of everything."""

from dataclasses import replace
from decimal import Decimal

from app.domains.market.types import Quote
from app.services import AppServices


async def open_market(services: AppServices, *, with_frontier: bool = True) -> None:
    """Bring the simulated market up, quote every symbol now and build the day's frontier."""
    await services.market.ensure_simulated()
    await quote_all(services)
    if with_frontier:
        await services.portfolio.rebuild_frontier()


async def quote_all(services: AppServices, *, factor: str = "1", symbol: str = "") -> None:
    """Record a fresh quote of every symbol (or one) at its last close times a factor."""
    source = await services.market.source()
    symbols = (symbol,) if symbol else source.symbols
    history = await services.market.history(symbols, end=source.last_day, days=1)
    now = services.clock.now()
    base = Quote(
        symbol="X",
        price=Decimal(1),
        currency=source.currency,
        source=source.source_id,
        market_date=source.last_day,
        exchange_at=now,
        received_at=now,
    )
    batch = tuple(
        replace(
            base,
            symbol=name,
            price=(Decimal(repr(float(close))) * Decimal(factor)).quantize(Decimal("0.0001")),
        )
        for name, close in zip(symbols, history.prices[-1], strict=True)
    )
    await services.market.record_quotes(batch)
