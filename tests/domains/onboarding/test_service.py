"""Onboarding in memory: each story, with and without a lost first attempt of its write."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.cli.demo_clients import KNOWLEDGE
from app.core.envelope import COLLECTIONS as KEY_COLLECTIONS
from app.core.envelope import Envelope, user_key_document
from app.core.money import Money
from app.domains.identity.errors import SecondFactorNeededError
from app.domains.onboarding.errors import (
    CaseTakenError,
    FactsInvalidError,
    FactsLockedError,
    KycReasonError,
    KycStateError,
    NotClearedError,
    StaleCaseError,
)
from app.domains.onboarding.events import KycDecided, RiskProfileMade
from app.domains.onboarding.service import COLLECTIONS, OnboardingService
from app.domains.onboarding.types import (
    KycCase,
    KycDecision,
    KycReason,
    KycState,
    Step,
    StepStatus,
)
from tests.factories.people import ANSWERS, FINANCIAL, PERSONAL
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

HER = "0123456789abcdefghjk"
OTHER_NAME = replace(PERSONAL, legal_name="Amina D. Diallo")


class SecondFactors:
    """Switches a person's second factor on and off."""

    is_on = True

    async def require_second_factor(self, user_id: str) -> None:
        if not self.is_on:
            raise SecondFactorNeededError


@pytest.fixture(params=[False, True], ids=["first-attempt", "second-attempt"])
def store(request: pytest.FixtureRequest, clock: FakeClock) -> FakeDatabase:
    return FakeDatabase(COLLECTIONS, KEY_COLLECTIONS, abort_first=request.param, clock=clock)


@pytest.fixture
def factors() -> SecondFactors:
    return SecondFactors()


@pytest.fixture
async def door(store: FakeDatabase, clock: FakeClock, factors: SecondFactors) -> OnboardingService:
    envelope = Envelope(db=store, root_keys=[bytes(32)], clock=clock)
    _, wrapped = await envelope.new_key(HER)
    await store.insert_one("user_keys", user_key_document(HER, wrapped))
    ids = iter(f"case{number:016d}" for number in range(100))
    return OnboardingService(
        db=store,
        envelope=envelope,
        identity=factors,
        clock=clock,
        ids=lambda: next(ids),
    )


async def fill_in(door: OnboardingService) -> None:
    await door.profiles.save_facts(HER, personal=PERSONAL, financial=FINANCIAL)
    await door.profiles.save_answers(HER, ANSWERS)
    await door.checks.answer(HER, KNOWLEDGE)
    await door.profiles.make(HER)
    await door.accept_disclosure(HER, version="2026-11", language="en")


async def decided(
    door: OnboardingService, decision: KycDecision = KycDecision.APPROVE, **changes: Any
) -> KycCase:
    case = await door.kyc.submit(HER)
    claimed = await door.kyc.claim(case.case_id, reviewer_id="rosa")
    is_approval = decision is KycDecision.APPROVE
    arguments = {
        "reviewer_id": "rosa",
        "decision": decision,
        "reason": KycReason.DATA_MATCHES if is_approval else KycReason.COULD_NOT_VERIFY,
        "staff_note": "",
        "revision": claimed.revision,
    }
    return await door.kyc.decide(case.case_id, **{**arguments, **changes})


async def status_of(door: OnboardingService, step: Step) -> StepStatus:
    return dict((await door.overview(HER)).steps)[step]


@pytest.mark.row("OK7")
class TestRequireCleared:
    async def test_every_open_step_is_named_in_order(
        self, door: OnboardingService, factors: SecondFactors
    ) -> None:
        factors.is_on = False
        with pytest.raises(NotClearedError) as refused:
            await door.require_cleared(HER)
        assert refused.value.fields["missing"] == [
            "second_factor",
            "profile",
            "risk_profile",
            "kyc",
            "disclosures",
        ]

    async def test_all_done_passes_and_a_later_rejection_closes_it_again(
        self, door: OnboardingService
    ) -> None:
        await fill_in(door)
        approved = await decided(door)
        for revision, reviewer in enumerate(("ruth", "rosa"), start=approved.revision):
            await door.require_cleared(HER)
            await door.kyc.decide(
                approved.case_id,
                reviewer_id=reviewer,
                decision=KycDecision.REJECT,
                reason=KycReason.DUPLICATE_PERSON,
                staff_note="found later",
                revision=revision,
            )
        with pytest.raises(NotClearedError) as refused:
            await door.require_cleared(HER)
        assert refused.value.fields["missing"] == ["kyc"]

    @pytest.mark.row("RS5")
    async def test_aged_profile_stops_new_advice_but_not_her_money(
        self, door: OnboardingService, clock: FakeClock
    ) -> None:
        await fill_in(door)
        await decided(door)
        clock.advance(timedelta(days=365).total_seconds() - 1)
        assert (await door.require_risk_profile(HER)).version == 1
        clock.advance(1)
        await door.require_cleared(HER)
        assert await status_of(door, Step.RISK_PROFILE) is StepStatus.NEEDS_ATTENTION
        with pytest.raises(NotClearedError) as refused:
            await door.require_risk_profile(HER)
        assert refused.value.fields["missing"] == ["risk_profile"]
        assert (await door.profiles.make(HER)).version == 2
        assert (await door.require_risk_profile(HER)).version == 2


