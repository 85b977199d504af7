"""The door of portfolio: advice that is explained, orders that are previewed, what is held."""

from app.core.clock import Clock
from app.core.db import Database
from app.core.ids import new_id
from app.core.money import Money
from app.domains.ledger.service import LedgerService
from app.domains.market.service import MarketService
from app.domains.onboarding.service import OnboardingService
from app.domains.portfolio.alert_types import HaltSwitch, never_halted
from app.domains.portfolio.repository import (
    answers,
    bases,
    frontiers,
    goals,
    plans,
    rebalances,
    requests,
    wishes,
)
from app.domains.portfolio.types import Portfolio, Recommendation
from app.domains.portfolio.usecases.advising import Advising
from app.domains.portfolio.usecases.alerts import Alerting
from app.domains.portfolio.usecases.answering import Answering
from app.domains.portfolio.usecases.automatic import Automatic
from app.domains.portfolio.usecases.bases import Bases
from app.domains.portfolio.usecases.costs import Costing
from app.domains.portfolio.usecases.frontiers import UNIVERSE_ID, Frontiers
from app.domains.portfolio.usecases.goals import Goals
from app.domains.portfolio.usecases.holdings import Holdings
from app.domains.portfolio.usecases.lots import Lots
from app.domains.portfolio.usecases.net_worth import NetWorths
from app.domains.portfolio.usecases.ordering import Ordering
from app.domains.portfolio.usecases.outlooks import Outlooks
from app.domains.portfolio.usecases.overview import Overview
from app.domains.portfolio.usecases.performance import Performing
from app.domains.portfolio.usecases.periods import Periods
from app.domains.portfolio.usecases.projecting import Projecting
from app.domains.portfolio.usecases.rebalancing import Rebalancing
from app.domains.portfolio.usecases.reviews import Reviews
from app.domains.portfolio.usecases.single_orders import SingleOrders
from app.domains.portfolio.usecases.situations import Situations
from app.domains.portfolio.usecases.stating import Stating
from app.domains.portfolio.usecases.trading import Trading
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
    *bases.SPECS,
)


class PortfolioService:
    """Portfolio's door.

    `outlooks` says what an advice means in money and what if; `answers` keeps what she says to
    it; `statements` says why it suits; `wishes` are her own limits on plans; `orders` accepts,
    executes and lists order plans; `single_orders` previews one purchase or sale of
    her own; `rebalancing` previews a way back into the bands, `automatic`
    makes such runs by itself; `performance`, `fees`, `lots` and `net_worth` are reports, in the
    currency that `bases` keeps; `goals` keeps goals and says what they may become.
    """

    def __init__(  # noqa: PLR0913 - a door is given each of its ports
        self,
        *,
        db: Database,
        clock: Clock,
        market: MarketService,
        onboarding: OnboardingService,
        ledger: LedgerService,
        models: ModelStore,
        halted: HaltSwitch = never_halted,
    ) -> None:
        self._db, self._clock, self._models = db, clock, models
        self._market, self._onboarding, self._ledger = market, onboarding, ledger
        self._frontiers = Frontiers(db=db, clock=clock, market=market, models=models)
        self._holdings = Holdings(ledger=ledger, market=market)
        self._advising = Advising(
            db=db,
            clock=clock,
            market=market,
            onboarding=onboarding,
            frontiers=self._frontiers,
            holdings=self._holdings,
        )
        self._build_plans()
        self._build_reports()
        self._build_outlooks()
        self._overview = Overview(
            db=db,
            clock=clock,
            alerting=Alerting(
                clock=clock,
                onboarding=onboarding,
                reviews=Reviews(db=db, ledger=ledger),
                trading=Trading(market=market, halted=halted),
            ),
            advising=self._advising,
            holdings=self._holdings,
            frontiers=self._frontiers,
            wishing=self.wishes,
        )

    def _build_plans(self) -> None:
        """Build what turns advice into orders."""
        self.wishes = Wishing(
            db=self._db,
            clock=self._clock,
            market=self._market,
            ledger=self._ledger,
            advising=self._advising,
            frontiers=self._frontiers,
        )
        self.orders = Ordering(
            db=self._db,
            clock=self._clock,
            new_id=new_id,
            ledger=self._ledger,
            advising=self._advising,
            holdings=self._holdings,
            frontiers=self._frontiers,
            wishing=self.wishes,
        )
        situations = Situations(
            db=self._db,
            market=self._market,
            onboarding=self._onboarding,
            ledger=self._ledger,
            advising=self._advising,
            holdings=self._holdings,
            frontiers=self._frontiers,
        )
        self.rebalancing = Rebalancing(
            db=self._db,
            clock=self._clock,
            ledger=self._ledger,
            situations=situations,
            wishing=self.wishes,
        )
        self.single_orders = SingleOrders(
            db=self._db,
            clock=self._clock,
            new_id=new_id,
            onboarding=self._onboarding,
            situations=situations,
            wishing=self.wishes,
        )
        self.automatic = Automatic(
            db=self._db, clock=self._clock, rebalancing=self.rebalancing, ordering=self.orders
        )

    def _build_reports(self) -> None:
        """Build what looks back."""
        clock, ledger, market = self._clock, self._ledger, self._market
        periods = Periods(clock=clock, ledger=ledger, market=market)
        self.bases = Bases(db=self._db, clock=clock, ledger=ledger, market=market)
        self.net_worth = NetWorths(clock=clock, ledger=ledger, market=market, bases=self.bases)
        self.performance = Performing(periods=periods, market=market, bases=self.bases)
        self.fees = Costing(periods=periods, market=market, onboarding=self._onboarding)
        self.lots = Lots(clock=clock, ledger=ledger, market=market)

    def _build_outlooks(self) -> None:
        """Build what looks ahead, and what is said about advice."""
        projecting = Projecting(
            clock=self._clock,
            market=self._market,
            onboarding=self._onboarding,
            frontiers=self._frontiers,
            holdings=self._holdings,
        )
        self.goals = Goals(
            db=self._db,
            clock=self._clock,
            market=self._market,
            onboarding=self._onboarding,
            projecting=projecting,
        )
        self.outlooks = Outlooks(
            db=self._db,
            market=self._market,
            onboarding=self._onboarding,
            advising=self._advising,
            projecting=projecting,
            frontiers=self._frontiers,
            models=self._models,
        )
        self.statements = Stating(db=self._db, advising=self._advising)
        self.answers = Answering(
            db=self._db,
            clock=self._clock,
            advising=self._advising,
            holdings=self._holdings,
            frontiers=self._frontiers,
        )

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

    async def book_actions(self) -> int:
        """Book the active source's splits, dividends and new names that are due; return how many.

        A chore: running it again books nothing twice. One that a holder's account refused stays
        due and is tried again.
        """
        booked = 0
        for due in await self._market.actions.due():
            done = await self._ledger.corporate.book(due)
            booked += done.holders
            if not done.refused:
                await self._market.actions.booked(due)
        return booked

    async def rebuild_frontier(self, universe_id: str = UNIVERSE_ID) -> str:
        """Build the frontier of the active source's last day and return its version.

        The job of market.day_closed.v1 and portfolio.frontier_wanted.v1; a second run changes
        nothing. There is one universe: any other id is a programmer's mistake.
        """
        if universe_id != UNIVERSE_ID:
            raise AssertionError(f"unknown universe {universe_id}")
        return (await self._frontiers.rebuild()).version
