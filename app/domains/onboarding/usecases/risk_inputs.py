"""Collects what a version of a risk profile is made of, from the places where it lies."""

from app.core.clock import Clock
from app.core.db import Database
from app.core.envelope import Envelope
from app.core.store import Document
from app.domains.onboarding.errors import FactsMissingError, QuestionnaireOpenError
from app.domains.onboarding.repository import people, profiles
from app.domains.onboarding.risk_types import Surroundings
from app.domains.onboarding.rules import cooling, knowledge, risk, steps
from app.domains.onboarding.rules.profiling import Inputs


class RiskInputs:
    """Reads a person's answers, replies, facts and last version, and the market's mood."""

    def __init__(
        self, *, db: Database, envelope: Envelope, clock: Clock, around: Surroundings
    ) -> None:
        self._db = db
        self._envelope = envelope
        self._clock = clock
        self.households = around.households
        self._markets = around.markets

    async def of(self, user_id: str, document: Document | None) -> Inputs:
        """Return the inputs of her next version.

        Raises FactsMissingError, QuestionnaireOpenError naming the items without an answer.
        """
        # Before the reads: facts saved from now on are later than this version.
        now = self._clock.now()
        financial = people.financial_of(document)
        if financial is None or document is None:
            raise FactsMissingError
        answers = people.answers_of(document)
        unanswered = [item for item in risk.ITEMS if item not in answers]
        if unanswered:
            raise QuestionnaireOpenError(missing=unanswered)
        version = int(document.get("profile_version") or 0)
        earlier = await profiles.find(self._db, user_id, version) if version else None
        personal = people.personal_of(document, await self._envelope.key_of(user_id))
        await self.households.load()
        return Inputs(
            user_id=user_id,
            version=version + 1,
            answers=answers,
            replies=people.replies_of(document),
            knowledge=knowledge.graded(people.knowledge_of(document)),
            facts=financial,
            age_years=steps.age_years(personal.birth_date, now.date()) if personal else None,
            anchor=cooling.anchor_of(earlier, now=now),
            running=earlier.cooling if earlier else None,
            fall=await self._markets.recent_fall(days=cooling.FALL_DAYS),
            now=now,
        )
