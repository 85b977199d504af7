"""What the routes of fraud casework take and give; all amounts exact, all times UTC."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import Field

from app.api.fields import Input, ObjectId, Reason
from app.api.shapes import MoneyOut, Out
from app.core.money import Money
from app.domains.fraud.case_types import (
    CaseEntry,
    CaseKind,
    CaseLink,
    CaseLock,
    CasePage,
    CaseState,
    CustomerAnswer,
    FraudCase,
    LinkTarget,
    Proposal,
)
from app.domains.fraud.types import FraudReason, PaymentKind

CaseId = Annotated[
    str, Path(pattern=r"^case-[0-9a-z]{26}$", examples=["case-01hzzzzzzzzzzzzzzzzzzzzzzz"])
]


class FraudReasonOut(Out):
    """One reason with its contribution to the score, when the model gave it."""

    code: str
    sentence: str
    contribution: float | None

    @classmethod
    def of(cls, reason: FraudReason) -> "FraudReasonOut":
        """Return the public form."""
        return cls(code=reason.code, sentence=reason.sentence, contribution=reason.contribution)


class FraudLockOut(Out):
    """Who works on the case until when; every act of the holder moves `until` on."""

    analyst_id: str
    claimed_at: datetime
    until: datetime
    mine: bool

    @classmethod
    def of(cls, lock: CaseLock | None, *, me: str, now: datetime) -> "FraudLockOut | None":
        """Return a living lock; a lapsed one is none."""
        if lock is None or lock.until <= now:
            return None
        return cls(
            analyst_id=lock.analyst_id,
            claimed_at=lock.claimed_at,
            until=lock.until,
            mine=lock.analyst_id == me,
        )


class FraudProposalOut(Out):
    """A release above the limit that waits for a second, different person."""

    analyst_id: str
    note: str
    at: datetime
    mine: bool

    @classmethod
    def of(cls, proposal: Proposal | None, *, me: str) -> "FraudProposalOut | None":
        """Return the staff's form."""
        if proposal is None:
            return None
        return cls(
            analyst_id=proposal.analyst_id,
            note=proposal.note,
            at=proposal.at,
            mine=proposal.analyst_id == me,
        )


class FraudCaseLinkOut(Out):
    """A related case or payment, tied by an analyst."""

    target: LinkTarget
    ref: str
    why: str
    by: str
    at: datetime

    @classmethod
    def of(cls, link: CaseLink) -> "FraudCaseLinkOut":
        """Return the staff's form."""
        return cls(target=link.target, ref=link.ref, why=link.why, by=link.by, at=link.at)


class FraudCaseOut(Out):
    """A case. `movement_id` is null for a ring and for payments that were never booked."""

    case_id: str
    case_kind: CaseKind
    movement_id: str | None
    user_id: str
    payee_id: str
    decision_id: str | None
    state: CaseState
    amount: MoneyOut
    kind: PaymentKind | None
    probability: float | None
    expected_loss: MoneyOut
    reasons: list[FraudReasonOut]
    opened_at: datetime
    due_at: datetime
    breached: bool
    escalated: bool
    needs_second: bool = Field(description="Releasing takes two people: the amount is large")
    lock: FraudLockOut | None
    proposal: FraudProposalOut | None
    customer_answer: CustomerAnswer | None
    customer_answered_at: datetime | None
    links: list[FraudCaseLinkOut]
    members: list[str]
    decided_at: datetime | None
    analyst_id: str | None
    second_id: str | None
    note: str

    @classmethod
    def of(cls, case: FraudCase, *, me: str, now: datetime, four_eyes_minor: int) -> "FraudCaseOut":
        """Return the form for the analyst `me`."""
        booked = case.kind in (CaseKind.PAYMENT, CaseKind.SAMPLE)
        return cls(
            case_id=case.case_id,
            case_kind=case.kind,
            movement_id=case.payment_id if booked else None,
            user_id=case.user_id,
            payee_id=case.payee_id,
            decision_id=case.decision_id or None,
            state=case.state,
            amount=MoneyOut.of(case.amount),
            kind=case.payment_kind,
            probability=case.probability,
            expected_loss=MoneyOut.of(Money(case.expected_loss_minor, case.amount.currency)),
            reasons=[FraudReasonOut.of(reason) for reason in case.reasons],
            opened_at=case.opened_at,
            due_at=case.due_at,
            breached=case.open and case.due_at <= now,
            escalated=case.escalated,
            needs_second=case.needs_second(four_eyes_minor=four_eyes_minor),
            lock=FraudLockOut.of(case.lock, me=me, now=now),
            proposal=FraudProposalOut.of(case.proposal, me=me),
            customer_answer=case.customer_answer,
            customer_answered_at=case.customer_answered_at,
            links=[FraudCaseLinkOut.of(link) for link in case.links],
            members=list(case.members),
            decided_at=case.decided_at,
            analyst_id=case.analyst_id,
            second_id=case.second_id,
            note=case.note,
        )


class FraudQueueOut(Out):
    """A page of the queue; pass `next_after` as `after` to read on."""

    cases: list[FraudCaseOut]
    next_after: str | None
    as_of: datetime

    @classmethod
    def of(cls, page: CasePage, *, me: str, four_eyes_minor: int) -> "FraudQueueOut":
        """Return the page for the analyst `me`."""
        return cls(
            cases=[
                FraudCaseOut.of(case, me=me, now=page.as_of, four_eyes_minor=four_eyes_minor)
                for case in page.cases
            ],
            next_after=page.next_after,
            as_of=page.as_of,
        )


class FraudCaseEntryOut(Out):
    """One line of the history. `actor` is a user id, `system` or `customer`."""

    entry_id: str
    at: datetime
    actor: str
    action: str = Field(examples=["note"])
    text: str

    @classmethod
    def of(cls, entry: CaseEntry) -> "FraudCaseEntryOut":
        """Return the staff's form."""
        return cls(
            entry_id=entry.entry_id,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            text=entry.text,
        )


class ClaimIn(Input):
    """Take a case; a reason takes a breached case out of somebody's hands."""

    take_over: bool = False
    reason: Reason | None = Field(default=None, examples=["Ada is ill, the case is late"])


class NoteIn(Input):
    """A remark for the history of the case."""

    text: Reason = Field(examples=["Called back: number unknown"])


class LinkIn(Input):
    """A related case or payment, and why."""

    target: Annotated[LinkTarget, Field(strict=False)]
    ref: Annotated[str, Field(pattern=r"^[0-9a-z-]{20,64}$")]
    why: Reason = Field(examples=["Same payee two hours earlier"])


class CaseDecisionIn(Input):
    """Release or refuse, with the reason: closing without one is impossible."""

    release: bool
    note: Reason = Field(examples=["Customer confirmed by phone"])


class SecondDecisionIn(Input):
    """The second person's word on a proposed release."""

    agree: bool
    note: Reason = Field(examples=["Checked the invoice"])


class UnmaskIn(Input):
    """Whose name and address is needed, and why; it is written to the audit log."""

    user_id: ObjectId
    reason: Reason = Field(examples=["Call back"])


class UnmaskedOut(Out):
    """A person of the case, unmasked."""

    user_id: str
    name: str
    email: str
