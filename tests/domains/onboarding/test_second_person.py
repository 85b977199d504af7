"""Two reviewers for high risk and for undoing an approval: the first word is only a proposal."""

from dataclasses import replace

import pytest

from app.core.errors import FinNamiError
from app.domains.onboarding.errors import (
    CaseTakenError,
    KycStateError,
    NotClearedError,
    SecondPersonNeededError,
    StaleCaseError,
)
from app.domains.onboarding.events import KycDecided
from app.domains.onboarding.rules.second_person import risk_codes
from app.domains.onboarding.service import OnboardingService
from app.domains.onboarding.types import KycCase, KycDecision, KycReason, KycState, RiskCode
from tests.domains.onboarding.doors import HER, HIGH_RISK, decide, new_door, new_store
from tests.factories.people import FINANCIAL, PERSONAL
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

WEEK_S = 7 * 86_400
pytestmark = pytest.mark.row("OK6")


@pytest.fixture(params=[False, True], ids=["first-attempt", "second-attempt"])
def store(request: pytest.FixtureRequest, clock: FakeClock) -> FakeDatabase:
    return new_store(clock, abort_first=request.param)


@pytest.fixture
async def door(clock: FakeClock, store: FakeDatabase) -> OnboardingService:
    """The door of a person from a high-risk country whose case waits."""
    made = await new_door(clock, country=HIGH_RISK, store=store)
    await made.kyc.submit(HER)
    return made


@pytest.fixture
async def approved(clock: FakeClock, store: FakeDatabase) -> OnboardingService:
    """The door of an approved person of ordinary risk."""
    made = await new_door(clock, store=store)
    await made.kyc.submit(HER)
    await review(made, "rosa", KycDecision.APPROVE)
    return made


async def review(
    door: OnboardingService, reviewer: str, decision: KycDecision, **changes: object
) -> KycCase:
    await door.kyc.claim("case", reviewer_id=reviewer)
    return await decide(door, reviewer, decision, **changes)


def decisions(store: FakeDatabase) -> list[KycDecided]:
    return [event for event in store.published if isinstance(event, KycDecided)]


def test_risk_is_told_in_codes() -> None:
    assert risk_codes(PERSONAL, {HIGH_RISK}) == ()
    assert risk_codes(replace(PERSONAL, country=HIGH_RISK), {HIGH_RISK}) == (
        RiskCode.HIGH_RISK_COUNTRY,
    )


class TestHighRisk:
    async def test_first_word_is_a_proposal_and_lets_the_claim_go(
        self, door: OnboardingService, store: FakeDatabase
    ) -> None:
        case = await review(door, "rosa", KycDecision.APPROVE, staff_note="passport seen")
        assert case == await door.kyc.of(HER)
        assert (case.state, case.reviewer_id, case.decided_at) == (KycState.PENDING, None, None)
        assert case.reason is None
        assert case.proposal is not None
        assert (case.proposal.by, case.proposal.decision) == ("rosa", KycDecision.APPROVE)
        assert (case.proposal.reason, case.proposal.staff_note) == (
            KycReason.DATA_MATCHES,
            "passport seen",
        )
        assert case.history[-1].reason == "proposed_approve"
        entry = store.audited[-1]
        assert (entry.action, entry.actor) == ("kyc.proposed_approve", "rosa")
        assert decisions(store) == []
        with pytest.raises(NotClearedError):
            await door.require_cleared(HER)

    @pytest.mark.parametrize(
        ("decision", "state"),
        [(KycDecision.APPROVE, KycState.APPROVED), (KycDecision.REJECT, KycState.REJECTED)],
    )
    async def test_second_person_with_the_same_word_decides(
        self,
        door: OnboardingService,
        store: FakeDatabase,
        decision: KycDecision,
        state: KycState,
    ) -> None:
        await review(door, "rosa", decision, staff_note="first")
        case = await review(door, "ruth", decision, staff_note="second")
        assert (case.state, case.proposal, case.reviewer_id) == (state, None, "ruth")
        assert case.staff_note == "first\nsecond"
        assert decisions(store) == [KycDecided(HER, "case")]
        assert [e.actor for e in store.audited if e.action.startswith("kyc.proposed")] == ["rosa"]
        assert await is_open(door) is (state is KycState.APPROVED)

    async def test_same_person_twice_is_refused_and_can_not_block_the_case(
        self, door: OnboardingService
    ) -> None:
        before = await review(door, "rosa", KycDecision.APPROVE)
        for decision in (KycDecision.APPROVE, KycDecision.REJECT):
            with pytest.raises(SecondPersonNeededError):
                await decide(door, "rosa", decision)
        with pytest.raises(SecondPersonNeededError):
            await door.kyc.claim("case", reviewer_id="rosa")
        assert await door.kyc.of(HER) == before

    async def test_another_word_replaces_the_proposal(self, door: OnboardingService) -> None:
        await review(door, "rosa", KycDecision.APPROVE)
        case = await review(door, "ruth", KycDecision.REJECT)
        assert case.state is KycState.PENDING
        assert case.proposal is not None
        assert (case.proposal.by, case.proposal.decision) == ("ruth", KycDecision.REJECT)
        assert (await review(door, "rosa", KycDecision.REJECT)).state is KycState.REJECTED

    async def test_one_person_may_ask_for_a_correction_and_that_ends_the_proposal(
        self, door: OnboardingService
    ) -> None:
        await review(door, "rosa", KycDecision.APPROVE, staff_note="first")
        case = await review(door, "ruth", KycDecision.REQUEST_RESUBMISSION, staff_note="second")
        assert (case.state, case.proposal) == (KycState.RESUBMISSION_REQUESTED, None)
        assert case.staff_note == "second"

    async def test_proposal_counts_for_a_week(
        self, door: OnboardingService, clock: FakeClock
    ) -> None:
        await review(door, "rosa", KycDecision.APPROVE)
        clock.advance(WEEK_S)
        assert [case.proposal is not None for case in await door.kyc.queue()] == [True]
        clock.advance(1)
        assert [case.proposal for case in await door.kyc.queue()] == [None]
        case = await review(door, "ruth", KycDecision.APPROVE)
        assert case.state is KycState.PENDING
        assert case.proposal is not None
        assert case.proposal.by == "ruth"

    async def test_stale_and_taken_are_refused_as_ever(self, door: OnboardingService) -> None:
        old = await door.kyc.claim("case", reviewer_id="rosa")
        with pytest.raises(CaseTakenError):
            await decide(door, "ruth", KycDecision.APPROVE)
        await decide(door, "rosa", KycDecision.APPROVE)
        await door.kyc.claim("case", reviewer_id="ruth")
        with pytest.raises(StaleCaseError):
            await decide(door, "ruth", KycDecision.APPROVE, revision=old.revision)

    async def test_case_from_before_the_rule_is_judged_by_its_facts(
        self, door: OnboardingService, store: FakeDatabase
    ) -> None:
        for row in store.rows("kyc_cases").values():
            del row["risk_codes"], row["proposal"]
        assert (await door.kyc.open("case", reviewer_id="rosa")).case.needs_second_person
        case = await review(door, "rosa", KycDecision.APPROVE)
        assert case.proposal is not None
        assert case.risk_codes == (RiskCode.HIGH_RISK_COUNTRY,)


