"""The story of a risk profile: facts and answers come in, one version with its reasons goes out."""

from datetime import timedelta

from app.core.clock import Clock
from app.core.db import Database
from app.core.envelope import Envelope
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.onboarding.errors import (
    FactsMissingError,
    QuestionnaireOpenError,
    RiskProfileMissingError,
)
from app.domains.onboarding.events import RiskProfileMade
from app.domains.onboarding.repository import people
from app.domains.onboarding.rules import risk, steps
from app.domains.onboarding.types import FinancialFacts, ItemScore, PersonalFacts, RiskProfile

VALID_FOR = timedelta(days=365)


class RiskProfiles:
    """Facts, answers and the profiles made of them."""

    def __init__(self, *, db: Database, envelope: Envelope, clock: Clock) -> None:
        self._db = db
        self._envelope = envelope
        self._clock = clock

    async def save_facts(
        self, user_id: str, *, personal: PersonalFacts, financial: FinancialFacts
    ) -> None:
        """Keep the latest facts. Raises FactsInvalidError naming the field."""
        now = self._clock.now()
        steps.check_personal(personal, now.date())
        steps.check_financial(financial)
        key = await self._envelope.key_of(user_id)
        await people.save_facts(
            self._db, user_id, personal=personal, financial=financial, key=key, at=now
        )

    async def save_answers(self, user_id: str, answers: dict[int, str]) -> None:
        """Keep some answers; the rest may come later. Raises AnswerInvalidError."""
        for item, option in answers.items():
            risk.score_item(item, option)
        await people.save_answers(self._db, user_id, answers, at=self._clock.now())

    async def make(self, user_id: str) -> RiskProfile:
        """Score the answers and facts as they stand into the next version.

        Raises QuestionnaireOpenError, FactsMissingError. Two at once make one version: the
        loser returns the winner's.
        """
        document = await people.find(self._db, user_id)
        financial = people.financial_of(document)
        if financial is None or document is None:
            raise FactsMissingError
        answers = people.answers_of(document)
        unanswered = [item for item in risk.ITEMS if item not in answers]
        if unanswered:
            raise QuestionnaireOpenError(missing=unanswered)
        items = tuple(risk.score_item(item, answers[item]) for item in risk.ITEMS)
        version = document.get("profile_version", 0) + 1
        profile = self._scored(user_id, version, items, financial)

        async def work(tx: Transaction) -> None:
            await people.insert_profile(tx, profile)
            tx.audit("risk_profile.made", actor=user_id, object_id=profile.reference)
            tx.publish(RiskProfileMade(user_id, profile.reference))

        try:
            await self._db.transaction(work)
        except DuplicateKeyError:
            winner = await people.find_profile(self._db, user_id, version)
            if winner is None:
                raise
            return winner
        return profile

    def _scored(
        self,
        user_id: str,
        version: int,
        items: tuple[ItemScore, ...],
        financial: FinancialFacts,
    ) -> RiskProfile:
        score = sum(item.points for item in items)
        tolerance = risk.tolerance(score)
        limits = risk.capacity_limits(financial)
        capacity = min(limit.cap for limit in limits)
        now = self._clock.now()
        return RiskProfile(
            user_id=user_id,
            version=version,
            score=score,
            band=risk.band(score),
            tolerance=tolerance,
            capacity=capacity,
            final=min(tolerance, capacity),
            items=items,
            limits=limits,
            reasons=risk.reasons(score=score, tolerance_profile=tolerance, limits=limits),
            do_not_invest=risk.do_not_invest(financial),
            horizon_years=financial.horizon_years,
            rules_version=risk.RULES_VERSION,
            made_at=now,
            expires_at=now + VALID_FOR,
        )

    async def latest(self, user_id: str) -> RiskProfile:
        """Return the newest version. Raises RiskProfileMissingError."""
        document = await people.find(self._db, user_id)
        version = (document or {}).get("profile_version")
        found = await people.find_profile(self._db, user_id, version) if version else None
        if found is None:
            raise RiskProfileMissingError
        return found
