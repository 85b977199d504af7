"""One recommendation: profile, promise, rung, reasons, costs; sealed as a decision record."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from app.core import decisions
from app.core.clock import Clock
from app.core.db import Database
from app.core.decisions import canonical_json, sha256_hex
from app.core.money import Money, Rounding
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.ledger.errors import IdempotencyMismatchError
from app.domains.market.service import MarketService
from app.domains.onboarding.service import OnboardingService
from app.domains.onboarding.types import Reason, RiskProfile
from app.domains.portfolio.errors import (
    AdviceUnavailableError,
    RecommendationNotFoundError,
    RiskProfileExpiredError,
)
from app.domains.portfolio.repository import requests
from app.domains.portfolio.repository.requests import AdviceRequest
from app.domains.portfolio.rules import choice, explain, planning, records
from app.domains.portfolio.types import (
    AdviceOutcome,
    Costs,
    Mix,
    Recommendation,
    StoredFrontier,
    Target,
)
from app.domains.portfolio.usecases.frontiers import Frontiers
from app.domains.portfolio.usecases.holdings import Holdings
from app.ml.serving.ladder import promised_volatility

KIND: Final = "recommendation"
GOOD_FOR: Final = timedelta(days=1)
#: Money figures are shown on this when she has nothing yet and names no amount.
EXAMPLE_MINOR: Final = 1_000_00


@dataclass(frozen=True, slots=True)
class _Basis:
    money: Money
    is_example: bool


class Advising:
    """Makes recommendations and reads them back."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        market: MarketService,
        onboarding: OnboardingService,
        frontiers: Frontiers,
        holdings: Holdings,
    ) -> None:
        self._db = db
        self._clock = clock
        self._market = market
        self._onboarding = onboarding
        self._frontiers = frontiers
        self._holdings = holdings

    async def recommend(
        self, user_id: str, *, key: str, amount: Money | None = None
    ) -> Recommendation:
        """Advise on everything she has, or on an amount; the same key answers the same.

        The outcome is PREPARING when the day's frontier is still being built: `find` completes
        it later. Raises RiskProfileMissingError, RiskProfileExpiredError, NoPricesError,
        AdviceUnavailableError, IdempotencyMismatchError, CurrencyMismatchError.
        """
        request = AdviceRequest(
            request_id=sha256_hex(f"{user_id}\n{key}".encode())[:20],
            user_id=user_id,
            amount=amount,
            at=self._clock.now(),
            request_hash=sha256_hex(canonical_json({"amount": _plain(amount)})),
        )
        earlier = await requests.find(self._db, request.request_id, user_id=user_id)
        if earlier is None:
            await self._profile(user_id)  # a refusal must not use up the key
            try:
                await requests.insert(self._db, request)
            except DuplicateKeyError:
                earlier = await requests.find(self._db, request.request_id, user_id=user_id)
        if earlier is not None and earlier.request_hash != request.request_hash:
            raise IdempotencyMismatchError
        return await self._complete(earlier or request)

    async def find(self, user_id: str, recommendation_id: str) -> Recommendation:
        """Return a recommendation, completing it when its frontier has come meanwhile.

        Raises RecommendationNotFoundError, and what `recommend` raises while it is open.
        """
        stored = await self._stored(user_id, recommendation_id)
        if stored is not None:
            return stored
        request = await requests.find(self._db, recommendation_id, user_id=user_id)
        if request is None:
            raise RecommendationNotFoundError
        return await self._complete(request)

    async def newest(self, user_id: str) -> Recommendation | None:
        """Return the last recommendation she was given."""
        rows = await self._db.find_many(
            decisions.COLLECTION,
            {"user_id": user_id, "kind": KIND},
            sort=[("at", -1)],
            limit=1,
        )
        return records.recommendation_of(decisions.DecisionRecord.of(rows[0])) if rows else None

    async def _stored(self, user_id: str, recommendation_id: str) -> Recommendation | None:
        found = await decisions.load(self._db, recommendation_id, user_id=user_id)
        if found is None or found.kind != KIND:
            return None
        return records.recommendation_of(found)

    async def _complete(self, request: AdviceRequest) -> Recommendation:
        stored = await self._stored(request.user_id, request.request_id)
        if stored is not None:
            return stored
        profile = await self._profile(request.user_id)
        if profile.do_not_invest is not None:
            return await self._seal(request, profile, None, None)
        frontier = await self._frontiers.current()
        if frontier is None:
            await self._frontiers.ask()
            return _preparing(request, profile)
        if frontier.disagreement > frontier.disagreement_bound:
            raise AdviceUnavailableError(
                "our forecasts disagree too much about the coming month to advise on it"
            )
        basis = await self._basis(request, frontier.currency)
        mix = await self._mix(profile, frontier, basis)
        return await self._seal(request, profile, mix, frontier)

    async def _profile(self, user_id: str) -> RiskProfile:
        profile = await self._onboarding.risk_profile(user_id)
        if profile.expires_at <= self._clock.now():
            raise RiskProfileExpiredError
        return profile

    async def _basis(self, request: AdviceRequest, currency: str) -> _Basis:
        if request.amount is not None:
            # Adding refuses another currency than the one prices are in.
            return _Basis(request.amount + Money.zero(currency), is_example=False)
        value = await self._holdings.value(request.user_id, currency)
        if value is not None and value.amount_minor > 0:
            return _Basis(value, is_example=False)
        return _Basis(Money(EXAMPLE_MINOR, currency), is_example=True)

    async def _mix(self, profile: RiskProfile, frontier: StoredFrontier, basis: _Basis) -> Mix:
        rung = choice.choose_rung(profile.final, frontier.rung_volatility, frontier.rung_equity)
        weights = frontier.rung_weights[rung]
        exact = choice.exact_weights(weights)
        known = {found.symbol: found for found in await self._market.instruments()}
        instruments = [known[symbol] for symbol in frontier.assets]
        bps = explain.yearly_cost_bps(exact, tuple(i.annual_cost_bps for i in instruments))
        worst = float(frontier.worst_year[rung])
        return Mix(
            rung=rung,
            targets=tuple(
                Target(i.symbol, i.name, i.asset_class, weight)
                for i, weight in zip(instruments, exact, strict=True)
                if weight > 0
            ),
            promised_volatility=promised_volatility(profile.final),
            predicted_volatility=float(frontier.rung_volatility[rung]),
            equity_share=float(frontier.rung_equity[rung]),
            equity_limit=choice.equity_limit(profile.final),
            costs=_costs(basis, bps),
            worst_year=None if np.isnan(worst) else _loss(basis.money, worst),
            risk=explain.explain_risk(
                weights, frontier.covariance, frontier.base, frontier.parts, frontier.columns
            ),
            as_of=frontier.day,
            source=frontier.source,
            simulated=any(i.simulated for i in instruments),
            frontier_version=frontier.version,
            model_version=frontier.model_version,
        )

    async def _seal(
        self,
        request: AdviceRequest,
        profile: RiskProfile,
        mix: Mix | None,
        frontier: StoredFrontier | None,
    ) -> Recommendation:
        at = self._clock.now()
        made = _recommendation(request, profile, mix, at=at)
        record = records.record_of(made, profile, frontier, amount=_plain(request.amount))

        async def work(tx: Transaction) -> None:
            # May run again after a write conflict: nothing but tx in here.
            await decisions.record(tx, record)
            tx.audit("recommendation.made", actor=request.user_id, object_id=record.id)

        try:
            await self._db.transaction(work)
        except DuplicateKeyError:
            # Two calls with one key: the record that came first is the recommendation.
            winner = await self._stored(request.user_id, request.request_id)
            if winner is None:
                raise
            return winner
        return records.recommendation_of(record)


