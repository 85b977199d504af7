""" "Was this you?": no stops everything in one step, yes goes on by the ordinary gate."""

from datetime import timedelta

import pyotp
import pytest

from app.domains.fraud.case_types import CaseKind, CaseState, CustomerAnswer, QuestionState
from app.domains.fraud.errors import (
    CustomerDeniedError,
    PaymentBlockedError,
    QuestionNotFoundError,
)
from app.domains.identity.errors import StepUpRequiredError, WrongCodeError
from app.domains.identity.types import Caller, MailKind, Role
from app.domains.ledger.types import JournalState
from tests.factories.cases import caller_of, carry_out, case_of, decide
from tests.factories.ledger import Bank, build_bank

HELD, UNSURE = 0.5, 0.1
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(params=[False, True], ids=["calm", "first attempt lost"])
def bank(request: pytest.FixtureRequest) -> Bank:
    return build_bank(abort_first=request.param)


async def held(bank: Bank) -> str:
    await bank.deposit("ada", 800)
    bank.scorer.probability = HELD
    return (await bank.transfer("ada", "bo", 800)).journal_id


async def stepped_up(bank: Bank) -> str:
    """Try a payment that wants a code; return its id."""
    await bank.deposit("ada", 800)
    bank.scorer.probability = UNSURE
    with pytest.raises(StepUpRequiredError):
        await bank.transfer("ada", "bo", 800, key="k")
    waiting = await bank.ledger.confirmations.waiting(await bank.person("ada"))
    return waiting[0][0].payment_id


async def ada(bank: Bank) -> Caller:
    return caller_of(await bank.person("ada"), Role.USER)


def code(bank: Bank) -> str:
    return pyotp.TOTP(SECRET).at(bank.clock.now())


async def sessions_alive(bank: Bank, user_id: str) -> int:
    return len(await bank.house.identity.sign_out.devices(user_id))


async def signed_in(bank: Bank) -> None:
    """Give ada a login session that can be ended."""
    now, user = bank.clock.now(), await bank.person("ada")
    row = {
        "_id": "s1", "user": user, "device_id": "d", "device": "Firefox on Linux",
        "address": "10.0.0.0/24", "amr": ["pwd"], "auth_time": now, "transport": "body",
        "family": {"current": "x", "previous": None, "rotated_at": now, "sealed": None},
        "created_at": now, "last_seen_at": now, "absolute_at": now + timedelta(days=1),
        "expires_at": now + timedelta(days=1),
    }  # fmt: skip
    await bank.db.insert_one("login_sessions", row)


@pytest.mark.row("FC12")
class TestNo:
    async def test_gives_back_signs_out_and_marks_the_case_in_one_transaction(
        self, bank: Bank
    ) -> None:
        payment_id = await held(bank)
        await signed_in(bank)
        caller = await ada(bank)
        before = bank.db.transactions_total
        answer = await bank.ledger.confirmations.deny(caller, payment_id)
        assert bank.db.transactions_total == before + 1
        assert answer.first
        assert answer.movement_state is JournalState.VOIDED
        assert answer.question.state is QuestionState.DENIED
        assert await bank.balance("ada") == (800, 800)
        assert await sessions_alive(bank, caller.user_id) == 0
        case = await case_of(bank, payment_id)
        assert (case.state, case.customer_answer) == (CaseState.OPEN, CustomerAnswer.NO)
        assert case.escalated
        assert case.expected_loss_minor == 800
        names = [event.name for event in bank.db.published]
        assert names.count("ledger.movement_voided.v1") == 1
        assert names.count("identity.sessions_revoked.v1") == 1
        assert await bank.problems() == []

    async def test_repeat_and_change_of_mind_return_the_first_answer(self, bank: Bank) -> None:
        payment_id = await held(bank)
        caller = await ada(bank)
        await bank.ledger.confirmations.deny(caller, payment_id)
        for again in (
            await bank.ledger.confirmations.deny(caller, payment_id),
            await bank.ledger.confirmations.confirm(caller, payment_id, code="000000"),
        ):
            assert not again.first
            assert again.question.state is QuestionState.DENIED
        assert await bank.balance("ada") == (800, 800)

    async def test_denied_payment_cannot_be_released_but_closed_with_a_label(
        self, bank: Bank
    ) -> None:
        payment_id = await held(bank)
        await bank.ledger.confirmations.deny(await ada(bank), payment_id)
        case = await case_of(bank, payment_id)
        with pytest.raises(CustomerDeniedError):
            await decide(bank, case.case_id, "ann", release=True)
        closed = await decide(bank, case.case_id, "ann", release=False)
        await carry_out(bank)
        assert closed.state is CaseState.REJECTED
        assert await bank.balance("ada") == (800, 800)
        assert await bank.problems() == []

    async def test_no_between_release_and_its_job_still_stops_the_money(self, bank: Bank) -> None:
        payment_id = await held(bank)
        case = await case_of(bank, payment_id)
        await decide(bank, case.case_id, "ann", release=True)
        await bank.ledger.confirmations.deny(await ada(bank), payment_id)
        assert await carry_out(bank) == 0
        assert await bank.balance("ada") == (800, 800)
        assert (await case_of(bank, payment_id)).state is CaseState.OPEN
        assert await bank.problems() == []

    async def test_no_after_the_money_left_still_signs_out_and_reopens(self, bank: Bank) -> None:
        payment_id = await held(bank)
        await signed_in(bank)
        case = await case_of(bank, payment_id)
        await decide(bank, case.case_id, "ann", release=True)
        await carry_out(bank)
        caller = await ada(bank)
        answer = await bank.ledger.confirmations.deny(caller, payment_id)
        assert answer.movement_state is JournalState.POSTED
        assert await sessions_alive(bank, caller.user_id) == 0
        assert (await case_of(bank, payment_id)).open

    async def test_no_to_an_unbooked_payment_opens_a_case_and_bars_its_booking(
        self, bank: Bank
    ) -> None:
        payment_id = await stepped_up(bank)
        answer = await bank.ledger.confirmations.deny(await ada(bank), payment_id)
        assert answer.movement_state is None
        case = await case_of(bank, payment_id)
        assert (case.kind, case.state) == (CaseKind.DENIED, CaseState.OPEN)
        from app.domains.identity.types import StepUpAction

        params = {"amount_minor": 800, "currency": "USD", "payee": await bank.person("bo")}
        grant = await bank.grant("ada", StepUpAction.TRANSFER, params)
        with pytest.raises(PaymentBlockedError):
            await bank.transfer("ada", "bo", 800, key="k", grant=grant)
        assert await bank.balance("ada") == (800, 800)


