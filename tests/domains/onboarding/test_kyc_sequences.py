"""Any order of acts on an identity case takes only listed edges, and a rejection ends it."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import ConflictError, ForbiddenError, NotFoundError
from app.domains.onboarding.rules import steps
from app.domains.onboarding.service import OnboardingService
from app.domains.onboarding.types import KycCase, KycDecision, KycEvent, KycState
from tests.domains.onboarding.doors import HER, HIGH_RISK, decide, new_door
from tests.factories.people import FINANCIAL, PERSONAL
from tests.fakes.clock import FakeClock

REFUSALS = (ConflictError, ForbiddenError, NotFoundError)
FINAL = (KycState.APPROVED, KycState.REJECTED)
ACTS = st.sampled_from(
    [
        "submit",
        "claim:rosa",
        "claim:ruth",
        f"claim:{HER}",
        "decide:rosa:approve",
        "decide:ruth:reject",
        f"decide:{HER}:approve",
        # Claimed and decided in one go, or else few orders would come as far as two persons.
        "review:rosa:approve",
        "review:ruth:approve",
        "review:rosa:reject",
        "review:ruth:reject",
        "review:ruth:request_resubmission",
        "rename:PT",
        f"rename:{HIGH_RISK}",
        "wait:5",
        "wait:169",
    ]
)


async def act(door: OnboardingService, clock: FakeClock, text: str, number: int) -> None:
    verb, *rest = text.split(":")
    if verb == "submit":
        await door.kyc.submit(HER)
    elif verb == "claim":
        await door.kyc.claim("case", reviewer_id=rest[0])
    elif verb == "rename":
        renamed = replace(PERSONAL, legal_name=f"Amina {number}", country=rest[0])
        await door.profiles.save_facts(HER, personal=renamed, financial=FINANCIAL)
    elif verb == "wait":
        clock.advance(int(rest[0]) * 3600)
    elif verb == "review":
        with suppress(ConflictError):  # an approved case is decided without a claim
            await door.kyc.claim("case", reviewer_id=rest[0])
        await decide(door, rest[0], KycDecision(rest[1]))
    else:
        await decide(door, rest[0], KycDecision(rest[1]))


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


def is_proposal(event: KycEvent) -> bool:
    return event.reason.startswith("proposed_")


def two_persons_said_so(case: KycCase) -> bool:
    """Tell from the history alone whether another reviewer had just said the same."""
    *before, last = case.history
    said = [e for e in before if is_proposal(e) or e.reason == "submitted" or e.state in FINAL]
    first = said[-1]
    decision = "approve" if last.state is KycState.APPROVED else "reject"
    return (
        first.reason == f"proposed_{decision}"
        and first.actor != last.actor
        and last.at - first.at <= timedelta(days=7)
    )


async def check_eyes(door: OnboardingService, before: KycState) -> None:
    case = await door.kyc.of(HER)
    personal = (await door.overview(HER)).personal
    assert personal is not None
    if case.state in FINAL and (before is KycState.APPROVED or personal.country == HIGH_RISK):
        assert two_persons_said_so(case)


async def play(country: str, acts: list[str]) -> None:
    clock = FakeClock()
    door = await new_door(clock, country=country)
    for number, text in enumerate(acts):
        before = await case_state(door)
        try:
            await act(door, clock, text, number)
        except REFUSALS:
            continue
        finally:
            state = await case_state(door)
            assert await is_cleared(door) == (state is KycState.APPROVED)
            if state is not before:
                await check_eyes(door, before)
    if await case_state(door) is KycState.DRAFT:
        return
    case = await door.kyc.of(HER)
    # A proposal to undo an approval is remembered, but is no jump.
    jumps = [e for e in case.history if not (is_proposal(e) and e.state is KycState.APPROVED)]
    states = [KycState.DRAFT, *(event.state for event in jumps)]
    assert all(after in steps.NEXT[before] for before, after in pairwise(states))
    assert KycState.REJECTED not in states[:-1], "nothing comes after a rejection"
    assert case.revision == len(case.history)
    deciders = [e.actor for e in case.history if e.state in FINAL or is_proposal(e)]
    assert HER not in deciders, "nobody decides on herself"


@pytest.mark.row("OK6")
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["PT", HIGH_RISK]), st.lists(ACTS, min_size=4, max_size=16))
def test_any_order_of_acts_takes_only_listed_edges(country: str, acts: list[str]) -> None:
    asyncio.run(play(country, ["submit", *acts]))


@pytest.mark.row("OK6")
@pytest.mark.parametrize(
    ("country", "acts", "reached"),
    [
        ("PT", ["review:rosa:approve"], KycState.APPROVED),
        (HIGH_RISK, ["review:rosa:approve"], KycState.PENDING),
        (HIGH_RISK, ["review:rosa:approve", "review:ruth:approve"], KycState.APPROVED),
        (HIGH_RISK, ["review:rosa:reject", "review:ruth:reject"], KycState.REJECTED),
        ("PT", ["review:rosa:approve", "review:rosa:reject"], KycState.APPROVED),
        (
            "PT",
            ["review:rosa:approve", "review:rosa:reject", "review:ruth:reject"],
            KycState.REJECTED,
        ),
    ],
)
def test_the_straight_ways(country: str, acts: list[str], reached: KycState) -> None:
    async def run() -> KycState:
        clock = FakeClock()
        door = await new_door(clock, country=country)
        for text in ["submit", *acts]:
            await act(door, clock, text, 0)
        return await case_state(door)

    assert asyncio.run(run()) is reached
