"""One recommendation: profile, promise, rung, reasons, costs; sealed as a decision record."""

from datetime import datetime
from typing import Final

from app.core import decisions
from app.core.clock import Clock
from app.core.db import Database
from app.core.decisions import canonical_json, sha256_hex
from app.core.money import Money
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.ledger.errors import IdempotencyMismatchError
from app.domains.market.service import MarketService
from app.domains.onboarding.service import OnboardingService
from app.domains.onboarding.types import RiskProfile
from app.domains.portfolio.errors import (
    AdviceUnavailableError,
    RecommendationNotFoundError,
    RiskProfileExpiredError,
)
from app.domains.portfolio.repository import requests
from app.domains.portfolio.repository.requests import AdviceRequest
from app.domains.portfolio.types import (
    Mix,
    Recommendation,
    StoredFrontier,
)
from app.domains.portfolio.usecases import making
from app.domains.portfolio.usecases.frontiers import Frontiers
from app.domains.portfolio.usecases.holdings import Holdings
from app.domains.portfolio.usecases.kept import Kept
from app.domains.portfolio.usecases.making import Basis, Question

KIND: Final = "recommendation"
#: Money figures are shown on this when she has nothing yet and names no amount.
EXAMPLE_MINOR: Final = 1_000_00


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
        self._mixes: Kept[Mix] = Kept()
        self._answers: Kept[Recommendation] = Kept()

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
            request_hash=sha256_hex(canonical_json({"amount": making.plain(amount)})),
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
        return making.read_back(decisions.DecisionRecord.of(rows[0])) if rows else None

    async def between(
        self, user_id: str, start: datetime, end: datetime, *, limit: int
    ) -> dict[str, str]:
        """Return the recommendations given in [start, end), id to sealed hash, at most `limit`."""
        rows = await self._db.find_many(
            decisions.COLLECTION,
            {"user_id": user_id, "at": {"$gte": start, "$lt": end}, "kind": KIND},
            sort=[("at", 1)],
            limit=limit,
            projection={"hash": 1},
        )
        return {row["_id"]: row["hash"] for row in rows}

    async def _stored(self, user_id: str, recommendation_id: str) -> Recommendation | None:
        # A sealed recommendation never changes, so a copy of it cannot be stale.
        kept = self._answers.get((user_id, recommendation_id))
        if kept is not None:
            return kept
        found = await decisions.load(self._db, recommendation_id, user_id=user_id)
        if found is None or found.kind != KIND:
            return None
        return self._answers.put((user_id, recommendation_id), making.read_back(found))

    async def _complete(self, request: AdviceRequest) -> Recommendation:
        stored = await self._stored(request.user_id, request.request_id)
        if stored is not None:
            return stored
        profile = await self._profile(request.user_id)
        if profile.reasons_to_wait:
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
        profile, outdated = await self._onboarding.advisable_profile(user_id, at=self._clock.now())
        if outdated is not None:
            raise RiskProfileExpiredError(outdated.sentence, reason=outdated.code)
        return profile

    async def _basis(self, request: AdviceRequest, currency: str) -> Basis:
        if request.amount is not None:
            # Adding refuses another currency than the one prices are in.
            return Basis(request.amount + Money.zero(currency), is_example=False)
        value = await self._holdings.value(request.user_id, currency)
        if value is not None and value.amount_minor > 0:
            return Basis(value, is_example=False)
        return Basis(Money(EXAMPLE_MINOR, currency), is_example=True)

    async def _mix(self, profile: RiskProfile, frontier: StoredFrontier, basis: Basis) -> Mix:
        known = {found.symbol: found for found in await self._market.instruments()}
        # One version can count for more once its waiting time is over.
        key = (frontier.version, profile.reference, profile.final, basis)
        return self._mixes.get_or_make(key, lambda: making.mix_of(profile, frontier, basis, known))

    async def _seal(
        self,
        request: AdviceRequest,
        profile: RiskProfile,
        mix: Mix | None,
        frontier: StoredFrontier | None,
    ) -> Recommendation:
        at = self._clock.now()
        record = making.record(_question(request), profile, frontier, mix, at=at)

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
        return making.read_back(record)


def _question(request: AdviceRequest) -> Question:
    return Question(request.request_id, request.user_id, request.amount)


def _preparing(request: AdviceRequest, profile: RiskProfile) -> Recommendation:
    return making.recommendation(_question(request), profile, None, at=request.at)