class TestLateRejection:
    async def test_one_reviewer_only_proposes_and_the_person_stays_approved(
        self, approved: OnboardingService, store: FakeDatabase
    ) -> None:
        case = await decide(approved, "rosa", KycDecision.REJECT)
        assert (case.state, case.reason) == (KycState.APPROVED, KycReason.DATA_MATCHES)
        await approved.require_cleared(HER)
        assert len(decisions(store)) == 1
        assert [found.case_id for found in await approved.kyc.queue()] == ["case"]
        with pytest.raises(SecondPersonNeededError):
            await decide(approved, "rosa", KycDecision.REJECT)

    async def test_second_reviewer_freezes_money(
        self, approved: OnboardingService, store: FakeDatabase
    ) -> None:
        await decide(approved, "rosa", KycDecision.REJECT)
        case = await decide(approved, "ruth", KycDecision.REJECT)
        assert case.state is KycState.REJECTED
        with pytest.raises(NotClearedError):
            await approved.require_cleared(HER)
        assert len(decisions(store)) == 2
        assert await approved.kyc.queue() == []

    async def test_after_a_week_it_leaves_the_queue_and_counts_for_nothing(
        self, approved: OnboardingService, clock: FakeClock
    ) -> None:
        await decide(approved, "rosa", KycDecision.REJECT)
        clock.advance(WEEK_S + 1)
        assert await approved.kyc.queue() == []
        assert (await decide(approved, "ruth", KycDecision.REJECT)).state is KycState.APPROVED

    async def test_new_facts_end_the_proposal_with_the_approval(
        self, approved: OnboardingService
    ) -> None:
        await decide(approved, "rosa", KycDecision.REJECT)
        other = replace(PERSONAL, legal_name="Amina D. Diallo")
        await approved.profiles.save_facts(HER, personal=other, financial=FINANCIAL)
        assert await approved.kyc.queue() == []
        again = await approved.kyc.submit(HER)
        assert (again.state, again.proposal) == (KycState.PENDING, None)

    @pytest.mark.parametrize("decision", [KycDecision.APPROVE, KycDecision.REQUEST_RESUBMISSION])
    async def test_nothing_else_can_be_said_of_an_approval(
        self, approved: OnboardingService, decision: KycDecision
    ) -> None:
        with pytest.raises(KycStateError):
            await decide(approved, "ruth", decision)


async def is_open(door: OnboardingService) -> bool:
    try:
        await door.require_cleared(HER)
    except FinNamiError:
        return False
    return True