def _recommendation(
    request: AdviceRequest, profile: RiskProfile, mix: Mix | None, *, at: datetime
) -> Recommendation:
    outcome = AdviceOutcome.PREPARING
    reasons: tuple[Reason, ...] = ()
    if profile.do_not_invest is not None:
        outcome, reasons = AdviceOutcome.WAIT, (profile.do_not_invest,)
    elif mix is not None:
        outcome = AdviceOutcome.INVEST
        reasons = explain.reasons_to_invest(
            profile, mix.promised_volatility, mix.predicted_volatility, mix.risk
        ) + explain.reason_of_costs(mix.costs, mix.worst_year)
    return Recommendation(
        recommendation_id=request.request_id,
        user_id=request.user_id,
        made_at=at,
        expires_at=min(at + GOOD_FOR, profile.expires_at),
        outcome=outcome,
        profile=profile.final,
        tolerance=profile.tolerance,
        capacity=profile.capacity,
        profile_reference=profile.reference,
        reasons=reasons,
        mix=mix,
        record_hash="",
    )


def _plain(amount: Money | None) -> str | None:
    return None if amount is None else f"{amount.decimal_string()} {amount.currency}"


def _preparing(request: AdviceRequest, profile: RiskProfile) -> Recommendation:
    return _recommendation(request, profile, None, at=request.at)


def _costs(basis: _Basis, yearly_bps: Decimal) -> Costs:
    one_off = planning.fee_of(basis.money)
    yearly = basis.money.times(yearly_bps / 10_000, rounding=Rounding.UP)
    return Costs(basis.money, basis.is_example, one_off, yearly, round(yearly_bps))


def _loss(basis: Money, worst_return: float) -> Money:
    """Return the loss of a year's return as a positive amount; a gain is no loss."""
    factor = Decimal(repr(round(max(-worst_return, 0.0), 8)))
    return basis.times(factor, rounding=Rounding.UP)
