"""The story of a risk profile: facts and answers come in, one version with its reasons goes out."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.core.clock import Clock
from app.core.db import Database
from app.core.envelope import Envelope
from app.core.store import Document, DuplicateKeyError, Store
from app.core.uow import Transaction
from app.domains.onboarding.errors import (
    FactsMissingError,
    NotClearedError,
    QuestionnaireOpenError,
    RiskProfileMissingError,
    StaleCaseError,
)
from app.domains.onboarding.events import RiskProfileMade
from app.domains.onboarding.repository import cases, people
from app.domains.onboarding.rules import counterfactual, risk, steps
from app.domains.onboarding.rules.counterfactual import Suggestion
from app.domains.onboarding.types import FinancialFacts, ItemScore, PersonalFacts, RiskProfile, Step

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
        """Keep the latest facts; the same facts again change nothing.

        Other personal facts end an approval: it was of the earlier ones. Raises
        FactsInvalidError naming the field, FactsLockedError while a reviewer has the case,
        StaleCaseError when she decided in this very moment.
        """
        now = self._clock.now()
        steps.check_personal(personal, now.date())
        steps.check_financial(financial)
        key = await self._envelope.key_of(user_id)
        document = await people.find(self._db, user_id)
        changes: Document = {}
        case = expired = None
        if people.personal_of(document, key) != personal:
            case = await cases.find_of(self._db, user_id)
            expired = steps.after_new_facts(case, at=now)
            changes |= people.personal_fields(personal, key, at=now)
        if people.financial_of(document) != financial:
            changes |= people.financial_fields(financial, at=now)

        async def work(tx: Transaction) -> None:
            await people.save_facts(tx, user_id, changes)
            tx.audit("facts.saved", actor=user_id, object_id=user_id)
            if case is None or expired is None:
                return
            if not await cases.replace(tx, expired, expected_revision=case.revision):
                raise StaleCaseError
            tx.audit("kyc.expired", actor=user_id, object_id=case.case_id, reason="facts_changed")

        if changes:
            await self._db.transaction(work)

    async def save_answers(self, user_id: str, answers: dict[int, str]) -> None:
        """Keep some answers; the rest may come later. Raises AnswerInvalidError."""
        for item, option in answers.items():
            risk.score_item(item, option)
        await people.save_answers(self._db, user_id, answers, at=self._clock.now())

    async def make(self, user_id: str) -> RiskProfile:
        """Score the answers and facts as they stand into the next version.

        The fourth version within an hour says so in its reasons and in the audit log: people
        look for the answers that give the profile they want. Two at once make one version: the
        loser returns the winner's. Raises QuestionnaireOpenError, FactsMissingError.
        """
        # Before the read: facts saved from now on are later than this profile.
        now = self._clock.now()
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
        profile = _scored(user_id, version, items, financial, now=now)
        earlier = await people.find_profile(self._db, user_id, version - risk.OFTEN + 1)
        is_often = risk.is_retaken_often(earlier, now=now)
        if is_often:
            profile = replace(profile, reasons=(*profile.reasons, risk.RETAKEN_OFTEN))

        async def work(tx: Transaction) -> None:
            await people.insert_profile(tx, profile)
            tx.audit("risk_profile.made", actor=user_id, object_id=profile.reference)
            if is_often:
                tx.audit("risk_profile.flagged", actor=user_id, object_id=profile.reference)
            tx.publish(RiskProfileMade(user_id, profile.reference))

        try:
            await self._db.transaction(work)
        except DuplicateKeyError:
            winner = await people.find_profile(self._db, user_id, version)
            if winner is None:
                raise
            return winner
        return profile

    async def what_would_change(self, user_id: str) -> Suggestion | None:
        """Return the smallest change of her own making that gives another profile, or None.

        Saving exactly these facts and making the profile anew leads there. Raises
        RiskProfileMissingError, FactsMissingError.
        """
        profile = await self.latest(user_id)
        facts = people.financial_of(await people.find(self._db, user_id))
        if facts is None:
            raise FactsMissingError
        return counterfactual.smallest(facts, profile.tolerance)

    async def latest(self, user_id: str) -> RiskProfile:
        """Return the newest version. Raises RiskProfileMissingError."""
        found = await self.of_document(user_id, await people.find(self._db, user_id))
        if found is None:
            raise RiskProfileMissingError
        return found

    async def current(self, user_id: str) -> RiskProfile:
        """Return the profile that new advice may rest on.

        Raises NotClearedError (missing: risk_profile) when there is none, it is older than a
        year, or the facts have changed since: then it must be made anew.
        """
        document = await people.find(self._db, user_id)
        found = await self.of_document(user_id, document)
        if found is None or not self.is_current(found, document):
            raise NotClearedError("a new risk profile is needed", missing=[Step.RISK_PROFILE.value])
        return found

    async def of_document(self, user_id: str, document: Document | None) -> RiskProfile | None:
        """Return the newest version that a person's document names."""
        version = (document or {}).get("profile_version")
        return await people.find_profile(self._db, user_id, version) if version else None

    def is_current(self, profile: RiskProfile, document: Document | None) -> bool:
        """Tell whether a profile is fresh and of the facts as they stand."""
        facts_at = people.financial_at(document)
        return risk.is_current(profile, facts_at=facts_at, now=self._clock.now())


async def stored_profile(store: Store, user_id: str, version: int) -> RiskProfile | None:
    """Return one version as it was made, however old: a decision quotes it."""
    return await people.find_profile(store, user_id, version)


def _scored(
    user_id: str,
    version: int,
    items: tuple[ItemScore, ...],
    financial: FinancialFacts,
    *,
    now: datetime,
) -> RiskProfile:
    score = sum(item.points for item in items)
    tolerance = risk.tolerance(score)
    limits = risk.capacity_limits(financial)
    capacity = min(limit.cap for limit in limits)
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
