"""The story of an identity check: submitted by the person, decided by a reviewer."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from app.core.clock import Clock
from app.core.db import Database
from app.core.envelope import Envelope
from app.core.ids import IdFactory
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.onboarding.errors import (
    CaseNotFoundError,
    CaseTakenError,
    FactsMissingError,
    OwnCaseError,
    StaleCaseError,
)
from app.domains.onboarding.events import KycDecided
from app.domains.onboarding.repository import cases, people
from app.domains.onboarding.rules import second_person, steps
from app.domains.onboarding.types import (
    KycCase,
    KycDecision,
    KycProposal,
    KycReason,
    KycReview,
    KycState,
    PersonalFacts,
)


class KycCases:
    """Identity cases. The first form decides on typed data: nothing pretends to read documents."""

    def __init__(
        self,
        *,
        db: Database,
        envelope: Envelope,
        clock: Clock,
        new_id: IdFactory,
        high_risk_countries: AbstractSet[str],
    ) -> None:
        self._db = db
        self._envelope = envelope
        self._clock = clock
        self._new_id = new_id
        self._high_risk_countries = high_risk_countries

    async def submit(self, user_id: str) -> KycCase:
        """Put a person's facts before a reviewer; a case that already waits stays as it is.

        Raises FactsMissingError, KycStateError.
        """
        facts = await self._facts(user_id)
        present = await cases.find_of(self._db, user_id)
        if present and present.state in (KycState.PENDING, KycState.IN_REVIEW):
            return present
        now = self._clock.now()
        first = KycCase(
            case_id=self._new_id(),
            user_id=user_id,
            state=KycState.DRAFT,
            revision=0,
            reason=None,
            staff_note="",
            reviewer_id=None,
            submitted_at=None,
            decided_at=None,
            history=(),
        )
        waiting = replace(
            steps.moved(
                present or first, KycState.PENDING, actor=user_id, at=now, reason="submitted"
            ),
            submitted_at=now,
            reviewer_id=None,
            decided_at=None,
            risk_codes=second_person.risk_codes(facts, self._high_risk_countries),
            proposal=None,
        )
        if present is not None:
            return await self._write(waiting, present.revision, action="kyc.submitted")

        async def work(tx: Transaction) -> None:
            await cases.insert(tx, waiting)
            tx.audit("kyc.submitted", actor=user_id, object_id=waiting.case_id)

        try:
            await self._db.transaction(work)
        except DuplicateKeyError:
            return await self.of(user_id)
        return waiting

    async def of(self, user_id: str) -> KycCase:
        """Return a person's own case. Raises CaseNotFoundError."""
        found = await cases.find_of(self._db, user_id)
        if found is None:
            raise CaseNotFoundError
        return found

    async def queue(self) -> list[KycCase]:
        """Return what waits for a reviewer, the oldest first; also for a second one."""
        now = self._clock.now()
        since = now - second_person.PROPOSAL_HOLDS
        found = await cases.queue(self._db, proposed_since=since)
        return [second_person.as_of(case, now) for case in found]

    async def open(self, case_id: str, *, reviewer_id: str) -> KycReview:
        """Return a case with the facts to decide on; that somebody read them is audited.

        Raises CaseNotFoundError.
        """
        case = await self._case(case_id)
        facts = await self._facts(case.user_id)

        async def work(tx: Transaction) -> None:
            tx.audit("kyc.read", actor=reviewer_id, object_id=case_id)

        await self._db.transaction(work)
        age = steps.age_years(facts.birth_date, self._clock.now().date())
        codes = second_person.risk_codes(facts, self._high_risk_countries)
        return KycReview(replace(case, risk_codes=codes), facts, age)

    async def claim(self, case_id: str, *, reviewer_id: str) -> KycCase:
        """Take a waiting case; claiming one's own again changes nothing.

        A claim holds for four hours. Who proposed a decision leaves the case to another. Raises
        OwnCaseError, SecondPersonNeededError, CaseTakenError, KycStateError.
        """
        case = free = await self._case(case_id)
        now = self._clock.now()
        if case.user_id == reviewer_id:
            raise OwnCaseError
        second_person.require_other_person(case, reviewer_id)
        if case.state is KycState.IN_REVIEW:
            if case.reviewer_id == reviewer_id:
                return case
            if not steps.claim_has_run_out(case, now):
                raise CaseTakenError
            # Nobody may keep a person waiting by taking her case and leaving.
            free = steps.moved(
                case, KycState.PENDING, actor=reviewer_id, at=now, reason="claim_ran_out"
            )
        taken = replace(
            steps.moved(free, KycState.IN_REVIEW, actor=reviewer_id, at=now, reason="claimed"),
            reviewer_id=reviewer_id,
        )
        return await self._write(taken, case.revision, action="kyc.claimed", actor=reviewer_id)

    async def decide(
        self,
        case_id: str,
        *,
        reviewer_id: str,
        decision: KycDecision,
        reason: KycReason,
        staff_note: str,
        revision: int,
    ) -> KycCase:
        """Decide a claimed case from the revision that was read, or propose the decision.

        High risk, and undoing an approval, take two reviewers who say the same: the first one's
        word waits as a proposal for a week, another word replaces it. Raises KycReasonError,
        OwnCaseError, CaseTakenError, StaleCaseError, SecondPersonNeededError, KycStateError,
        FactsMissingError.
        """
        steps.require_fitting(decision, reason)
        case = await self._case(case_id)
        if case.user_id == reviewer_id:
            raise OwnCaseError
        if case.revision != revision:
            raise StaleCaseError(revision=case.revision)
        if case.state is KycState.IN_REVIEW and case.reviewer_id != reviewer_id:
            raise CaseTakenError
        second_person.require_other_person(case, reviewer_id)
        case = await self._with_present_risk(case)
        now = self._clock.now()
        if second_person.is_only_proposal(case, decision):
            proposal = KycProposal(reviewer_id, now, decision, reason, staff_note)
            return await self._propose(case, proposal)
        decided = replace(
            steps.moved(
                case, steps.OUTCOME[decision], actor=reviewer_id, at=now, reason=reason.value
            ),
            reason=reason,
            staff_note=second_person.joined_note(case, decision, staff_note),
            reviewer_id=reviewer_id,
            decided_at=now,
            proposal=None,
        )
        return await self._write(
            decided, revision, action=f"kyc.{decided.state.value}", actor=reviewer_id, decided=True
        )

    async def _propose(self, case: KycCase, proposal: KycProposal) -> KycCase:
        waiting = second_person.proposed(case, proposal)

        async def work(tx: Transaction) -> None:
            if not await cases.replace(tx, waiting, expected_revision=case.revision):
                raise StaleCaseError
            tx.audit(
                f"kyc.proposed_{proposal.decision.value}",
                actor=proposal.by,
                object_id=case.case_id,
                reason=proposal.reason.value,
                after={"state": waiting.state.value},
            )

        await self._db.transaction(work)
        return waiting

    async def _with_present_risk(self, case: KycCase) -> KycCase:
        """The list may have grown since the case was submitted; the facts cannot have changed."""
        if case.state is not KycState.IN_REVIEW:
            return case
        codes = second_person.risk_codes(await self._facts(case.user_id), self._high_risk_countries)
        return replace(case, risk_codes=codes)

    async def _write(
        self,
        case: KycCase,
        expected_revision: int,
        *,
        action: str,
        actor: str | None = None,
        decided: bool = False,
    ) -> KycCase:
        async def work(tx: Transaction) -> None:
            if not await cases.replace(tx, case, expected_revision=expected_revision):
                raise StaleCaseError
            reason = case.reason.value if case.reason and decided else ""
            tx.audit(
                action,
                actor=actor or case.user_id,
                object_id=case.case_id,
                reason=reason,
                after={"state": case.state.value},
            )
            if decided:
                tx.publish(KycDecided(case.user_id, case.case_id))

        await self._db.transaction(work)
        return case

    async def _case(self, case_id: str) -> KycCase:
        found = await cases.find(self._db, case_id)
        if found is None:
            raise CaseNotFoundError
        return second_person.as_of(found, self._clock.now())

    async def _facts(self, user_id: str) -> PersonalFacts:
        key = await self._envelope.key_of(user_id)
        facts = people.personal_of(await people.find(self._db, user_id), key)
        if facts is None:
            raise FactsMissingError
        return facts
