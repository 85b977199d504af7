"""A payment drawn at random gets one case: it teaches a label and touches nothing else."""

import asyncio
from datetime import timedelta

import pytest

from app.core.store import Document
from app.domains.fraud.case_types import (
    CaseKind,
    CaseState,
    CustomerAnswer,
    FraudCase,
    QuestionState,
)
from app.domains.fraud.errors import CustomerDeniedError, PaymentBlockedError
from app.domains.fraud.repository import events
from app.domains.fraud.repository.events import Side
from app.domains.fraud.rules.casework import SAMPLE_DUE
from app.domains.fraud.types import PaymentKind
from app.domains.fraud.usecases.training_rows import TrainingRows
from app.domains.identity.errors import StepUpRequiredError
from app.domains.identity.types import Role, StepUpAction
from app.domains.ledger.types import Journal, JournalState
from app.ml.features import fraud_state
from app.ml.features.fraud import terminal_key
from tests.factories.cases import caller_of, carry_out, case_of, decide, open_samples
from tests.factories.ledger import Bank, build_bank

pytestmark = pytest.mark.row("FC7")
UNSURE, HELD = 0.1, 0.5


@pytest.fixture(params=[False, True], ids=["calm", "first attempt lost"])
def bank(request: pytest.FixtureRequest) -> Bank:
    return build_bank(abort_first=request.param, review_share=1.0)


async def drawn(bank: Bank, minor: int = 800) -> tuple[Journal, FraudCase]:
    """Book a payment that is drawn; the deposit before it is drawn too."""
    await bank.deposit("ada", minor)
    journal = await bank.transfer("ada", "bo", minor)
    await open_samples(bank)
    return journal, await case_of(bank, journal.journal_id)


async def event_of(bank: Bank, payment_id: str) -> Document:
    (row,) = await bank.db.find_many("fraud_events", {"_id": payment_id}, limit=1)
    found: Document = row
    return found


async def state_label(bank: Bank, payment_id: str) -> tuple[int, int]:
    """Return (fraud, known at in seconds) as the payee's next screening reads it."""
    row = await event_of(bank, payment_id)
    packed = await events.packed(bank.db, Side.PAYEE, row["payee"], at=bank.clock.now())
    number = fraud_state.payment_number(payment_id)
    (line,) = [r for r in fraud_state.table(packed) if int(r["id"]) == number]
    flags = int(line["flags"])
    assert flags & fraud_state.LABELLED
    return int(bool(flags & fraud_state.FRAUD)), int(line["known_at"])


async def exported(bank: Bank, journal: Journal) -> list[bool | None]:
    """Return the payment's label in the next training export."""
    rows = TrainingRows(db=bank.db, clock=bank.clock)
    payee = terminal_key(await bank.person("bo"))
    return [row.is_fraud async for row in rows.day(journal.at.date()) if row.terminal_id == payee]


async def code_for(bank: Bank, minor: int = 800) -> str:
    params: dict[str, str | int] = {
        "amount_minor": minor, "currency": "USD", "payee": await bank.person("bo"),
    }  # fmt: skip
    return await bank.grant("ada", StepUpAction.TRANSFER, params)


