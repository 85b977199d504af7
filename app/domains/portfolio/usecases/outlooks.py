"""The outlook of an advice and its what-if: computed when asked, never kept, always the same."""

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from app.core.db import Database
from app.core.money import Money
from app.domains.market.service import MarketService
from app.domains.onboarding.service import OnboardingService
from app.domains.onboarding.types import RiskProfile
from app.domains.onboarding.usecases.risk_profile import stored_profile
from app.domains.portfolio.advice_types import Outlook
from app.domains.portfolio.errors import (
    AdviceUnavailableError,
    OutlookNotReadyError,
    WhatIfAmountError,
)
from app.domains.portfolio.goal_types import MOST_MONTHLY_MINOR, MOST_MONTHS, MOST_TARGET_MINOR
from app.domains.portfolio.repository import frontiers
from app.domains.portfolio.rules import goals, outlook
from app.domains.portfolio.rules.outlook import Plan
from app.domains.portfolio.types import AdviceOutcome, Recommendation, StoredFrontier
from app.domains.portfolio.usecases import making
from app.domains.portfolio.usecases.advising import EXAMPLE_MINOR, Advising
from app.domains.portfolio.usecases.frontiers import Frontiers
from app.domains.portfolio.usecases.kept import Kept
from app.domains.portfolio.usecases.making import Basis
from app.domains.portfolio.usecases.projecting import Projecting
from app.ml.registry import ArtefactError
from app.ml.serving.vol import MODEL_NAME
from app.ml.store import ModelStore

_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What to change for a moment; None leaves it as the advice has it."""

    amount: Money | None = None
    horizon_years: int | None = None
    monthly: Money | None = None


class Outlooks:
    """Reads the sealed advice and the frontier it names; writes nothing."""

    def __init__(  # noqa: PLR0913 - one parameter per room it works with
        self,
        *,
        db: Database,
        market: MarketService,
        onboarding: OnboardingService,
        advising: Advising,
        projecting: Projecting,
        frontiers: Frontiers,
        models: ModelStore,
    ) -> None:  # fmt: skip
        self._db = db
        self._market = market
        self._onboarding = onboarding
        self._advising = advising
        self._projecting = projecting
        self._frontiers = frontiers
        self._models = models
        self._answers: Kept[Outlook] = Kept(_KEPT)

    async def of(self, user_id: str, recommendation_id: str, what_if: WhatIf) -> Outlook:
        """Return what an advice means in money, with some things changed for a moment.

        Another horizon is put through the very rules that make a profile, so it can lead to
        another mix or to "not yet". Raises RecommendationNotFoundError, OutlookNotReadyError,
        WhatIfAmountError, CurrencyMismatchError, AdviceUnavailableError, and for another
        horizon FactsMissingError, QuestionnaireOpenError.
        """
        made = await self._advising.find(user_id, recommendation_id)
        if made.outcome is AdviceOutcome.PREPARING:
            raise OutlookNotReadyError
        frontier = await self._frontier(made)
        _check(what_if, frontier.currency)
        advised = await self._profile(made)
        years = what_if.horizon_years or max(advised.horizon_years, 1)
        profile = advised
        if what_if.horizon_years not in (None, advised.horizon_years):
            profile = await self._onboarding.profiles.what_if(user_id, horizon_years=years)
        basis = _basis(made, what_if, frontier.currency)
        plan = Plan(
            start=basis.money,
            horizon_years=min(years, MOST_MONTHS // outlook.MONTHS_A_YEAR),
            monthly=what_if.monthly or Money.zero(frontier.currency),
            seed=goals.seed_of(recommendation_id),
        )
        if profile.reasons_to_wait:
            return outlook.waiting(profile, plan, frontier)
        shares = (profile.final, profile.tolerance, profile.capacity)
        key = (frontier.version, *shares, basis.is_example, plan)
        found = self._answers.get(key)
        if found is None:
            mix_of = await self._mix_of(profile, frontier, basis)
            past = await self._projecting.past_of(frontier)
            work = partial(outlook.outlook, profile, plan, frontier, past, mix_of)
            found = self._answers.put(key, await self._projecting.in_turn(work))
        return found

    async def card(self, user_id: str, recommendation_id: str) -> tuple[str, str]:
        """Return the version of the model behind an advice, and its card in Markdown.

        Raises RecommendationNotFoundError, OutlookNotReadyError for an advice without a mix,
        AdviceUnavailableError when that version is not stored here any more.
        """
        made = await self._advising.find(user_id, recommendation_id)
        if made.mix is None:
            raise OutlookNotReadyError
        version = made.mix.model_version
        try:
            found = await asyncio.to_thread(self._models.find, MODEL_NAME, version)
        except ArtefactError as error:
            raise AdviceUnavailableError(error.detail) from error
        return version, await asyncio.to_thread(found.card)

    async def _mix_of(
        self, profile: RiskProfile, frontier: StoredFrontier, basis: Basis
    ) -> outlook.MixOf:
        known = {i.symbol: i for i in await self._market.instruments_of(frontier.source)}
        return lambda number: making.mix_of(replace(profile, final=number), frontier, basis, known)

    async def _frontier(self, made: Recommendation) -> StoredFrontier:
        """Return the frontier the advice names; one without a mix is judged by today's."""
        found = (
            await frontiers.find(self._db, made.mix.frontier_version)
            if made.mix
            else await self._frontiers.current()
        )
        if found is None:
            raise AdviceUnavailableError("the figures behind this advice are not here any more")
        return found

    async def _profile(self, made: Recommendation) -> RiskProfile:
        user_id, _, version = made.profile_reference.rpartition(":")
        found = await stored_profile(self._db, user_id, int(version), at=made.made_at)
        if found is None:
            raise AdviceUnavailableError("the risk profile behind this advice is gone")
        return found


def _basis(made: Recommendation, what_if: WhatIf, currency: str) -> Basis:
    if what_if.amount is not None:
        return Basis(what_if.amount, is_example=False)
    if made.mix is None:
        return Basis(Money(EXAMPLE_MINOR, currency), is_example=True)
    return Basis(made.mix.costs.basis, is_example=made.mix.costs.basis_is_example)


def _check(what_if: WhatIf, currency: str) -> None:
    for name, money, most in (
        ("amount", what_if.amount, MOST_TARGET_MINOR),
        ("monthly", what_if.monthly, MOST_MONTHLY_MINOR),
    ):
        if money is None:
            continue
        _ = money + Money.zero(currency)  # refuses another currency
        if money.amount_minor > most or (name == "amount" and money.amount_minor == 0):
            limit = Money(most, currency).decimal_string()
            raise WhatIfAmountError(f"{name}: above zero and at most {limit} {currency}")
