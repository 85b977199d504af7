"""The end of a case: refused by one person, released by one or, above a limit, by two."""

from datetime import datetime

from app.core.clock import Clock
from app.core.db import Database
from app.core.ids import new_ulid
from app.core.uow import Transaction
from app.domains.fraud.case_types import (
    CaseEntry,
    CaseKind,
    CaseState,
    CustomerAnswer,
    FraudCase,
    Proposal,
    QuestionState,
)
from app.domains.fraud.errors import (
    CaseClosedError,
    CustomerDeniedError,
    NotProposedError,
    SecondPersonError,
)
from app.domains.fraud.events import CaseRejected, CaseReleased, PaymentLabelled, RingRefused
from app.domains.fraud.repository import cases, entries, events, history, questions
from app.domains.fraud.rules import casework as rules
from app.domains.fraud.usecases.opening import read
from app.domains.identity.service import IdentityService
from app.domains.identity.types import Caller, StepUpAction


class Decisions:
    """Everything a decision does happens in one transaction: grant, state, label, event."""

    def __init__(
        self, *, db: Database, clock: Clock, identity: IdentityService, four_eyes_minor: int
    ) -> None:
        self._db = db
        self._clock = clock
        self._identity = identity
        self._four_eyes_minor = four_eyes_minor

    async def decide(
        self, case_id: str, *, caller: Caller, release: bool, note: str, grant: str | None
    ) -> None:
        """Close a case with a reason; a release above the limit is proposed instead.

        A proposed release may still be refused by anybody: that is the safe direction. Raises
        FraudCaseNotFoundError, OwnPaymentError, CaseClosedError, FraudCaseTakenError,
        CustomerDeniedError, SecondPersonError, StepUpRequiredError.
        """
        now = self._clock.now()
        entry_id = new_ulid(now)

        async def work(tx: Transaction) -> None:
            case = await read(tx, case_id)
            rules.may_work(case, caller.user_id, now=now)
            if release:
                _require_releasable(case)
            await self._consume(tx, caller, case_id, "release" if release else "refuse", grant)
            if release and case.needs_second(four_eyes_minor=self._four_eyes_minor):
                await cases.propose(tx, case_id, Proposal(caller.user_id, note, now))
                await _say(
                    tx,
                    case,
                    caller,
                    CaseEntry(entry_id, now, caller.user_id, "proposed_release", note),
                )
                return
            await self._close(tx, case, caller, release=release, note=note, at=now)
            action = "released" if release else "rejected"
            await _say(tx, case, caller, CaseEntry(entry_id, now, caller.user_id, action, note))

        await self._db.transaction(work)

    async def second(
        self, case_id: str, *, caller: Caller, agree: bool, note: str, grant: str | None
    ) -> None:
        """Release what a colleague proposed, or send the case back to the queue.

        Raises NotProposedError, SecondPersonError for the proposer, and what `decide` raises.
        """
        now = self._clock.now()
        entry_id = new_ulid(now)

        async def work(tx: Transaction) -> None:
            case = await read(tx, case_id)
            rules.may_work(case, caller.user_id, now=now)
            proposal = case.proposal
            if case.state is not CaseState.AWAITING_SECOND or proposal is None:
                raise NotProposedError
            if proposal.analyst_id == caller.user_id:
                raise SecondPersonError
            if agree and case.customer_answer is CustomerAnswer.NO:
                raise CustomerDeniedError
            await self._consume(tx, caller, case_id, "agree" if agree else "disagree", grant)
            if agree:
                await self._close(tx, case, caller, release=True, note=proposal.note, at=now)
            else:
                await cases.propose(tx, case_id, None)
            action = "confirmed_release" if agree else "turned_down"
            await _say(tx, case, caller, CaseEntry(entry_id, now, caller.user_id, action, note))

        await self._db.transaction(work)

    async def _consume(
        self, tx: Transaction, caller: Caller, case_id: str, decision: str, grant: str | None
    ) -> None:
        await self._identity.consume_step_up(
            tx,
            user_id=caller.user_id,
            session_id=caller.session_id,
            grant=grant,
            action=StepUpAction.CASE_DECISION,
            params={"case": case_id, "decision": decision},
        )

    async def _close(
        self,
        tx: Transaction,
        case: FraudCase,
        caller: Caller,
        *,
        release: bool,
        note: str,
        at: datetime,
    ) -> None:
        proposer = case.proposal.analyst_id if case.proposal and release else None
        closed = await cases.close(
            tx,
            case.case_id,
            state=CaseState.RELEASED if release else CaseState.REJECTED,
            analyst_id=proposer or caller.user_id,
            second_id=caller.user_id if proposer else None,
            note=note,
            at=at,
        )
        if not closed:
            raise CaseClosedError
        await _label(tx, case, fraud=not release, at=at)
        if case.kind is CaseKind.PAYMENT:
            await questions.answer(
                tx,
                case.payment_id,
                state=QuestionState.SETTLED,
                present=frozenset({QuestionState.ASKED}),
                at=at,
            )
            event = CaseReleased if release else CaseRejected
            tx.publish(event(case.case_id, case.payment_id))


async def _label(tx: Transaction, case: FraudCase, *, fraud: bool, at: datetime) -> None:
    """Keep the outcome as a label known from now on; a confirmed ring labels its payments.

    A refused payment has no event to label: what a person found out stands in its case.
    """
    if case.kind is not CaseKind.RING:
        booked = await events.set_label(tx, case.payment_id, fraud=fraud, known_at=at)
        if booked and case.kind is not CaseKind.PAYMENT:
            tx.publish(PaymentLabelled(case.case_id, case.payment_id))
    elif fraud:
        for payment_id in await history.inside(tx, list(case.members), until=at):
            await events.set_label(tx, payment_id, fraud=True, known_at=at)
        tx.publish(RingRefused(case.case_id))


def _require_releasable(case: FraudCase) -> None:
    if case.customer_answer is CustomerAnswer.NO:
        raise CustomerDeniedError
    if case.state is CaseState.AWAITING_SECOND:
        raise SecondPersonError("confirm or turn down the proposal instead")


async def _say(tx: Transaction, case: FraudCase, caller: Caller, entry: CaseEntry) -> None:
    tx.audit(
        f"fraud_case.{entry.action}",
        actor=caller.user_id,
        object_id=case.case_id,
        reason=entry.text,
    )
    await entries.add(tx, case.case_id, entry)
