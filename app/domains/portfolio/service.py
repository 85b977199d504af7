"""The door of portfolio: advice that is explained, orders that are previewed, what is held."""

from app.core.clock import Clock
from app.core.db import Database
from app.core.ids import new_id
from app.core.money import Money
from app.domains.ledger.service import LedgerService
from app.domains.market.service import MarketService
from app.domains.onboarding.service import OnboardingService
from app.domains.portfolio.repository import (
    answers,
    frontiers,
    goals,
    plans,
    rebalances,
    requests,
    wishes,
)
from app.domains.portfolio.types import Portfolio, Recommendation
from app.domains.portfolio.usecases.advising import Advising
from app.domains.portfolio.usecases.answering import Answering
from app.domains.portfolio.usecases.automatic import Automatic
from app.domains.portfolio.usecases.costs import Costing
from app.domains.portfolio.usecases.frontiers import UNIVERSE_ID, Frontiers
from app.domains.portfolio.usecases.goals import Goals
from app.domains.portfolio.usecases.holdings import Holdings
from app.domains.portfolio.usecases.lots import Lots
from app.domains.portfolio.usecases.ordering import Ordering
from app.domains.portfolio.usecases.outlooks import Outlooks
from app.domains.portfolio.usecases.overview import Overview
from app.domains.portfolio.usecases.performance import Performing
from app.domains.portfolio.usecases.projecting import Projecting
from app.domains.portfolio.usecases.rebalancing import Rebalancing
from app.domains.portfolio.usecases.stating import Stating
from app.domains.portfolio.usecases.wishing import Wishing
from app.ml.store import ModelStore

COLLECTIONS = (
    *frontiers.SPECS,
    *plans.SPECS,
    *requests.SPECS,
    *answers.SPECS,
    *rebalances.SPECS,
    *goals.SPECS,
    *wishes.SPECS,
)


class PortfolioService:
    """Portfolio's door.

    `outlooks` says what an advice means in money and what if; `answers` keeps what she says to
    it; `statements` says why it suits; `orders` accepts, executes and lists order plans;
    `performance`, `fees` and `lots` are reports; `rebalancing` previews a way back into the
    bands, `automatic` makes such runs by itself; `wishes` are her own limits on both; `goals`
    keeps goals and says what they may become.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        market: MarketService,
        onboarding: OnboardingService,
        ledger: LedgerService,
        models: ModelStore,
    ) -> None:
        self._frontiers = rungs = Frontiers(db=db, clock=clock, market=market, models=models)
        holdings = Holdings(ledger=ledger, market=market)
        self._advising = advising = Advising(
            db=db, clock=clock, market=market, onboarding=onboarding, holdings=holdings,
            frontiers=rungs,
        )  # fmt: skip
        self.wishes = Wishing(
            db=db, clock=clock, market=market, ledger=ledger, advising=advising, frontiers=rungs
        )
        self.statements = Stating(db=db, advising=advising)
        self.orders = Ordering(
            db=db, clock=clock, new_id=new_id, ledger=ledger, advising=advising,
            holdings=holdings, frontiers=rungs, wishing=self.wishes,
        )  # fmt: skip
        self.performance = Performing(clock=clock, ledger=ledger, market=market)
        self.fees = Costing(performing=self.performance, market=market, onboarding=onboarding)
        self.lots = Lots(clock=clock, ledger=ledger, market=market)
        self.rebalancing = Rebalancing(
            db=db,
            clock=clock,
            market=market,
            onboarding=onboarding,
            ledger=ledger,
            advising=advising,
            holdings=holdings,
            frontiers=rungs,
            wishing=self.wishes,
        )
        self.automatic = Automatic(
            db=db, clock=clock, rebalancing=self.rebalancing, ordering=self.orders
        )
        projecting = Projecting(
            clock=clock, market=market, onboarding=onboarding, frontiers=rungs, holdings=holdings
        )
        self.goals = Goals(
            db=db, clock=clock, market=market, onboarding=onboarding, projecting=projecting
        )
        self.outlooks = Outlooks(
            db=db,
            market=market,
            onboarding=onboarding,
            advising=advising,
            projecting=projecting,
            frontiers=rungs,
            models=models,
        )
        self.answers = Answering(
            db=db, clock=clock, advising=advising, holdings=holdings, frontiers=rungs
        )
        self._overview = Overview(
            db=db, clock=clock, onboarding=onboarding, advising=advising, holdings=holdings,
            frontiers=rungs,
        )  # fmt: skip

    async def recommend(
        self, user_id: str, *, key: str, amount: Money | None = None
    ) -> Recommendation:
        """Advise on what she has, or on an amount. Raises what Advising.recommend raises."""
        return await self._advising.recommend(user_id, key=key, amount=amount)

    async def recommendation(self, user_id: str, recommendation_id: str) -> Recommendation:
        """Return one recommendation. Raises RecommendationNotFoundError."""
        return await self._advising.find(user_id, recommendation_id)

    async def portfolio(self, user_id: str) -> Portfolio:
        """Return everything a person holds and what to do next. Raises NoPricesError."""
        return await self._overview.of(user_id)

    async def rebuild_frontier(self, universe_id: str = UNIVERSE_ID) -> str:
        """Build the frontier of the active source's last day and return its version.

        The job of market.day_closed.v1 and portfolio.frontier_wanted.v1; a second run changes
        nothing. There is one universe: any other id is a programmer's mistake.
        """
        if universe_id != UNIVERSE_ID:
            raise AssertionError(f"unknown universe {universe_id}")
        return (await self._frontiers.rebuild()).version
