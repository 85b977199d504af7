"""What is known for an intent: the slots of the message, completed by those of the talk."""

from collections.abc import Mapping
from typing import Final

from app.domains.chat.engines.plans import PLANS, Plan
from app.domains.chat.talk_types import TalkState, Understood

SLOT_MAX: Final = 200


def said_slots(heard: Understood) -> dict[str, str]:
    """Return the slots of the message itself, each cut to a bounded length."""
    return {slot.name: slot.value[:SLOT_MAX] for slot in heard.slots}


def gathered(heard: Understood, state: TalkState) -> dict[str, str]:
    """Return the slots of the message, completed by those of a turn about the same thing.

    An action takes earlier slots only when the adviser had asked for what comes now: an old
    amount must never slip into a new order.
    """
    slots, intent = said_slots(heard), heard.intent
    if state.intent == intent and (state.asked in slots or not PLANS[intent].proposes):
        return {**state.slots, **slots}
    plan = PLANS[intent]
    if not plan.proposes and "instrument" in state.slots and ("instrument",) in plan.needs:
        slots.setdefault("instrument", state.slots["instrument"])
    return slots


def first_lacking(plan: Plan, slots: Mapping[str, str]) -> str | None:
    """Return the first slot to ask for, None when each group has one."""
    missing = (group[0] for group in plan.needs if not any(slots.get(name) for name in group))
    return next(missing, None)
