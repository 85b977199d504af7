"""Any order of acts on an identity case takes only listed edges, and a rejection ends it."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.envelope import COLLECTIONS as KEY_COLLECTIONS
from app.core.envelope import Envelope, user_key_document
from app.core.errors import ConflictError, ForbiddenError, NotFoundError
from app.domains.onboarding.rules import steps
from app.domains.onboarding.service import COLLECTIONS, OnboardingService
from app.domains.onboarding.types import KycDecision, KycReason, KycState
from tests.factories.people import ANSWERS, FINANCIAL, PERSONAL
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

HER = "0123456789abcdefghjk"
ACTS = st.sampled_from(
    [
        "submit",
        "claim:rosa",
        "claim:ruth",
        f"claim:{HER}",
        "decide:rosa:approve",
        "decide:ruth:approve",
        "decide:rosa:reject",
        "decide:rosa:request_resubmission",
        f"decide:{HER}:approve",
        "rename",
        "wait",
    ]
)


class AlwaysOn:
    async def require_second_factor(self, user_id: str) -> None:
        return None


async def new_door(clock: FakeClock) -> OnboardingService:
    store = FakeDatabase(COLLECTIONS, KEY_COLLECTIONS, clock=clock)
    envelope = Envelope(db=store, root_keys=[bytes(32)], clock=clock)
    _, wrapped = await envelope.new_key(HER)
    await store.insert_one("user_keys", user_key_document(HER, wrapped))
    door = OnboardingService(
        db=store,  # type: ignore[arg-type]
        envelope=envelope,
        identity=AlwaysOn(),
        clock=clock,
        ids=lambda: "case",
    )
    await door.profiles.save_facts(HER, personal=PERSONAL, financial=FINANCIAL)
    await door.profiles.save_answers(HER, ANSWERS)
    await door.profiles.make(HER)
    await door.accept_disclosure(HER, version="2026-11", language="en")
    return door


async def act(door: OnboardingService, clock: FakeClock, text: str, number: int) -> None:
    verb, *rest = text.split(":")
    if verb == "submit":
        await door.kyc.submit(HER)
    elif verb == "claim":
        await door.kyc.claim("case", reviewer_id=rest[0])
    elif verb == "rename":
        renamed = replace(PERSONAL, legal_name=f"Amina {number}")
        await door.profiles.save_facts(HER, personal=renamed, financial=FINANCIAL)
    elif verb == "wait":
        clock.advance(5 * 3600)
    else:
        decision = KycDecision(rest[1])
        is_approval = decision is KycDecision.APPROVE
        await door.kyc.decide(
            "case",
            reviewer_id=rest[0],
            decision=decision,
            reason=KycReason.DATA_MATCHES if is_approval else KycReason.COULD_NOT_VERIFY,
            staff_note="",
            revision=(await door.kyc.of(HER)).revision,
        )


async def case_state(door: OnboardingService) -> KycState:
    """Where the case itself stands: money is gated by a copy of it on the person."""
    try:
        return (await door.kyc.of(HER)).state
    except NotFoundError:
        return KycState.DRAFT


async def is_cleared(door: OnboardingService) -> bool:
    try:
        await door.require_cleared(HER)
    except ForbiddenError:
        return False
    return True


async def play(acts: list[str]) -> None:
    clock = FakeClock()
    door = await new_door(clock)
    for number, text in enumerate(acts):
        try:
            await act(door, clock, text, number)
        except (ConflictError, ForbiddenError, NotFoundError):
            continue
        finally:
            state = await case_state(door)
            assert await is_cleared(door) == (state is KycState.APPROVED)
    if await case_state(door) is KycState.DRAFT:
        return
    case = await door.kyc.of(HER)
    states = [KycState.DRAFT, *(event.state for event in case.history)]
    assert all(after in steps.NEXT[before] for before, after in pairwise(states))
    assert KycState.REJECTED not in states[:-1], "nothing comes after a rejection"
    assert case.revision == len(case.history)
    deciders = [e.actor for e in case.history if e.state in (KycState.APPROVED, KycState.REJECTED)]
    assert HER not in deciders, "nobody decides on herself"


@pytest.mark.row("OK6")
@settings(max_examples=120, deadline=None)
@given(st.lists(ACTS, min_size=4, max_size=16))
def test_any_order_of_acts_takes_only_listed_edges(acts: list[str]) -> None:
    asyncio.run(play(acts))


def test_the_straight_way_reaches_an_approval() -> None:
    async def run() -> KycState:
        clock = FakeClock()
        door = await new_door(clock)
        for text in ("submit", "claim:rosa", "decide:rosa:approve"):
            await act(door, clock, text, 0)
        return await case_state(door)

    assert asyncio.run(run()) is KycState.APPROVED
