"""Whether orders can be executed now: the one place where market hours and a halt come in."""

from typing import Final

from app.core.clock import Clock
from app.domains.market.service import MarketService
from app.domains.portfolio.alert_types import HaltSwitch, TradingState

_SATURDAY: Final = 5


class Trading:
    """Asks the market and the halt switch; keeps nothing."""

    def __init__(self, *, clock: Clock, market: MarketService, halted: HaltSwitch) -> None:
        self._clock = clock
        self._market = market
        self._halted = halted

    async def state(self) -> TradingState:
        """Return the state of this moment. Raises NoPricesError.

        Of an imported market only the weekends are known here (UTC), so `next_open` stays unknown;
        the simulated market never closes.
        """
        source = await self._market.source()
        weekend = self._clock.now().weekday() >= _SATURDAY
        return TradingState(
            is_open=source.kind == "simulated" or not weekend, halted=await self._halted()
        )
