"""Which step is open, and which jump of an identity case is legal."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from app.domains.onboarding.errors import (
    FactsInvalidError,
    FactsLockedError,
    KycReasonError,
    KycStateError,
)
from app.domains.onboarding.types import (
    FinancialFacts,
    KycCase,
    KycDecision,
    KycEvent,
    KycReason,
    KycState,
    PersonalFacts,
    Step,
    StepStatus,
)

DISCLOSURE_VERSION = "2026-11"
MINIMUM_AGE = 18
MAXIMUM_AGE = 120
CLAIM_LEASE = timedelta(hours=4)

NEXT: dict[KycState, frozenset[KycState]] = {
    KycState.DRAFT: frozenset({KycState.PENDING}),
    KycState.PENDING: frozenset({KycState.IN_REVIEW}),
    KycState.IN_REVIEW: frozenset(
        {
            KycState.PENDING,
            KycState.APPROVED,
            KycState.REJECTED,
            KycState.RESUBMISSION_REQUESTED,
        }
    ),
    KycState.RESUBMISSION_REQUESTED: frozenset({KycState.PENDING}),
    # A later finding may undo an approval, which freezes money; a rejection is final.
    KycState.APPROVED: frozenset({KycState.REJECTED, KycState.EXPIRED}),
    KycState.EXPIRED: frozenset({KycState.PENDING}),
    KycState.REJECTED: frozenset(),
}

OUTCOME = {
    KycDecision.APPROVE: KycState.APPROVED,
    KycDecision.REJECT: KycState.REJECTED,
    KycDecision.REQUEST_RESUBMISSION: KycState.RESUBMISSION_REQUESTED,
}

_KYC_STEP = {
    KycState.DRAFT: StepStatus.TODO,
    KycState.PENDING: StepStatus.WAITING,
    KycState.IN_REVIEW: StepStatus.WAITING,
    KycState.RESUBMISSION_REQUESTED: StepStatus.NEEDS_ATTENTION,
    KycState.EXPIRED: StepStatus.NEEDS_ATTENTION,
    KycState.REJECTED: StepStatus.NEEDS_ATTENTION,
    KycState.APPROVED: StepStatus.DONE,
}


def kyc_step(state: KycState) -> StepStatus:
    """Return how the identity step looks to the person."""
    return _KYC_STEP[state]


def require_jump(present: KycState, wanted: KycState) -> None:
    """Raise KycStateError unless the case may go there from here."""
    if wanted not in NEXT[present]:
        raise KycStateError(
            f"a case that is {present} cannot become {wanted}",
            state=present.value,
            wanted=wanted.value,
        )


def moved(case: KycCase, state: KycState, *, actor: str, at: datetime, reason: str) -> KycCase:
    """Return the next revision of a case, with the change in its history.

    Raises KycStateError.
    """
    require_jump(case.state, state)
    event = KycEvent(at, state, actor, reason)
    return replace(case, state=state, revision=case.revision + 1, history=(*case.history, event))


def claim_has_run_out(case: KycCase, now: datetime) -> bool:
    """Tell whether a claim is so old that another reviewer may take the case over."""
    return not case.history or now - case.history[-1].at > CLAIM_LEASE


def require_fitting(decision: KycDecision, reason: KycReason) -> None:
    """Raise KycReasonError unless exactly the approvals say that the data match."""
    if (decision is KycDecision.APPROVE) != (reason is KycReason.DATA_MATCHES):
        raise KycReasonError(f"{reason} is no reason to {decision}", reason=reason.value)


def after_new_facts(case: KycCase | None, *, at: datetime) -> KycCase | None:
    """Return what becomes of a case when its person changes who she says she is.

    An approval was of other facts: it expires, and a new check is needed. None when nothing
    changes. Raises FactsLockedError while a reviewer has the case before her.
    """
    if case is None or case.state in (
        KycState.DRAFT,
        KycState.RESUBMISSION_REQUESTED,
        KycState.EXPIRED,
        KycState.REJECTED,
    ):
        return None
    if case.state is not KycState.APPROVED:
        raise FactsLockedError(state=case.state.value)
    expired = moved(case, KycState.EXPIRED, actor=case.user_id, at=at, reason="facts_changed")
    return replace(expired, proposal=None)


def age_years(birth: date, today: date) -> int:
    """Return completed years of life."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def check_personal(facts: PersonalFacts, today: date) -> None:
    """Raise FactsInvalidError for a birth date that no client of ours can have."""
    age = age_years(facts.birth_date, today)
    if age < MINIMUM_AGE:
        raise FactsInvalidError(
            f"FinNami is for people of {MINIMUM_AGE} and over", field="birth_date"
        )
    if age > MAXIMUM_AGE:
        raise FactsInvalidError("please check the birth date", field="birth_date")


def check_financial(facts: FinancialFacts) -> None:
    """Raise FactsInvalidError for amounts in several currencies or that contradict."""
    amounts = (
        facts.monthly_income,
        facts.monthly_spending,
        facts.liquid_reserve,
        facts.monthly_debt_payment,
        facts.net_worth,
        facts.invested,
    )
    if len({amount.currency for amount in amounts}) != 1:
        raise FactsInvalidError("give all amounts in one currency", field="currency")
    if facts.monthly_debt_payment.amount_minor == 0 and facts.highest_debt_rate_bps > 0:
        raise FactsInvalidError(
            "a debt with interest has a monthly payment", field="monthly_debt_payment"
        )


def missing(steps: tuple[tuple[Step, StepStatus], ...]) -> list[str]:
    """Return the open steps that stand before money.

    An outdated risk profile is not among them: it stops new advice, not a person's access to
    her own money.
    """
    return [step.value for step, status in steps if not _is_behind(step, status)]


def _is_behind(step: Step, status: StepStatus) -> bool:
    outdated = step is Step.RISK_PROFILE and status is StepStatus.NEEDS_ATTENTION
    return status is StepStatus.DONE or outdated
