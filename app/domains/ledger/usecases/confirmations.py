"""The customer's answer to "was this you?", carried out in one transaction."""

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.fraud.case_types import Question, QuestionState
from app.domains.fraud.errors import QuestionNotFoundError
from app.domains.fraud.service import FraudService
from app.domains.fraud.types import PaymentKind
from app.domains.identity.service import IdentityService
from app.domains.identity.types import Caller, MailKind, StepUpAction, StepUpGrant
from app.domains.ledger.errors import JournalNotFoundError
from app.domains.ledger.events import MovementVoided
from app.domains.ledger.repository import accounts, journals
from app.domains.ledger.rules import entries
from app.domains.ledger.types import ConfirmationAnswer, Journal, JournalState


class Confirmations:
    """Yes needs a fresh code, because a stolen log-in could say it; no needs nothing."""

    def __init__(
        self, *, db: Database, clock: Clock, identity: IdentityService, fraud: FraudService
    ) -> None:
        self._db = db
        self._clock = clock
        self._identity = identity
        self._fraud = fraud

    async def waiting(self, user_id: str) -> list[tuple[Question, str]]:
        """Return a person's unanswered questions, each with the device it was made on."""
        found = await self._fraud.questions.waiting(user_id)
        return [(question, await self._device(question)) for question in found]

    async def get(self, user_id: str, payment_id: str) -> tuple[Question, str]:
        """Return one question with its device. Raises QuestionNotFoundError."""
        question = await self._fraud.questions.get(user_id, payment_id)
        return question, await self._device(question)

    async def _device(self, question: Question) -> str:
        return await self._identity.sign_out.device_of(question.user_id, question.session_id)

    async def confirm(self, caller: Caller, payment_id: str, *, code: str) -> ConfirmationAnswer:
        """Keep a yes, proved by a fresh code.

        A payment that waits for a code gets its grant and goes on by the ordinary gate; a held
        one stays with the analyst, who sees the answer. A repeat returns the first answer.
        Raises QuestionNotFoundError, WrongCodeError, SecondFactorNeededError,
        TooManyAttemptsError.
        """
        question = await self._fraud.questions.get(caller.user_id, payment_id)
        if question.state is not QuestionState.ASKED:
            return await self._answer(caller.user_id, payment_id, first=False)
        grant: StepUpGrant | None = None
        if question.held or question.action is None:
            await self._identity.require_code(caller.user_id, code=code)
        else:
            grant = await self._identity.grant_step_up(
                caller,
                action=StepUpAction(question.action),
                params=dict(question.params),
                code=code,
            )
        now = self._clock.now()

        async def work(tx: Transaction) -> bool:
            kept = await self._fraud.questions.confirm(tx, question, at=now)
            if kept:
                tx.audit("payment.confirmed", actor=caller.user_id, object_id=payment_id)
            return kept

        kept = await self._db.transaction(work)
        answer = await self._answer(caller.user_id, payment_id, first=kept)
        return ConfirmationAnswer(answer.question, answer.movement_state, kept, grant)

    async def deny(self, caller: Caller, payment_id: str) -> ConfirmationAnswer:
        """Keep a no: money back, all login sessions over, a case first in line; all or nothing.

        A payment that was booked meanwhile cannot be called back, the rest happens all the
        same. A repeat returns the first answer. Raises QuestionNotFoundError.
        """
        question = await self._fraud.questions.get(caller.user_id, payment_id)
        return await self._denied(caller, question, asked=True)

    async def dispute(self, caller: Caller, payment_id: str) -> ConfirmationAnswer:
        """Keep that a payment was not hers, also when nobody asked; all that `deny` does follows.

        Raises JournalNotFoundError, also for what she did not start.
        """
        try:
            question = await self._fraud.questions.get(caller.user_id, payment_id)
        except QuestionNotFoundError:
            journal = await journals.find(self._db, payment_id)
            if journal is None or journal.owner != caller.user_id:
                raise JournalNotFoundError from None
            return await self._denied(caller, self._unasked(caller, journal), asked=False)
        return await self._denied(caller, question, asked=True)

    def _unasked(self, caller: Caller, journal: Journal) -> Question:
        return Question(
            payment_id=journal.journal_id,
            user_id=caller.user_id,
            payee_id=journal.counterparty,
            decision_id=journal.decision_id,
            state=QuestionState.ASKED,
            held=journal.state is JournalState.HELD,
            amount=journal.amount,
            payment_kind=PaymentKind(journal.kind.value),
            reasons=(),
            session_id=caller.session_id,
            action=None,
            params=(),
            asked_at=self._clock.now(),
            answered_at=None,
        )

    async def _denied(
        self, caller: Caller, question: Question, *, asked: bool
    ) -> ConfirmationAnswer:
        payment_id, now = question.payment_id, self._clock.now()

        async def work(tx: Transaction) -> bool:
            if not asked:
                await self._fraud.questions.put(tx, question)
            if not await self._fraud.questions.deny(tx, question, at=now):
                return False
            journal = await journals.find(tx, payment_id)
            if journal is not None and journal.state is JournalState.HELD:
                await journals.advance(
                    tx, payment_id, present=JournalState.HELD, to=JournalState.VOIDED, at=now
                )
                for leg in entries.net(journal.legs):
                    if leg.amount < 0:
                        await accounts.give_back(tx, leg)
                tx.publish(MovementVoided(payment_id))
            await self._identity.sign_out.end_all(tx, caller.user_id, at=now, why="denied_payment")
            tx.audit("payment.denied", actor=caller.user_id, object_id=payment_id)
            return True

        first = await self._db.transaction(work)
        if first:
            await self._identity.sign_out.bury(caller.user_id, since=now)
        return await self._answer(caller.user_id, payment_id, first=first)

    async def write_letter(self, payment_id: str, *, mail_id: str) -> None:
        """Write the question's letter unless it was answered (job of CustomerAsked)."""
        question = await self._fraud.questions.find(payment_id)
        if question is None or question.state is not QuestionState.ASKED:
            return
        amount = f"{question.amount.decimal_string()} {question.amount.currency}"
        facts = {"amount": amount, "code": payment_id}
        await self._identity.post_office.write(
            question.user_id, MailKind.WAS_THIS_YOU, facts, mail_id=mail_id
        )

    async def _answer(self, user_id: str, payment_id: str, *, first: bool) -> ConfirmationAnswer:
        question = await self._fraud.questions.get(user_id, payment_id)
        journal = await journals.find(self._db, payment_id)
        return ConfirmationAnswer(question, journal.state if journal else None, first, grant=None)
