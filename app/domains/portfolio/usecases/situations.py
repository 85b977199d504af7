"""What a trade rests on: an open market, today's advice, its frontier, fresh prices of all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.core.db import Database
from app.domains.ledger.service import LedgerService
from app.domains.market.service import MarketService
from app.domains.onboarding.service import OnboardingService
from app.domains.onboarding.types import Reason
from app.domains.portfolio.rules.opening import market_closed
from app.domains.portfolio.types import AdviceOutcome, Recommendation, StoredFrontier
from app.domains.portfolio.usecases.advising import Advising
from app.domains.portfolio.usecases.frontiers import Frontiers
from app.domains.portfolio.usecases.holdings import Held, Holdings
from app.domains.portfolio.usecases.reviews import Reviews


@dataclass(frozen=True, slots=True)
class Situation:
    """An advice to invest that is good now, the frontier it comes from, and what is held."""

    advice: Recommendation
    frontier: StoredFrontier
    held: Held


class Situations:
    """Reads through the rooms around it; keeps nothing."""

    def __init__(  # noqa: PLR0913 - one parameter per room it works with
        self,
        *,
        db: Database,
        market: MarketService,
        onboarding: OnboardingService,
        ledger: LedgerService,
        advising: Advising,
        holdings: Holdings,
        frontiers: Frontiers,
    ) -> None:
        self._market = market
        self._onboarding = onboarding
        self._advising = advising
        self._holdings = holdings
        self._frontiers = frontiers
        self._reviews = Reviews(db=db, ledger=ledger)

    async def of(self, user_id: str, now: datetime) -> Situation | Reason:
        """Return what a trade rests on, or why it has to wait.

        Raises RiskProfileMissingError, RiskProfileExpiredError, NoPricesError,
        AdviceUnavailableError.
        """
        closed = market_closed(await self._market.hours())
        if closed is not None:
            return closed
        if await self._reviews.of(user_id, now):
            return _IN_REVIEW
        advice = await self._advice(user_id, now)
        if advice.outcome is AdviceOutcome.PREPARING:
            return _PREPARING
        if advice.mix is None:
            return _DO_NOT_INVEST
        frontier = await self._frontiers.current()
        if frontier is None or frontier.source != advice.mix.source:
            return _PREPARING
        held = await self._holdings.of(user_id)
        wanted = {target.symbol for target in advice.mix.targets}
        listed = {symbol for symbol in held.quantities if symbol in held.instruments}
        unusable = held.unusable(wanted | listed)
        if unusable:
            names = ", ".join(unusable)
            return Reason(
                "stale_price",
                f"The price of {names} is missing or too old to trade on; this waits.",
                (("symbols", names),),
            )
        return Situation(advice, frontier, held)

    async def _advice(self, user_id: str, now: datetime) -> Recommendation:
        """Return the newest advice while it is good, else today's."""
        profile, outdated = await self._onboarding.advisable_profile(user_id, at=now)
        newest = await self._advising.newest(user_id)
        if (
            outdated is None
            and newest is not None
            and newest.expires_at > now
            and newest.profile_reference == profile.reference
            and newest.profile == profile.final
            and newest.outcome is AdviceOutcome.INVEST
        ):
            return newest
        key = f"rebalance:{now.date().isoformat()}:{now.hour}:{profile.reference}:{profile.final}"
        return await self._advising.recommend(user_id, key=key)


_IN_REVIEW: Final = Reason(
    "in_review", "An order of yours is being looked at by a person; this waits for its end."
)
_PREPARING: Final = Reason("preparing", "Today's figures are being computed; try again shortly.")
_DO_NOT_INVEST: Final = Reason(
    "do_not_invest", "Your newest recommendation is not to invest yet, so nothing is traded."
)
