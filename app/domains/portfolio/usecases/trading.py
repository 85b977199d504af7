"""Whether orders can be executed now: the one place where market hours and a halt come in."""

from app.domains.market.service import MarketService
from app.domains.market.types import MarketState
from app.domains.portfolio.alert_types import HaltSwitch, TradingState


class Trading:
    """Asks the market and the halt switch; keeps nothing."""

    def __init__(self, *, market: MarketService, halted: HaltSwitch) -> None:
        self._market = market
        self._halted = halted

    async def state(self) -> TradingState:
        """Return the state of this moment. Raises NoPricesError."""
        hours = await self._market.hours()
        return TradingState(
            is_open=hours.state is MarketState.OPEN,
            next_open=hours.next_open,
            halted=await self._halted(),
        )
