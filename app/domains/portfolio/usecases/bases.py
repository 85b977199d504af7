"""Which currency a person's reports are in: the one she chose, or the one she has."""

from app.core.clock import Clock
from app.core.db import Database
from app.domains.ledger.service import LedgerService
from app.domains.ledger.types import AccountKind
from app.domains.market.service import MarketService
from app.domains.portfolio.errors import BaseCurrencyError
from app.domains.portfolio.fx_report_types import BaseCurrency
from app.domains.portfolio.repository import bases


class Bases:
    """Keeps the choice; everything else is read through the doors of ledger and market."""

    def __init__(
        self, *, db: Database, clock: Clock, ledger: LedgerService, market: MarketService
    ) -> None:
        self._db = db
        self._clock = clock
        self._ledger = ledger
        self._market = market

    async def resolve(self, user_id: str, asked: str | None = None) -> BaseCurrency:
        """Return the currency asked for, chosen, or the one of all her money; else the market's.

        Raises BaseCurrencyError for a currency that can never be one, NoPricesError.
        """
        if asked is not None:
            await self._require(user_id, asked)
            return BaseCurrency(asked, chosen=False)
        chosen = await bases.find(self._db, user_id)
        if chosen is not None:
            return BaseCurrency(chosen, chosen=True)
        units = await self._units(user_id)
        market = (await self._market.source()).currency
        return BaseCurrency(units.pop() if len(units) == 1 else market, chosen=False)

    async def choose(self, user_id: str, currency: str) -> BaseCurrency:
        """Keep her choice. Raises BaseCurrencyError, NoPricesError."""
        await self._require(user_id, currency)
        await bases.put(self._db, user_id, currency, self._clock.now())
        return BaseCurrency(currency, chosen=True)

    async def _require(self, user_id: str, currency: str) -> None:
        usual = {(await self._market.source()).currency, *await self._market.rates.currencies()}
        if currency not in usual and currency not in await self._units(user_id):
            raise BaseCurrencyError(
                f"there is no exchange rate of {currency}", currencies=sorted(usual)
            )

    async def _units(self, user_id: str) -> set[str]:
        accounts = await self._ledger.books.accounts(user_id)
        return {a.unit for a in accounts if a.kind is AccountKind.CASH}
