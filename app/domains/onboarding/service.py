"""The door of onboarding: how far a person is, what she can bear, whether money may move."""

from collections.abc import Collection
from datetime import datetime

from app.core.clock import Clock
from app.core.db import Database
from app.core.envelope import Envelope
from app.core.ids import IdFactory, new_id
from app.core.store import Document, DuplicateKeyError
from app.core.uow import Transaction
from app.domains.identity.errors import SecondFactorNeededError
from app.domains.onboarding.errors import (
    AccountFrozenError,
    DisclosureVersionError,
    NotClearedError,
)
from app.domains.onboarding.repository import cases, people, profiles, texts
from app.domains.onboarding.risk_types import Surroundings
from app.domains.onboarding.rules import steps
from app.domains.onboarding.types import (
    Disclosure,
    Onboarding,
    QuestionText,
    Reason,
    RiskProfile,
    SecondFactors,
    Step,
    StepStatus,
)
from app.domains.onboarding.usecases.freezes import Freezes
from app.domains.onboarding.usecases.kyc import KycCases
from app.domains.onboarding.usecases.progress import Progress
from app.domains.onboarding.usecases.risk_checks import RiskChecks
from app.domains.onboarding.usecases.risk_inputs import RiskInputs
from app.domains.onboarding.usecases.risk_profile import RiskProfiles

COLLECTIONS = (*people.SPECS, *profiles.SPECS, *cases.SPECS)

Steps = tuple[tuple[Step, StepStatus], ...]


class OnboardingService:
    """Onboarding's door. The grouped stories are attributes; `progress` counts many people."""

    def __init__(  # noqa: PLR0913 - a door is given each of its ports
        self,
        *,
        db: Database,
        envelope: Envelope,
        identity: SecondFactors,
        clock: Clock,
        ids: IdFactory = new_id,
        high_risk_countries: Collection[str] = (),
        surroundings: Surroundings | None = None,
    ) -> None:
        self._db = db
        self._envelope = envelope
        self._identity = identity
        self._clock = clock
        inputs = RiskInputs(
            db=db,
            envelope=envelope,
            clock=clock,
            around=surroundings or Surroundings(),
        )
        self.profiles = RiskProfiles(db=db, envelope=envelope, clock=clock, inputs=inputs)
        self.checks = RiskChecks(db=db, clock=clock, inputs=inputs)
        self.progress = Progress(db=db)
        self.freezes = Freezes(db=db)
        self.kyc = KycCases(
            db=db,
            envelope=envelope,
            clock=clock,
            new_id=ids,
            high_risk_countries=frozenset(high_risk_countries),
        )

    async def overview(self, user_id: str) -> Onboarding:
        """Return everything a person sees of her way in, on whichever device."""
        document = await people.find(self._db, user_id)
        personal = None
        if document is not None:
            personal = people.personal_of(document, await self._envelope.key_of(user_id))
        profile = await self.profiles.of_document(user_id, document)
        outdated = profile and self.profiles.outdated(profile, document)
        found = await self._steps(user_id, document, outdated=bool(outdated))
        accepted = (Step.DISCLOSURES, StepStatus.DONE) in found
        return Onboarding(
            user_id=user_id,
            steps=found,
            personal=personal,
            financial=people.financial_of(document),
            answers=tuple(sorted(people.answers_of(document).items())),
            accepted_disclosures=steps.DISCLOSURE_VERSION if accepted else None,
        )

    async def require_cleared(self, user_id: str) -> None:
        """Raise NotClearedError naming every open step that stands before money.

        Raises AccountFrozenError while the person has frozen her money.

        A risk profile that has aged does not stand before money, only before new advice.
        """
        document = await people.find_steps(self._db, user_id)
        since = people.frozen_at(document)
        if since is not None:
            raise AccountFrozenError(since=since.isoformat())
        open_steps = steps.missing(await self._steps(user_id, document, outdated=False))
        if open_steps:
            raise NotClearedError(f"still open: {', '.join(open_steps)}", missing=open_steps)

    async def missing_steps(self, user_id: str) -> list[str]:
        """Return every open step that stands before money; nothing when money may move."""
        document = await people.find_steps(self._db, user_id)
        return steps.missing(await self._steps(user_id, document, outdated=False))

    async def risk_profile(self, user_id: str) -> RiskProfile:
        """Return the newest profile. Raises RiskProfileMissingError.

        It may have expired: to show it, or to explain an old decision. New advice asks
        `require_risk_profile`.
        """
        return await self.profiles.latest(user_id)

    async def advisable_profile(
        self, user_id: str, *, at: datetime | None = None
    ) -> tuple[RiskProfile, Reason | None]:
        """Return the newest profile and, when no new advice may rest on it, why and what to do.

        Both as of `at`, else now. Raises RiskProfileMissingError.
        """
        return await self.profiles.with_age(user_id, at=at)

    async def require_risk_profile(self, user_id: str) -> RiskProfile:
        """Return the profile that new advice may rest on.

        Raises NotClearedError (missing: risk_profile) when it is missing, expired or of facts
        that have changed since.
        """
        return await self.profiles.current(user_id)

    def questionnaire(self, language: str) -> tuple[str, tuple[QuestionText, ...]]:
        """Return the language that is shown and the 13 items in it."""
        shown = texts.language_or_english(language)
        return shown, texts.questionnaire(shown)

    def disclosure(self, language: str) -> Disclosure:
        """Return the text in force, in the language or else in English."""
        return texts.disclosure(steps.DISCLOSURE_VERSION, texts.language_or_english(language))

    async def accept_disclosure(self, user_id: str, *, version: str, language: str) -> Disclosure:
        """Store the consent with the hash of the text; accepting twice is accepting once.

        Raises DisclosureVersionError for a version that is not in force.
        """
        if version != steps.DISCLOSURE_VERSION:
            raise DisclosureVersionError(version=steps.DISCLOSURE_VERSION)
        text = self.disclosure(language)
        at = self._clock.now()

        async def work(tx: Transaction) -> None:
            await people.insert_consent(
                tx, user_id, version=version, language=text.language, sha256=text.sha256, at=at
            )
            tx.audit("disclosure.accepted", actor=user_id, object_id=f"{user_id}:{version}")

        try:
            await self._db.transaction(work)
        except DuplicateKeyError:
            return text
        return text

    async def _steps(self, user_id: str, document: Document | None, *, outdated: bool) -> Steps:
        has_second_factor = await self._has_second_factor(user_id)
        accepted = people.has_consent(document, steps.DISCLOSURE_VERSION)
        has_facts = people.financial_of(document) is not None
        return (
            (Step.SECOND_FACTOR, _done(has_second_factor)),
            (Step.PROFILE, _done(has_facts)),
            (Step.RISK_PROFILE, _risk_profile_step(document, outdated=outdated)),
            (Step.KYC, steps.kyc_step(people.kyc_of(document))),
            (Step.DISCLOSURES, _done(accepted)),
        )

    async def _has_second_factor(self, user_id: str) -> bool:
        try:
            await self._identity.require_second_factor(user_id)
        except SecondFactorNeededError:
            return False
        return True


def _done(is_done: bool) -> StepStatus:  # noqa: FBT001 - a one-word translation
    return StepStatus.DONE if is_done else StepStatus.TODO


def _risk_profile_step(document: Document | None, *, outdated: bool) -> StepStatus:
    if outdated:
        return StepStatus.NEEDS_ATTENTION
    if (document or {}).get("profile_version"):
        return StepStatus.DONE
    return StepStatus.STARTED if people.answers_of(document) else StepStatus.TODO
