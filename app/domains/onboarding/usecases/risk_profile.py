"""The story of a risk profile: facts and answers come in, one version with its reasons goes out."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.core.clock import Clock
from app.core.db import Database
from app.core.envelope import Envelope
from app.core.store import Document, DuplicateKeyError, Store
from app.core.uow import Transaction
from app.domains.onboarding.errors import (
    NotClearedError,
    RiskProfileMissingError,
    StaleCaseError,
)
from app.domains.onboarding.events import RiskProfileMade
from app.domains.onboarding.repository import cases, people, profiles
from app.domains.onboarding.rules import (
    ageing,
    cooling,
    counterfactual,
    effects,
    risk,
    steps,
    waiting,
)
from app.domains.onboarding.rules.counterfactual import Judged, Suggestion
from app.domains.onboarding.rules.profiling import Inputs, profile_of
from app.domains.onboarding.types import (
    Effects,
    FinancialFacts,
    PersonalFacts,
    Reason,
    RiskProfile,
    Step,
)
from app.domains.onboarding.usecases.risk_inputs import RiskInputs


@dataclass(frozen=True, slots=True)
class WhatWouldChange:
    """The smallest change of facts, and what else stands before advice."""

    profile: int
    suggestion: Suggestion | None
    first: tuple[Reason, ...]


class RiskProfiles:
    """Facts, answers and the profiles made of them."""

    def __init__(
        self, *, db: Database, envelope: Envelope, clock: Clock, inputs: RiskInputs
    ) -> None:
        self._db = db
        self._envelope = envelope
        self._clock = clock
        self._inputs = inputs

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
        inputs = await self._inputs.of(user_id, await people.find(self._db, user_id))
        profile = profile_of(inputs, self._inputs.households)
        version, now = inputs.version, inputs.now
        earlier = await profiles.find(self._db, user_id, version - risk.OFTEN + 1)
        is_often = risk.is_retaken_often(earlier, now=now)
        if is_often:
            profile = replace(profile, reasons=(*profile.reasons, risk.RETAKEN_OFTEN))

        async def work(tx: Transaction) -> None:
            await profiles.insert(tx, profile)
            tx.audit("risk_profile.made", actor=user_id, object_id=profile.reference)
            if is_often:
                tx.audit("risk_profile.flagged", actor=user_id, object_id=profile.reference)
            tx.publish(RiskProfileMade(user_id, profile.reference))

        try:
            await self._db.transaction(work)
        except DuplicateKeyError:
            winner = await profiles.find(self._db, user_id, version)
            if winner is None:
                raise
            return winner
        return profile

    async def what_would_change(self, user_id: str) -> WhatWouldChange:
        """Return the smallest change of her own making that gives another profile.

        Saving exactly these facts and making the profile anew leads there. `first` are the
        questions and explanations that stand before advice as well. Raises
        RiskProfileMissingError, FactsMissingError, QuestionnaireOpenError.
        """
        await self.latest(user_id)
        inputs = await self._inputs.of(user_id, await people.find(self._db, user_id))
        now = profile_of(inputs, self._inputs.households)
        of_facts = {reason.code for reason in waiting.of_facts(inputs.facts)}
        return WhatWouldChange(
            profile=now.final,
            suggestion=counterfactual.smallest(inputs.facts, self._judge(inputs, now)),
            first=tuple(one for one in now.waits if one.code not in of_facts),
        )

    async def what_if(self, user_id: str, *, horizon_years: int) -> RiskProfile:
        """Return the profile another horizon would give, by the same rules; nothing is kept.

        Raises RiskProfileMissingError, FactsMissingError, QuestionnaireOpenError.
        """
        await self.latest(user_id)
        inputs = await self._inputs.of(user_id, await people.find(self._db, user_id))
        facts = replace(inputs.facts, horizon_years=horizon_years)
        return profile_of(replace(inputs, facts=facts), self._inputs.households)

    def _judge(self, inputs: Inputs, now: RiskProfile) -> counterfactual.Judge:
        asked = {one.code for one in now.follow_ups if one.reply is None}

        def judge(facts: FinancialFacts) -> Judged:
            made = profile_of(replace(inputs, facts=facts), self._inputs.households)
            raised = {one.code for one in made.follow_ups if one.is_binding and one.reply is None}
            return Judged(made.final, made.do_not_invest is None and raised <= asked)

        return judge

    @staticmethod
    def effects(profile: RiskProfile) -> Effects:
        """Return what each answer and each fact does to a profile."""
        return effects.of(profile)

    async def latest(self, user_id: str) -> RiskProfile:
        """Return the newest version as it counts now. Raises RiskProfileMissingError."""
        return (await self.with_age(user_id))[0]

    async def version(self, user_id: str, version: int) -> RiskProfile:
        """Return one version as it counts now. Raises RiskProfileMissingError."""
        found = await stored_profile(self._db, user_id, version, at=self._clock.now())
        if found is None:
            raise RiskProfileMissingError
        return found

    async def with_age(
        self, user_id: str, *, at: datetime | None = None
    ) -> tuple[RiskProfile, Reason | None]:
        """Return the newest version as it counts then, and why no new advice may rest on it.

        Without `at` it is now. Raises RiskProfileMissingError.
        """
        at = at or self._clock.now()
        document = await people.find(self._db, user_id)
        found = await self.of_document(user_id, document, at=at)
        if found is None:
            raise RiskProfileMissingError
        return found, self.outdated(found, document, at=at)

    async def current(self, user_id: str) -> RiskProfile:
        """Return the profile that new advice may rest on.

        Raises NotClearedError (missing: risk_profile) when there is none, it is older than a
        year, or the facts have changed since beyond a bound: then it must be made anew.
        """
        document = await people.find(self._db, user_id)
        found = await self.of_document(user_id, document)
        if found is None or self.outdated(found, document) is not None:
            raise NotClearedError("a new risk profile is needed", missing=[Step.RISK_PROFILE.value])
        return found

    async def of_document(
        self, user_id: str, document: Document | None, *, at: datetime | None = None
    ) -> RiskProfile | None:
        """Return the newest version that a person's document names, as it counts then."""
        version = (document or {}).get("profile_version")
        if not version:
            return None
        return await stored_profile(self._db, user_id, version, at=at or self._clock.now())

    def outdated(
        self, profile: RiskProfile, document: Document | None, *, at: datetime | None = None
    ) -> Reason | None:
        """Return why no new advice may rest on a profile, or None."""
        return ageing.outdated(
            profile,
            facts=people.financial_of(document),
            facts_at=people.financial_at(document),
            now=at or self._clock.now(),
        )


async def stored_profile(
    store: Store, user_id: str, version: int, *, at: datetime
) -> RiskProfile | None:
    """Return one version as it counted at a moment, however old: a decision quotes it."""
    found = await profiles.find(store, user_id, version)
    return cooling.in_force(found, now=at) if found else None
