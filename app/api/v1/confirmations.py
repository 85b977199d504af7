"""/v1/confirmations: "was this you?", and why a payment was stopped, for its customer."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Code, Input, Reason
from app.api.policy import policy
from app.api.shapes import MoneyOut, Out
from app.api.v1.transfers import MovementId
from app.domains.fraud.case_types import Question, QuestionState
from app.domains.fraud.errors import PaymentDecisionNotFoundError, QuestionNotFoundError
from app.domains.fraud.evidence_types import CorrectionCode, Notice, ReviewOutcome
from app.domains.fraud.types import Outcome, PaymentKind
from app.domains.identity.errors import (
    SecondFactorNeededError,
    TooManyAttemptsError,
    WrongCodeError,
)
from app.domains.identity.types import RateClass
from app.domains.ledger.types import ConfirmationAnswer, JournalState

router = APIRouter(prefix="/v1", tags=["was this you"])

DecisionId = Annotated[
    str, Path(pattern=r"^[0-9a-z]{26}$", examples=["01hzzzzzzzzzzzzzzzzzzzzzzz"])
]


class ConfirmationOut(Out):
    """A payment the customer is asked about. `held`: a person decides, with her answer at hand."""

    movement_id: str
    decision_id: str
    state: QuestionState
    held: bool
    amount: MoneyOut
    kind: PaymentKind
    payee_id: str
    device: str = Field(description="The device it was made on, in words; empty when unknown")
    this_device: bool
    reasons: list[str]
    asked_at: datetime
    answered_at: datetime | None

    @classmethod
    def of(cls, question: Question, *, device: str, session_id: str) -> "ConfirmationOut":
        """Return the customer's form."""
        return cls(
            movement_id=question.payment_id,
            decision_id=question.decision_id,
            state=question.state,
            held=question.held,
            amount=MoneyOut.of(question.amount),
            kind=question.payment_kind,
            payee_id=question.payee_id,
            device=device,
            this_device=question.session_id == session_id,
            reasons=[reason.sentence for reason in question.reasons],
            asked_at=question.asked_at,
            answered_at=question.answered_at,
        )


class ConfirmationAnswerIn(Input):
    """`yes` needs a fresh code; `no` needs nothing: it only makes things safer."""

    was_me: bool
    code: Code | None = None


class ConfirmationAnswerOut(Out):
    """The answer that counts: the first one.

    After `no` every login session is over, this one too. After `yes` to a payment that waits
    for a code, `grant` goes into X-Step-Up-Grant of the repeated payment (null on a repeat:
    then ask POST /v1/me/step-up with `action` and `params`).
    """

    movement_id: str
    state: QuestionState
    movement_state: JournalState | None
    signed_out: bool
    first: bool
    grant: str | None
    grant_expires_in_s: int | None
    action: str | None
    params: dict[str, str]

    @classmethod
    def of(cls, answer: ConfirmationAnswer) -> "ConfirmationAnswerOut":
        """Return the customer's form."""
        question = answer.question
        return cls(
            movement_id=question.payment_id,
            state=question.state,
            movement_state=answer.movement_state,
            signed_out=question.state is QuestionState.DENIED,
            first=answer.first,
            grant=answer.grant.grant if answer.grant else None,
            grant_expires_in_s=answer.grant.expires_in_s if answer.grant else None,
            action=question.action,
            params=dict(question.params),
        )


class CorrectionOut(Out):
    """A specific reason with the customer's own values, and what she can do.

    The sentences are English; another language is made from `code` and `values`.
    """

    code: CorrectionCode
    sentence: str
    how_to_correct: str
    values: dict[str, str] = Field(examples=[{"amount": "4200.00", "currency": "USD"}])