class TestOpen:
    async def test_drawn_payment_is_booked_and_gets_one_case_however_often(
        self, bank: Bank
    ) -> None:
        journal, case = await drawn(bank)
        assert journal.state is JournalState.POSTED
        assert (case.kind, case.state) == (CaseKind.SAMPLE, CaseState.OPEN)
        assert case.due_at == case.opened_at + SAMPLE_DUE
        assert await open_samples(bank) == 0
        lines = await bank.fraud.cases.timeline(case.case_id)
        assert [line.action for line in lines] == ["opened"]
        assert await bank.fraud.questions.find(journal.journal_id) is None
        assert "fraud.customer_asked.v1" not in [e.name for e in bank.db.published]
        assert await bank.balance("bo") == (800, 800)

    async def test_five_at_once_open_one(self, bank: Bank) -> None:
        await bank.deposit("ada", 800)
        journal = await bank.transfer("ada", "bo", 800)
        made = await asyncio.gather(
            *(bank.fraud.samples.open(journal.decision_id) for _ in range(5))
        )
        assert sum(made) == 1

    async def test_repeated_payment_is_drawn_once(self, bank: Bank) -> None:
        await bank.deposit("ada", 800)
        for _ in range(2):
            await bank.transfer("ada", "bo", 800, key="k")
        sampled = [e for e in bank.db.published if e.name == "fraud.review_sampled.v1"]
        assert len(sampled) == 2  # the deposit and the transfer

    async def test_what_is_not_drawn_or_not_booked_gets_none(self) -> None:
        plain = build_bank()
        await plain.deposit("ada", 800)
        await plain.transfer("ada", "bo", 800)
        refused = build_bank(review_share=1.0)
        await refused.deposit("ada", 800)
        for probability, error in ((0.95, PaymentBlockedError), (UNSURE, StepUpRequiredError)):
            refused.scorer.probability = probability
            with pytest.raises(error):
                await refused.transfer("ada", "bo", 800)
        refused.scorer.probability = HELD
        held = await refused.transfer("ada", "bo", 800)
        for bank in (plain, refused):
            await open_samples(bank)
            found = await bank.fraud.cases.queue()
            sampled = [case.payment_kind for case in found if case.kind is CaseKind.SAMPLE]
            assert sampled == ([PaymentKind.DEPOSIT] if bank is refused else [])
        assert (await case_of(refused, held.journal_id)).kind is CaseKind.PAYMENT
        assert await plain.fraud.samples.open("no-such-decision") is False


class TestDecide:
    @pytest.mark.parametrize("release", [True, False], ids=["legit", "fraud"])
    async def test_writes_the_label_and_moves_nothing(self, bank: Bank, release: bool) -> None:
        journal, case = await drawn(bank)
        before = await event_of(bank, journal.journal_id)
        assert (before["label"], before["known_at"]) == (None, None)
        assert await exported(bank, journal) == [None]
        bank.clock.advance(3600)
        closed = await decide(bank, case.case_id, "ann", release=release)
        row = await event_of(bank, journal.journal_id)
        assert (row["label"], row["known_at"]) == (not release, closed.decided_at)
        known = int(bank.clock.now().timestamp())
        assert await state_label(bank, journal.journal_id) == (int(not release), known)
        assert await exported(bank, journal) == [not release]
        assert await carry_out(bank) == 0
        names = [event.name for event in bank.db.published]
        assert names.count("fraud.payment_labelled.v1") == 1
        assert await bank.balance("bo") == (800, 800)
        assert await bank.problems() == []

    async def test_large_sample_takes_one_person(self) -> None:
        bank = build_bank(review_share=1.0)
        _, case = await drawn_large(bank)
        assert not case.needs_second(four_eyes_minor=bank.fraud.cases.four_eyes_minor)
        closed = await decide(bank, case.case_id, "ann", release=True)
        assert closed.state is CaseState.RELEASED


async def drawn_large(bank: Bank) -> tuple[Journal, FraudCase]:
    minor = 1_200_000
    await bank.deposit("ada", minor)
    grant = await code_for(bank, minor)
    journal = await bank.transfer("ada", "bo", minor, grant=grant)
    await open_samples(bank)
    return journal, await case_of(bank, journal.journal_id)


