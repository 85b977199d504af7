"""Pure decisions of casework: deadlines, locks, four eyes, the sizes of a case."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domains.fraud.case_types import OPEN_STATES, CaseLock, CaseState, CustomerAnswer, FraudCase
from app.domains.fraud.errors import CaseClosedError, FraudCaseTakenError, OwnPaymentError
from app.domains.fraud.types import Verdict

LEASE = timedelta(minutes=15)
ASK_AGAIN_AFTER = timedelta(hours=1)
ESCALATED_DUE = timedelta(hours=1)
NOTES_MAX = 200
LINKS_MAX = 50


@dataclass(frozen=True, slots=True)
class Deadline:
    """Above either bound a case is due within `due`."""

    amount_minor: int
    probability: float
    due: timedelta


# Judgement, strictest first; every hold ends by itself after three days.
DEADLINES = (
    Deadline(1_000_000, 0.60, timedelta(hours=1)),
    Deadline(100_000, 0.30, timedelta(hours=4)),
)
DUE_OTHERWISE = timedelta(hours=24)
# Nobody's money waits for a sample; its label is worth less the older it gets.
SAMPLE_DUE = timedelta(days=7)


def due_at(opened_at: datetime, *, amount_minor: int, probability: float | None) -> datetime:
    """Return by when a case should be decided: large or likely ones first.

    An unscored payment counts as likely: nothing is known in its favour.
    """
    likely = 0.30 if probability is None else probability
    for deadline in DEADLINES:
        if amount_minor >= deadline.amount_minor or likely >= deadline.probability:
            return opened_at + deadline.due
    return opened_at + DUE_OTHERWISE


def denied_due_at(case: FraudCase, at: datetime) -> datetime:
    """Return by when a case should be decided once its customer said that it was not her."""
    due = due_at(at, amount_minor=case.amount.amount_minor, probability=1.0)
    return min(case.due_at, due) if case.open else due


def may_review(case: FraudCase) -> bool:
    """Tell whether a customer's wish for a person reopens a closed case.

    What was let go needs none, and what she denied is not taken up again at her wish.
    """
    closed = case.state in (CaseState.REJECTED, CaseState.EXPIRED)
    return closed and case.customer_answer is not CustomerAnswer.NO


def probability_of(verdict: Verdict) -> float | None:
    """Return P(fraud) of a verdict, if the model spoke."""
    return verdict.score.probability if verdict.score else None


def may_work(case: FraudCase, analyst_id: str, *, now: datetime) -> None:
    """Raise unless this analyst may act on the case now.

    Payer, payee and ring members never; nobody on a closed case; nobody while somebody else
    holds a living lock. Raises OwnPaymentError, CaseClosedError, FraudCaseTakenError.
    """
    if analyst_id in case.people():
        raise OwnPaymentError
    if case.state not in OPEN_STATES:
        raise CaseClosedError
    if taken_by_other(case.lock, analyst_id, now=now) and case.lock is not None:
        raise FraudCaseTakenError(holder=case.lock.analyst_id, until=case.lock.until)


def taken_by_other(lock: CaseLock | None, analyst_id: str, *, now: datetime) -> bool:
    """Tell whether a living lock is somebody else's."""
    return lock is not None and lock.analyst_id != analyst_id and lock.until > now


def may_take_over(case: FraudCase, *, now: datetime) -> bool:
    """Tell whether a living lock may be taken over: only of a case that is late."""
    return case.due_at <= now


def held_lock(case: FraudCase, analyst_id: str, *, now: datetime) -> CaseLock:
    """Return the lock as this analyst holds it from now on; a prolonged one keeps its start."""
    mine = case.lock is not None and case.lock.analyst_id == analyst_id and case.lock.until > now
    since = case.lock.claimed_at if mine and case.lock is not None else now
    return CaseLock(analyst_id, since, now + LEASE)