@pytest.mark.row("FC12")
class TestYes:
    async def test_needs_a_right_code(self, bank: Bank) -> None:
        payment_id = await held(bank)
        with pytest.raises(WrongCodeError):
            await bank.ledger.confirmations.confirm(await ada(bank), payment_id, code="000000")
        waiting = await bank.ledger.confirmations.waiting(await bank.person("ada"))
        assert len(waiting) == 1

    async def test_held_payment_stays_with_the_analyst_who_sees_the_answer(
        self, bank: Bank
    ) -> None:
        payment_id = await held(bank)
        answer = await bank.ledger.confirmations.confirm(
            await ada(bank), payment_id, code=code(bank)
        )
        assert (answer.movement_state, answer.grant) == (JournalState.HELD, None)
        case = await case_of(bank, payment_id)
        assert (case.state, case.customer_answer) == (CaseState.OPEN, CustomerAnswer.YES)

    async def test_stepped_up_payment_goes_on_with_the_grant_exactly_once(self, bank: Bank) -> None:
        payment_id = await stepped_up(bank)
        answer = await bank.ledger.confirmations.confirm(
            await ada(bank), payment_id, code=code(bank)
        )
        assert answer.grant is not None
        for _ in range(2):
            done = await bank.transfer("ada", "bo", 800, key="k", grant=answer.grant.grant)
            assert (done.journal_id, done.state) == (payment_id, JournalState.POSTED)
        assert await bank.balance("bo") == (800, 800)

    async def test_other_people_find_nothing(self, bank: Bank) -> None:
        payment_id = await held(bank)
        stranger = caller_of(await bank.person("eve"), Role.USER)
        door = bank.ledger.confirmations
        for act in (
            door.get(stranger.user_id, payment_id),
            door.deny(stranger, payment_id),
            door.confirm(stranger, payment_id, code=code(bank)),
        ):
            with pytest.raises(QuestionNotFoundError):
                await act
        assert await door.waiting(stranger.user_id) == []


@pytest.mark.row("FC12")
class TestLetter:
    async def letters(self, bank: Bank) -> list[str]:
        for event in list(bank.db.published):
            if event.name == "fraud.customer_asked.v1":
                for _ in range(2):
                    await bank.ledger.confirmations.write_letter(
                        event.payment_id, mail_id=event.mail_id
                    )
        found = await bank.house.mail("ada@example.org", MailKind.WAS_THIS_YOU)
        return [message.text for message in found]

    async def test_one_letter_with_the_amount_and_the_way_to_answer(self, bank: Bank) -> None:
        payment_id = await held(bank)
        texts = await self.letters(bank)
        assert len(texts) == 1
        assert "8.00 USD" in texts[0]
        assert f"/en/app/confirm?id={payment_id}" in texts[0]

    async def test_answered_question_gets_no_letter(self, bank: Bank) -> None:
        payment_id = await held(bank)
        await bank.ledger.confirmations.deny(await ada(bank), payment_id)
        assert await self.letters(bank) == []

    async def test_analyst_asks_again_at_most_once_an_hour(self, bank: Bank) -> None:
        case_id = (await case_of(bank, await held(bank))).case_id
        for _ in range(3):
            await bank.fraud.cases.ask(case_id, analyst_id="ann")
        assert len(await self.letters(bank)) == 2
        bank.clock.advance(3601)
        await bank.fraud.cases.ask(case_id, analyst_id="ann")
        assert len(await self.letters(bank)) == 3

    async def test_expired_hold_settles_the_question(self, bank: Bank) -> None:
        payment_id = await held(bank)
        bank.clock.advance(3 * 86_400 + 1)
        await bank.ledger.holds.expire()
        question, _ = await bank.ledger.confirmations.get(await bank.person("ada"), payment_id)
        assert question.state is QuestionState.SETTLED