class TestMeetings:
    """One payment has one case, whatever comes first."""

    async def stepped_up(self, bank: Bank) -> str:
        await bank.deposit("ada", 800)
        bank.scorer.probability = UNSURE
        with pytest.raises(StepUpRequiredError) as asked:
            await bank.transfer("ada", "bo", 800, key="k")
        return str(asked.value.fields["decision_id"])

    async def test_no_after_the_money_left_makes_the_sample_urgent(self, bank: Bank) -> None:
        await self.stepped_up(bank)
        journal = await bank.transfer("ada", "bo", 800, key="k", grant=await code_for(bank))
        await open_samples(bank)
        case = await case_of(bank, journal.journal_id)
        assert case.kind is CaseKind.SAMPLE
        question = await bank.fraud.questions.find(journal.journal_id)
        assert question is not None
        assert question.state is QuestionState.SETTLED
        ada = caller_of(await bank.person("ada"), Role.USER)
        answer = await bank.ledger.confirmations.deny(ada, journal.journal_id)
        assert answer.movement_state is JournalState.POSTED
        case = await case_of(bank, journal.journal_id)
        assert (case.customer_answer, case.escalated) == (CustomerAnswer.NO, True)
        assert case.due_at <= bank.clock.now() + timedelta(hours=1)
        with pytest.raises(CustomerDeniedError):
            await decide(bank, case.case_id, "ann", release=True)
        await decide(bank, case.case_id, "ann", release=False)
        assert (await event_of(bank, journal.journal_id))["label"] is True
        question = await bank.fraud.questions.find(journal.journal_id)
        assert question is not None
        assert question.state is QuestionState.DENIED

    async def test_no_before_the_sample_is_opened_leaves_the_denied_case(self, bank: Bank) -> None:
        await self.stepped_up(bank)
        journal = await bank.transfer("ada", "bo", 800, key="k", grant=await code_for(bank))
        ada = caller_of(await bank.person("ada"), Role.USER)
        await bank.ledger.confirmations.deny(ada, journal.journal_id)
        await open_samples(bank)
        case = await case_of(bank, journal.journal_id)
        assert case.kind is CaseKind.DENIED
        await decide(bank, case.case_id, "ann", release=False)
        assert (await event_of(bank, journal.journal_id))["label"] is True

    async def test_review_asked_before_the_code_labels_the_booked_payment(self, bank: Bank) -> None:
        decision_id = await self.stepped_up(bank)
        ada = await bank.person("ada")
        await bank.fraud.notices.ask_review(ada, decision_id, message="my rent")
        journal = await bank.transfer("ada", "bo", 800, key="k", grant=await code_for(bank))
        await open_samples(bank)
        case = await case_of(bank, journal.journal_id)
        assert (case.kind, case.case_id) == (CaseKind.REVIEW, f"case-{decision_id}")
        await decide(bank, case.case_id, "ann", release=True)
        assert (await event_of(bank, journal.journal_id))["label"] is False

    async def test_hold_after_a_review_was_asked_takes_over_its_case(self, bank: Bank) -> None:
        decision_id = await self.stepped_up(bank)
        ada = await bank.person("ada")
        await bank.fraud.notices.ask_review(ada, decision_id, message="my rent")
        bank.scorer.probability = HELD
        journal = await bank.transfer("ada", "bo", 800, key="k", grant=await code_for(bank))
        assert journal.state is JournalState.HELD
        case = await case_of(bank, journal.journal_id)
        assert (case.kind, case.decision_id) == (CaseKind.PAYMENT, journal.decision_id)
        assert case.review_asked_at is not None
        lines = await bank.fraud.cases.timeline(case.case_id)
        assert [line.action for line in lines] == ["review_asked", "held"]
        await decide(bank, case.case_id, "ann", release=True)
        await carry_out(bank)
        assert await bank.balance("bo") == (800, 800)

    async def test_hold_of_a_payment_she_denied_is_refused(self, bank: Bank) -> None:
        await self.stepped_up(bank)
        ada = caller_of(await bank.person("ada"), Role.USER)
        waiting = await bank.ledger.confirmations.waiting(ada.user_id)
        await bank.ledger.confirmations.deny(ada, waiting[0][0].payment_id)
        bank.scorer.probability = HELD
        with pytest.raises(PaymentBlockedError):
            await bank.transfer("ada", "bo", 800, key="k")
        assert await bank.balance("ada") == (800, 800)
