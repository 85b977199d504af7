"""What a person should know before she acts: gathers the facts, the rules make the alerts."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.clock import Clock
from app.domains.onboarding.errors import RiskProfileMissingError
from app.domains.onboarding.service import OnboardingService
from app.domains.portfolio.alert_types import DriftVerdict
from app.domains.portfolio.rules.alerts import Facts
from app.domains.portfolio.types import Recommendation
from app.domains.portfolio.usecases.holdings import Held
from app.domains.portfolio.usecases.reviews import Reviews
from app.domains.portfolio.usecases.trading import Trading


@dataclass(frozen=True, slots=True)
class Mixed:
    """What the overview knows already: holdings, the newest advice, the verdict on the mix."""

    held: Held
    targets: Mapping[str, object]
    advice: Recommendation | None
    verdict: DriftVerdict | None


class Alerting:
    """Reads through the doors; keeps nothing."""

    def __init__(
        self, *, clock: Clock, onboarding: OnboardingService, reviews: Reviews, trading: Trading
    ) -> None:
        self._clock = clock
        self._onboarding = onboarding
        self._reviews = reviews
        self._trading = trading

    async def facts(self, user_id: str, mixed: Mixed) -> Facts:
        """Return what holds for a person now. Raises NoPricesError."""
        now = self._clock.now()
        held = mixed.held
        symbols = sorted({*held.quantities, *mixed.targets})
        quotes = [held.quotes[s] for s in held.quantities if s in held.quotes]
        stale = [quote for quote in quotes if quote.stale]
        reviewed = await self._reviews.of(user_id, now)
        expires_at, outdated = None, False
        try:
            profile, reason = await self._onboarding.advisable_profile(user_id, at=now)
            expires_at, outdated = profile.expires_at, reason is not None
        except RiskProfileMissingError:
            pass
        return Facts(
            now=now,
            trading=await self._trading.state(),
            missing_steps=tuple(await self._onboarding.missing_steps(user_id)),
            profile_expires_at=expires_at,
            profile_outdated=outdated,
            unpriced=tuple(s for s in symbols if s not in held.quotes),
            stale=tuple(sorted(quote.symbol for quote in stale)),
            oldest_price_at=min((quote.exchange_at for quote in stale), default=None),
            orders_in_review=len(reviewed),
            in_review=tuple(sorted({o.symbol for plan in reviewed for o in plan.trades})),
            advice=mixed.advice.outcome if mixed.advice else None,
            verdict=mixed.verdict,
        )