class PaymentNoticeOut(Out):
    """Why a payment was stopped or confirmed; `review_asked_at` once a person was asked for.

    `review_outcome` is what that person found: `cleared` (nothing wrong; a refused payment can
    be made anew) or `upheld`. Nothing is booked by it.
    """

    decision_id: str
    outcome: Outcome
    at: datetime
    amount: MoneyOut
    reasons: list[CorrectionOut] = Field(min_length=1)
    human_review: str
    review_asked_at: datetime | None
    review_outcome: ReviewOutcome | None
    review_decided_at: datetime | None

    @classmethod
    def of(cls, notice: Notice) -> "PaymentNoticeOut":
        """Return the customer's form."""
        return cls(
            decision_id=notice.decision_id,
            outcome=notice.outcome,
            at=notice.at,
            amount=MoneyOut.of(notice.amount),
            reasons=[
                CorrectionOut(
                    code=r.code,
                    sentence=r.sentence,
                    how_to_correct=r.how_to_correct,
                    values=dict(r.values),
                )
                for r in notice.reasons
            ],
            human_review=notice.human_review,
            review_asked_at=notice.review_asked_at,
            review_outcome=notice.review_outcome,
            review_decided_at=notice.review_decided_at,
        )


class ReviewIn(Input):
    """What the customer wants the person to know."""

    message: Reason = Field(examples=["This is the deposit for my new flat"])


@router.get("/confirmations", responses=declared())
@policy("user")
async def list_confirmations(caller: CallerDep, services: ServicesDep) -> list[ConfirmationOut]:
    """Return the questions that wait for the caller's answer, the newest first, at most 20."""
    asked = await services.ledger.confirmations.waiting(caller.user_id)
    return [
        ConfirmationOut.of(q, device=device, session_id=caller.session_id) for q, device in asked
    ]


@router.get("/confirmations/{movement_id}", responses=declared(QuestionNotFoundError))
@policy("user")
async def get_confirmation(
    movement_id: MovementId, caller: CallerDep, services: ServicesDep
) -> ConfirmationOut:
    """Return one question, answered or not."""
    question, device = await services.ledger.confirmations.get(caller.user_id, movement_id)
    return ConfirmationOut.of(question, device=device, session_id=caller.session_id)


@router.post(
    "/confirmations/{movement_id}/answer",
    responses=declared(
        QuestionNotFoundError, WrongCodeError, SecondFactorNeededError, TooManyAttemptsError
    ),
)
@policy("user", rate=RateClass.WRITE)
async def answer_confirmation(
    movement_id: MovementId, body: ConfirmationAnswerIn, caller: CallerDep, services: ServicesDep
) -> ConfirmationAnswerOut:
    """Say whether it was you. `no` gives the money back and ends all log-ins, in one step.

    A repeated answer, also the opposite one, returns the first.
    """
    door = services.ledger.confirmations
    if body.was_me:
        answer = await door.confirm(caller, movement_id, code=body.code or "")
    else:
        answer = await door.deny(caller, movement_id)
    return ConfirmationAnswerOut.of(answer)


@router.get(
    "/payment-decisions/{decision_id}/notice", responses=declared(PaymentDecisionNotFoundError)
)
@policy("user")
async def get_payment_notice(
    decision_id: DecisionId, caller: CallerDep, services: ServicesDep
) -> PaymentNoticeOut:
    """Return why a payment of the caller was judged as it was, and what she can do."""
    return PaymentNoticeOut.of(await services.fraud.notices.get(caller.user_id, decision_id))


@router.post(
    "/payment-decisions/{decision_id}/review", responses=declared(PaymentDecisionNotFoundError)
)
@policy("user", rate=RateClass.WRITE)
async def ask_payment_review(
    decision_id: DecisionId, body: ReviewIn, caller: CallerDep, services: ServicesDep
) -> PaymentNoticeOut:
    """Ask a person to look at a held or refused payment; a repeat returns the first request."""
    notice = await services.fraud.notices.ask_review(
        caller.user_id, decision_id, message=body.message
    )
    return PaymentNoticeOut.of(notice)
