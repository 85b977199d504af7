"""What a goal may be worth, from the day's frontier and the prices behind it; nothing is kept."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from app.core.clock import Clock
from app.core.money import Money
from app.domains.market.service import MarketService
from app.domains.onboarding.service import OnboardingService
from app.domains.onboarding.types import RiskProfile
from app.domains.portfolio.errors import AdviceUnavailableError, RiskProfileExpiredError
from app.domains.portfolio.goal_types import Draft, Projection
from app.domains.portfolio.rules import goals
from app.domains.portfolio.rules.projecting import Past, Question, answer_of
from app.domains.portfolio.types import StoredFrontier
from app.domains.portfolio.usecases.frontiers import HISTORY_DAYS, Frontiers
from app.domains.portfolio.usecases.holdings import Holdings
from app.domains.portfolio.usecases.kept import Kept
from app.ml.serving.projection import ProjectionError

T = TypeVar("T")

#: Sums of about 40 ms each: more at once than the machine has cores only makes all of them late.
AT_ONCE: Final = 2
WAIT_S: Final = 5.0
#: About 50 kB each.
_KEPT: Final = 128


class Projecting:
    """Draws the futures of a goal in a thread; the same question has the same answer."""

    def __init__(
        self,
        *,
        clock: Clock,
        market: MarketService,
        onboarding: OnboardingService,
        frontiers: Frontiers,
        holdings: Holdings,
    ) -> None:
        self._clock = clock
        self._market = market
        self._onboarding = onboarding
        self._frontiers = frontiers
        self._holdings = holdings
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._reading = asyncio.Lock()
        self._past: tuple[str, Past] | None = None
        self._answers: Kept[Projection] = Kept(_KEPT)

    async def of(
        self, user_id: str, draft: Draft, *, version: int | None, wanted_percent: int
    ) -> Projection:
        """Return what a wish may become.

        Raises GoalInPastError, GoalTooFarError, GoalAmountError, CurrencyMismatchError,
        RiskProfileMissingError, RiskProfileExpiredError, NoPricesError, AdviceUnavailableError.
        """
        source, today = await self._market.source(), self._clock.now().date()
        goals.check(draft.wish, currency=source.currency, today=today)
        own = await self._onboarding.risk_profile(user_id)
        if own.expires_at <= self._clock.now():
            raise RiskProfileExpiredError
        frontier = await self._frontiers.current()
        if frontier is None:
            await self._frontiers.ask()
            raise AdviceUnavailableError("the day's figures are being prepared", retry_after_s=2)
        question = Question(
            draft=draft,
            version=version,
            start=draft.wish.start or await self._everything(user_id, source.currency),
            today=today,
            months=goals.months_until(draft.wish.due, today=today),
            wanted_percent=wanted_percent,
            frontier_version=frontier.version,
            profile=_profile(own, draft),
            profile_reference=own.reference,
            waiting=own.do_not_invest,
        )
        found = self._answers.get(question)
        if found is not None:
            return found
        past = await self.past_of(frontier)
        made = await self.in_turn(partial(answer_of, question, frontier, past))
        return self._answers.put(question, made)

    async def in_turn(self, work: Callable[[], T]) -> T:
        """Do one sum in a thread when it is its turn. Raises AdviceUnavailableError."""
        try:
            async with asyncio.timeout(WAIT_S):
                await self._turns.acquire()
        except TimeoutError:
            raise AdviceUnavailableError(
                "too many futures are being computed at once", retry_after_s=2
            ) from None
        try:
            return await asyncio.to_thread(work)
        except ProjectionError as error:
            raise AdviceUnavailableError(str(error), retry_after_s=3600) from error
        finally:
            self._turns.release()

    async def _everything(self, user_id: str, currency: str) -> Money:
        value = await self._holdings.value(user_id, currency)
        if value is None:
            raise AdviceUnavailableError("something you hold has no price now", retry_after_s=60)
        return value

    async def past_of(self, frontier: StoredFrontier) -> Past:
        """Return the months behind a frontier: read once a day and process."""
        async with self._reading:
            if self._past is None or self._past[0] != frontier.version:
                history = await self._market.history(
                    frontier.assets, end=frontier.day, days=HISTORY_DAYS
                )
                listed = {i.symbol: i.simulated for i in await self._market.instruments()}
                returns, first, last = await asyncio.to_thread(goals.month_returns, history)
                simulated = any(listed.get(symbol, False) for symbol in frontier.assets)
                past = Past(returns, first, last, history.data_hash, simulated)
                self._past = (frontier.version, past)
            return self._past[1]


def _profile(own: RiskProfile, draft: Draft) -> int | None:
    if own.do_not_invest is not None:
        return None
    return min(own.final, draft.wish.profile or own.final)