@pytest.mark.row("RS5")
class TestNewFacts:
    async def test_other_finances_ask_for_a_new_profile_and_the_old_one_stays_readable(
        self, door: OnboardingService, clock: FakeClock
    ) -> None:
        await fill_in(door)
        clock.advance(60)
        poorer = replace(FINANCIAL, liquid_reserve=Money(0, "USD"))
        await door.profiles.save_facts(HER, personal=PERSONAL, financial=poorer)
        with pytest.raises(NotClearedError):
            await door.require_risk_profile(HER)
        assert (await door.risk_profile(HER)).version == 1
        assert (await door.profiles.make(HER)).capacity == 1

    async def test_same_facts_again_write_nothing(
        self, door: OnboardingService, store: FakeDatabase, clock: FakeClock
    ) -> None:
        await fill_in(door)
        written = store.transactions_total
        clock.advance(60)
        await door.profiles.save_facts(HER, personal=PERSONAL, financial=FINANCIAL)
        assert store.transactions_total == written
        assert (await door.require_risk_profile(HER)).version == 1

    async def test_refused_facts_leave_the_earlier_ones(self, door: OnboardingService) -> None:
        await fill_in(door)
        mixed = replace(FINANCIAL, invested=Money(1, "EUR"))
        with pytest.raises(FactsInvalidError):
            await door.profiles.save_facts(HER, personal=OTHER_NAME, financial=mixed)
        assert (await door.overview(HER)).personal == PERSONAL


@pytest.mark.row("OK6")
class TestIdentityFactsUnderReview:
    @pytest.mark.parametrize("claimed", [False, True])
    async def test_facts_stand_still_while_a_reviewer_has_them(
        self, door: OnboardingService, claimed: bool
    ) -> None:
        await fill_in(door)
        case = await door.kyc.submit(HER)
        if claimed:
            await door.kyc.claim(case.case_id, reviewer_id="rosa")
        with pytest.raises(FactsLockedError):
            await door.profiles.save_facts(HER, personal=OTHER_NAME, financial=FINANCIAL)
        richer = replace(FINANCIAL, dependants=1)
        await door.profiles.save_facts(HER, personal=PERSONAL, financial=richer)
        assert (await door.kyc.open(case.case_id, reviewer_id="rosa")).facts == PERSONAL

    async def test_another_name_after_the_approval_ends_it(
        self, door: OnboardingService, store: FakeDatabase
    ) -> None:
        await fill_in(door)
        await decided(door)
        await door.profiles.save_facts(HER, personal=OTHER_NAME, financial=FINANCIAL)
        assert (await door.kyc.of(HER)).state is KycState.EXPIRED
        with pytest.raises(NotClearedError):
            await door.require_cleared(HER)
        assert "kyc.expired" in [entry.action for entry in store.audited]
        assert (await door.kyc.submit(HER)).state is KycState.PENDING

    async def test_after_a_request_for_correction_facts_are_hers_again(
        self, door: OnboardingService
    ) -> None:
        await fill_in(door)
        await decided(door, KycDecision.REQUEST_RESUBMISSION)
        assert await status_of(door, Step.KYC) is StepStatus.NEEDS_ATTENTION
        await door.profiles.save_facts(HER, personal=OTHER_NAME, financial=FINANCIAL)
        again = await door.kyc.submit(HER)
        assert (again.state, again.reviewer_id) == (KycState.PENDING, None)


