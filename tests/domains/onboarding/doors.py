"""An onboarding door in memory with one person who has done all but her identity check."""

from dataclasses import replace

from app.cli.demo_clients import KNOWLEDGE
from app.core.envelope import COLLECTIONS as KEY_COLLECTIONS
from app.core.envelope import Envelope, user_key_document
from app.domains.onboarding.service import COLLECTIONS, OnboardingService
from app.domains.onboarding.types import KycCase, KycDecision, KycReason
from tests.factories.people import ANSWERS, FINANCIAL, PERSONAL
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

HER = "0123456789abcdefghjk"
HIGH_RISK = "KP"


class AlwaysOn:
    async def require_second_factor(self, user_id: str) -> None:
        return None


def new_store(clock: FakeClock, *, abort_first: bool = False) -> FakeDatabase:
    return FakeDatabase(COLLECTIONS, KEY_COLLECTIONS, abort_first=abort_first, clock=clock)


async def new_door(
    clock: FakeClock, *, country: str = "PT", store: FakeDatabase | None = None
) -> OnboardingService:
    store = store or new_store(clock)
    envelope = Envelope(db=store, root_keys=[bytes(32)], clock=clock)
    _, wrapped = await envelope.new_key(HER)
    await store.insert_one("user_keys", user_key_document(HER, wrapped))
    door = OnboardingService(
        db=store,
        envelope=envelope,
        identity=AlwaysOn(),
        clock=clock,
        ids=lambda: "case",
        high_risk_countries=(HIGH_RISK,),
    )
    personal = replace(PERSONAL, country=country)
    await door.profiles.save_facts(HER, personal=personal, financial=FINANCIAL)
    await door.profiles.save_answers(HER, ANSWERS)
    await door.checks.answer(HER, KNOWLEDGE)
    await door.profiles.make(HER)
    await door.accept_disclosure(HER, version="2026-11", language="en")
    return door


async def decide(
    door: OnboardingService, reviewer: str, decision: KycDecision, **changes: object
) -> KycCase:
    """Decide on the case as it stands, with a reason that fits."""
    is_approval = decision is KycDecision.APPROVE
    arguments: dict[str, object] = {
        "reason": KycReason.DATA_MATCHES if is_approval else KycReason.COULD_NOT_VERIFY,
        "staff_note": "",
        "revision": (await door.kyc.of(HER)).revision,
        **changes,
    }
    return await door.kyc.decide(
        "case",
        reviewer_id=reviewer,
        decision=decision,
        **arguments,
    )
