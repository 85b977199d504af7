"""Cases: opened with the payment, locked by one analyst, decided once, above a limit by two."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from app.core.clock import Clock
from app.core.db import Database
from app.core.ids import new_id, new_ulid
from app.core.uow import Transaction
from app.domains.fraud.case_types import (
    OPEN_STATES,
    CaseEntry,
    CaseKind,
    CaseLink,
    CasePage,
    CustomerAnswer,
    FraudCase,
    LinkTarget,
    QuestionState,
    QueueQuery,
)
from app.domains.fraud.errors import (
    CaseFullError,
    FraudCaseNotFoundError,
    FraudCaseTakenError,
    LinkTargetNotFoundError,
    OwnPaymentError,
    PaymentBlockedError,
)
from app.domains.fraud.events import CustomerAsked
from app.domains.fraud.repository import cases, entries, history, questions
from app.domains.fraud.rules import casework as rules
from app.domains.fraud.types import Verdict
from app.domains.fraud.usecases.decisions import Decisions
from app.domains.fraud.usecases.opening import SYSTEM, ask, case_of, opening, read
from app.domains.fraud.usecases.questions import question_of
from app.domains.identity.service import IdentityService
from app.domains.identity.types import Caller, UserView

Act = Callable[[Transaction, FraudCase], Awaitable[None]]


class Cases:
    """The analysts' room. Each act takes a free case, or prolongs the lock one has."""

    def __init__(
        self, *, db: Database, clock: Clock, identity: IdentityService, four_eyes_minor: int
    ) -> None:
        self._db = db
        self._clock = clock
        self._identity = identity
        self._decisions = Decisions(
            db=db, clock=clock, identity=identity, four_eyes_minor=four_eyes_minor
        )
        self.four_eyes_minor = four_eyes_minor

    async def open(self, tx: Transaction, verdict: Verdict) -> None:
        """Open the case of a held payment, and its question, in the transaction that holds it.

        Raises PaymentBlockedError when its customer said before that it is not hers.
        """
        case = case_of(verdict, CaseKind.PAYMENT)
        earlier = await cases.of_payment(tx, case.payment_id)
        if earlier is None:
            await cases.insert(tx, case)
            await entries.add(tx, case.case_id, opening(case))
        elif earlier.customer_answer is CustomerAnswer.NO:
            raise PaymentBlockedError(decision_id=earlier.decision_id)
        else:
            # It was refused before, and she asked a person to look: one payment, one case.
            await cases.become_held(tx, earlier.case_id, case)
            held = CaseEntry(f"held-{case.decision_id}", case.opened_at, SYSTEM, "held", "")
            await entries.add(tx, earlier.case_id, held)
        await ask(tx, question_of(verdict, held=True))

    async def end(self, tx: Transaction, payment_id: str, *, at: datetime) -> None:
        """Close a payment's open case, if it has one: its hold ended without a decision."""
        await cases.expire(tx, payment_id, at=at)
        await questions.answer(
            tx,
            payment_id,
            state=QuestionState.SETTLED,
            present=frozenset({QuestionState.ASKED}),
            at=at,
        )

    async def page(self, query: QueueQuery) -> CasePage:
        """Return a page of the queue, the largest expected loss first."""
        now = self._clock.now()
        found = await cases.page(self._db, query, now=now)
        full = len(found) == query.limit
        after = f"{found[-1].expected_loss_minor}.{found[-1].case_id}" if full else None
        return CasePage(tuple(found), after, now)

    async def queue(self) -> list[FraudCase]:
        """Return the open cases, the largest expected loss first, at most 100."""
        query = QueueQuery(OPEN_STATES, None, None, breached=False, limit=100, after=None)
        return list((await self.page(query)).cases)

    async def get(self, case_id: str) -> FraudCase:
        """Return a case. Raises FraudCaseNotFoundError."""
        found = await cases.find(self._db, case_id)
        if found is None:
            raise FraudCaseNotFoundError
        return found

    async def timeline(self, case_id: str) -> list[CaseEntry]:
        """Return a case's history, the oldest first. Raises FraudCaseNotFoundError."""
        await self.get(case_id)
        return await entries.of_case(self._db, case_id)

    async def claim(
        self, case_id: str, *, analyst_id: str, take_over_reason: str | None = None
    ) -> FraudCase:
        """Lock a case for 15 minutes, or prolong the lock; of any number at once one wins.

        With a reason a late case is taken out of somebody's hands. Raises
        FraudCaseNotFoundError, OwnPaymentError, CaseClosedError, FraudCaseTakenError.
        """
        now = self._clock.now()
        entry_id = new_ulid(now)

        async def work(tx: Transaction) -> None:
            case = await read(tx, case_id)
            action, text = "claimed", ""
            try:
                rules.may_work(case, analyst_id, now=now)
            except FraudCaseTakenError:
                if take_over_reason is None or not rules.may_take_over(case, now=now):
                    raise
                action, text = "taken_over", take_over_reason
            mine = case.lock is not None and case.lock.analyst_id == analyst_id
            fresh = not mine or case.lock is None or case.lock.until <= now
            await cases.lock(tx, case_id, rules.held_lock(case, analyst_id, now=now))
            if fresh:
                tx.audit(f"fraud_case.{action}", actor=analyst_id, object_id=case_id, reason=text)
                await entries.add(tx, case_id, CaseEntry(entry_id, now, analyst_id, action, text))

        await self._db.transaction(work)
        return await self.get(case_id)

    async def unclaim(self, case_id: str, *, analyst_id: str) -> FraudCase:
        """Give a case back; one that nobody holds stays as it is.

        Raises FraudCaseNotFoundError, FraudCaseTakenError when it is somebody else's.
        """
        now = self._clock.now()
        entry_id = new_ulid(now)

        async def work(tx: Transaction) -> None:
            case = await read(tx, case_id)
            if case.lock is None or case.lock.until <= now:
                return
            if case.lock.analyst_id != analyst_id:
                raise FraudCaseTakenError(holder=case.lock.analyst_id, until=case.lock.until)
            await cases.lock(tx, case_id, None)
            await entries.add(tx, case_id, CaseEntry(entry_id, now, analyst_id, "given_back", ""))

        await self._db.transaction(work)
        return await self.get(case_id)

    async def note(self, case_id: str, *, analyst_id: str, text: str) -> FraudCase:
        """Write a remark. Raises what `claim` raises, and CaseFullError."""
        return await self._act(case_id, analyst_id, "note", text)

    async def link(
        self, case_id: str, *, analyst_id: str, target: LinkTarget, ref: str, why: str
    ) -> FraudCase:
        """Tie a related case or payment; a repeat changes nothing.

        Raises LinkTargetNotFoundError, CaseFullError, and what `claim` raises.
        """
        known = (
            await cases.find(self._db, ref) is not None
            if target is LinkTarget.CASE
            else await history.payment_known(self._db, ref)
        )
        if not known or ref == case_id:
            raise LinkTargetNotFoundError
        present = await self.get(case_id)
        if any(link.target is target and link.ref == ref for link in present.links):
            return present
        made = CaseLink(target, ref, why, analyst_id, self._clock.now())

        async def act(tx: Transaction, case: FraudCase) -> None:
            if len(case.links) >= rules.LINKS_MAX:
                raise CaseFullError
            await cases.add_link(tx, case_id, made)

        return await self._act(case_id, analyst_id, "linked", f"{target.value} {ref}: {why}", act)

    async def escalate(self, case_id: str, *, analyst_id: str, reason: str) -> FraudCase:
        """Make a case urgent and give it back to the queue. Raises what `note` raises."""
        due = self._clock.now() + rules.ESCALATED_DUE

        async def act(tx: Transaction, case: FraudCase) -> None:
            changes = {"escalated": True, "due_at": min(case.due_at, due), "lock": None}
            await cases.change(tx, case_id, changes)

        return await self._act(case_id, analyst_id, "escalated", reason, act)

    async def ask(self, case_id: str, *, analyst_id: str) -> FraudCase:
        """Send the customer her question again, at most once an hour; an answered one stays.

        Raises what `note` raises.
        """
        now = self._clock.now()
        mail_id = new_id()
        before = await self.timeline(case_id)
        if any(e.action == "asked" and now - e.at < rules.ASK_AGAIN_AFTER for e in before):
            return await self.get(case_id)

        async def act(tx: Transaction, case: FraudCase) -> None:
            question = await questions.find(tx, case.payment_id)
            if question is not None and question.state is QuestionState.ASKED:
                tx.publish(CustomerAsked(case.payment_id, mail_id))

        return await self._act(case_id, analyst_id, "asked", "", act)

    async def decide(
        self, case_id: str, *, caller: Caller, release: bool, note: str, grant: str | None
    ) -> FraudCase:
        """Close a case with a reason, or propose its release (see Decisions.decide)."""
        await self._decisions.decide(
            case_id, caller=caller, release=release, note=note, grant=grant
        )
        return await self.get(case_id)

    async def second(
        self, case_id: str, *, caller: Caller, agree: bool, note: str, grant: str | None
    ) -> FraudCase:
        """Confirm a colleague's proposal or turn it down (see Decisions.second)."""
        await self._decisions.second(case_id, caller=caller, agree=agree, note=note, grant=grant)
        return await self.get(case_id)

    async def unmask(self, case_id: str, *, analyst_id: str, user_id: str, reason: str) -> UserView:
        """Return who a person of the case is; it is written to the audit log first.

        Raises FraudCaseNotFoundError for an unknown case or a person who is not of it,
        OwnPaymentError.
        """
        case = await self.get(case_id)
        if user_id not in case.people() - {""}:
            raise FraudCaseNotFoundError
        if analyst_id in case.people():
            raise OwnPaymentError
        now = self._clock.now()
        entry_id = new_ulid(now)

        async def work(tx: Transaction) -> None:
            tx.audit(
                "fraud_case.unmasked",
                actor=analyst_id,
                object_id=case_id,
                reason=reason,
                after={"user": user_id},
            )
            text = f"{user_id}: {reason}"
            await entries.add(tx, case_id, CaseEntry(entry_id, now, analyst_id, "unmasked", text))

        view = await self._identity.get_user_view(user_id)
        await self._db.transaction(work)
        return view

    async def _act(
        self, case_id: str, analyst_id: str, action: str, text: str, act: Act | None = None
    ) -> FraudCase:
        """Do something to a case that is mine or free, with a line in its history."""
        now = self._clock.now()
        entry_id = new_ulid(now)
        if len(await self.timeline(case_id)) >= rules.NOTES_MAX:
            raise CaseFullError

        async def work(tx: Transaction) -> None:
            case = await read(tx, case_id)
            rules.may_work(case, analyst_id, now=now)
            await cases.lock(tx, case_id, rules.held_lock(case, analyst_id, now=now))
            if act is not None:
                await act(tx, case)
            tx.audit(f"fraud_case.{action}", actor=analyst_id, object_id=case_id)
            await entries.add(tx, case_id, CaseEntry(entry_id, now, analyst_id, action, text))

        await self._db.transaction(work)
        return await self.get(case_id)