@pytest.mark.row("OK6")
class TestDeciding:
    async def test_submitting_twice_is_one_case(
        self, door: OnboardingService, store: FakeDatabase
    ) -> None:
        await fill_in(door)
        assert await door.kyc.submit(HER) == await door.kyc.submit(HER)
        assert len(store.rows("kyc_cases")) == 1

    async def test_decision_is_published_once_and_audited_with_its_reason(
        self, door: OnboardingService, store: FakeDatabase
    ) -> None:
        await fill_in(door)
        case = await decided(door)
        events = [event for event in store.published if isinstance(event, KycDecided)]
        assert events == [KycDecided(HER, case.case_id)]
        entry = store.audited[-1]
        assert (entry.action, entry.actor, entry.reason) == ("kyc.approved", "rosa", "data_matches")

    @pytest.mark.parametrize(
        ("decision", "reason"),
        [
            (KycDecision.APPROVE, KycReason.NAME_MISMATCH),
            (KycDecision.REJECT, KycReason.DATA_MATCHES),
            (KycDecision.REQUEST_RESUBMISSION, KycReason.DATA_MATCHES),
        ],
    )
    async def test_reason_that_contradicts_the_decision_is_refused(
        self, door: OnboardingService, decision: KycDecision, reason: KycReason
    ) -> None:
        await fill_in(door)
        with pytest.raises(KycReasonError):
            await decided(door, decision, reason=reason)
        assert (await door.kyc.of(HER)).state is KycState.IN_REVIEW

    async def test_rejection_is_final(self, door: OnboardingService) -> None:
        await fill_in(door)
        await decided(door, KycDecision.REJECT)
        with pytest.raises(KycStateError) as refused:
            await door.kyc.submit(HER)
        assert refused.value.fields == {"state": "rejected", "wanted": "pending"}

    async def test_decision_from_an_old_tab_is_refused(self, door: OnboardingService) -> None:
        await fill_in(door)
        with pytest.raises(StaleCaseError):
            await decided(door, revision=0)

    async def test_forgotten_claim_passes_on_after_four_hours(
        self, door: OnboardingService, clock: FakeClock
    ) -> None:
        await fill_in(door)
        case = await door.kyc.submit(HER)
        first = await door.kyc.claim(case.case_id, reviewer_id="rosa")
        assert await door.kyc.claim(case.case_id, reviewer_id="rosa") == first
        clock.advance(4 * 3600)
        with pytest.raises(CaseTakenError):
            await door.kyc.claim(case.case_id, reviewer_id="ruth")
        clock.advance(1)
        taken = await door.kyc.claim(case.case_id, reviewer_id="ruth")
        assert taken.reviewer_id == "ruth"
        assert [event.reason for event in taken.history[-2:]] == ["claim_ran_out", "claimed"]
        with pytest.raises(StaleCaseError):
            await door.kyc.decide(
                case.case_id,
                reviewer_id="rosa",
                decision=KycDecision.APPROVE,
                reason=KycReason.DATA_MATCHES,
                staff_note="",
                revision=first.revision,
            )


@pytest.mark.row("RS1")
class TestMakeProfile:
    async def test_versions_count_up_and_each_tells_the_rooms_above(
        self, door: OnboardingService, store: FakeDatabase
    ) -> None:
        await fill_in(door)
        again = await door.profiles.make(HER)
        assert (again.version, again.final) == (2, min(again.tolerance, again.capacity))
        events = [event for event in store.published if isinstance(event, RiskProfileMade)]
        assert events == [RiskProfileMade(HER, f"{HER}:1"), RiskProfileMade(HER, f"{HER}:2")]

    @pytest.mark.row("RS5")
    async def test_fourth_version_within_an_hour_is_flagged_and_the_next_day_is_not(
        self, door: OnboardingService, store: FakeDatabase, clock: FakeClock
    ) -> None:
        await fill_in(door)
        made = [await door.profiles.make(HER) for _ in range(3)]
        flags = ["retaken_often" in [r.code for r in profile.reasons] for profile in made]
        assert flags == [False, False, True]
        assert [e.object_id for e in store.audited if e.action == "risk_profile.flagged"] == [
            f"{HER}:4"
        ]
        clock.advance(24 * 3600)
        later = await door.profiles.make(HER)
        assert "retaken_often" not in [reason.code for reason in later.reasons]
        assert (await door.risk_profile(HER)) == later
