"""The two-person rule: who is high risk, and when a reviewer's decision is only a proposal."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from app.domains.onboarding.errors import SecondPersonNeededError
from app.domains.onboarding.rules import steps
from app.domains.onboarding.types import (
    KycCase,
    KycDecision,
    KycEvent,
    KycProposal,
    KycState,
    PersonalFacts,
    RiskCode,
)

PROPOSAL_HOLDS = timedelta(days=7)


def risk_codes(facts: PersonalFacts, high_risk_countries: Collection[str]) -> tuple[RiskCode, ...]:
    """Return every reason why these facts are high risk; none means that one reviewer is enough."""
    return (RiskCode.HIGH_RISK_COUNTRY,) if facts.country in high_risk_countries else ()


def as_of(case: KycCase, now: datetime) -> KycCase:
    """Return a case as it counts at a time: a proposal older than a week counts as none."""
    if case.proposal is None or now - case.proposal.at <= PROPOSAL_HOLDS:
        return case
    return replace(case, proposal=None)


def require_other_person(case: KycCase, reviewer_id: str) -> None:
    """Raise SecondPersonNeededError when the waiting proposal is this reviewer's own."""
    if case.proposal is not None and case.proposal.by == reviewer_id:
        raise SecondPersonNeededError


def is_only_proposal(case: KycCase, decision: KycDecision) -> bool:
    """Tell whether a decision needs a second person and no proposal says the same yet."""
    if decision is KycDecision.REQUEST_RESUBMISSION or not case.needs_second_person:
        return False
    return case.proposal is None or case.proposal.decision is not decision


def proposed(case: KycCase, proposal: KycProposal) -> KycCase:
    """Return the next revision of a case with a proposal, in place of an earlier one.

    A case in review is let go, so that another reviewer can claim it; an approved person stays
    approved. Raises KycStateError when the decision itself would be an illegal jump.
    """
    steps.require_jump(case.state, steps.OUTCOME[proposal.decision])
    why = f"proposed_{proposal.decision.value}"
    if case.state is KycState.IN_REVIEW:
        free = steps.moved(case, KycState.PENDING, actor=proposal.by, at=proposal.at, reason=why)
        return replace(free, reviewer_id=None, proposal=proposal)
    event = KycEvent(proposal.at, case.state, proposal.by, why)
    history = (*case.history, event)
    return replace(case, revision=case.revision + 1, history=history, proposal=proposal)


def joined_note(case: KycCase, decision: KycDecision, staff_note: str) -> str:
    """Return the deciding note after that of the proposal it confirms: both stay readable."""
    confirmed = case.proposal if case.proposal and case.proposal.decision is decision else None
    first = confirmed.staff_note if confirmed else ""
    return "\n".join(note for note in (first, staff_note) if note)
