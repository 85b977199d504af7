"""Casework: one lock, a history, four eyes, labels, and never one's own payment."""

from datetime import timedelta

import pytest

from app.domains.fraud.case_types import (
    OPEN_STATES,
    CaseKind,
    CaseState,
    LinkTarget,
    QueueQuery,
)
from app.domains.fraud.errors import (
    CaseClosedError,
    FraudCaseNotFoundError,
    FraudCaseTakenError,
    LinkTargetNotFoundError,
    NotProposedError,
    OwnPaymentError,
    SecondPersonError,
)
from app.domains.fraud.repository.history import payment_known
from app.domains.fraud.rules import casework as rules
from app.domains.identity.errors import StepUpRequiredError
from app.domains.ledger.types import JournalState
from tests.factories.cases import caller_of, carry_out, case_of, decide, second
from tests.factories.ledger import Bank, build_bank

HELD = 0.5
ANN, BEA = "analyst-ann", "analyst-bea"
LARGE = 1_000_001


@pytest.fixture(params=[False, True], ids=["calm", "first attempt lost"])
def bank(request: pytest.FixtureRequest) -> Bank:
    return build_bank(abort_first=request.param)


async def held(bank: Bank, minor: int = 800, *, to: str = "bo") -> str:
    """Hold a transfer; return its case id."""
    bank.scorer.probability = 0.0
    await bank.deposit("ada", minor)
    bank.scorer.probability = HELD
    journal = await bank.transfer("ada", to, minor)
    assert journal.state is JournalState.HELD
    return (await case_of(bank, journal.journal_id)).case_id


def query(**changes: object) -> QueueQuery:
    fields = {
        "states": OPEN_STATES, "kind": None, "mine": None, "breached": False, "limit": 100,
        "after": None,
    }  # fmt: skip
    return QueueQuery(**(fields | changes))


@pytest.mark.row("FC4")
class TestQueue:
    async def test_largest_expected_loss_first_and_pages_leave_nothing_out(
        self, bank: Bank
    ) -> None:
        ids = [await held(bank, minor) for minor in (300, 800, 500, 500)]
        whole = (await bank.fraud.cases.page(query())).cases
        assert [c.expected_loss_minor for c in whole] == [400, 250, 250, 150]
        paged, after = [], None
        while True:
            page = await bank.fraud.cases.page(query(limit=2, after=after))
            paged += [c.case_id for c in page.cases]
            after = page.next_after
            if after is None:
                break
        assert sorted(paged) == sorted(ids)
        assert paged == [c.case_id for c in whole]

    async def test_filters_mine_breached_state_and_kind(self, bank: Bank) -> None:
        mine, other = await held(bank, 300), await held(bank, 800)
        await bank.fraud.cases.claim(mine, analyst_id=ANN)
        page = bank.fraud.cases.page
        assert [c.case_id for c in (await page(query(mine=ANN))).cases] == [mine]
        assert (await page(query(breached=True))).cases == ()
        bank.clock.advance(5 * 3600)
        assert {c.case_id for c in (await page(query(breached=True))).cases} == {mine, other}
        assert (await page(query(mine=ANN))).cases == (), "a lapsed lock is nobody's"
        await decide(bank, other, ANN, release=False)
        closed = await page(query(states=frozenset({CaseState.REJECTED})))
        assert [c.case_id for c in closed.cases] == [other]
        assert (await page(query(kind=CaseKind.RING))).cases == ()

    @pytest.mark.parametrize(
        ("minor", "probability", "hours"),
        [(100, 0.05, 24), (100_000, 0.05, 4), (100, 0.3, 4), (100, None, 4), (100, 0.6, 1),
         (1_000_000, 0.01, 1)],
    )  # fmt: skip
    def test_large_or_likely_ones_are_due_first(
        self, minor: int, probability: float | None, hours: int
    ) -> None:
        bank = build_bank()
        now = bank.clock.now()
        due = rules.due_at(now, amount_minor=minor, probability=probability)
        assert due - now == timedelta(hours=hours)


@pytest.mark.row("FC4")
class TestLock:
    async def test_second_analyst_is_told_who_holds_it_and_until_when(self, bank: Bank) -> None:
        case_id = await held(bank)
        claimed = await bank.fraud.cases.claim(case_id, analyst_id=ANN)
        assert claimed.lock is not None
        for act in (
            bank.fraud.cases.claim(case_id, analyst_id=BEA),
            bank.fraud.cases.note(case_id, analyst_id=BEA, text="hm"),
            bank.fraud.cases.escalate(case_id, analyst_id=BEA, reason="hm"),
            bank.fraud.cases.unclaim(case_id, analyst_id=BEA),
            decide(bank, case_id, BEA, release=False),
        ):
            with pytest.raises(FraudCaseTakenError) as refused:
                await act
            assert refused.value.fields == {"holder": ANN, "until": claimed.lock.until}

    async def test_lease_lapses_and_work_prolongs_it(self, bank: Bank) -> None:
        case_id = await held(bank)
        first = await bank.fraud.cases.claim(case_id, analyst_id=ANN)
        bank.clock.advance(600)
        longer = await bank.fraud.cases.note(case_id, analyst_id=ANN, text="called")
        assert longer.lock is not None
        assert first.lock is not None
        assert longer.lock.claimed_at == first.lock.claimed_at
        bank.clock.advance(600)
        with pytest.raises(FraudCaseTakenError):
            await bank.fraud.cases.claim(case_id, analyst_id=BEA)
        bank.clock.advance(600)
        taken = await bank.fraud.cases.claim(case_id, analyst_id=BEA)
        assert taken.lock is not None
        assert taken.lock.analyst_id == BEA

    async def test_living_lock_is_taken_over_only_late_and_with_a_reason(self, bank: Bank) -> None:
        case_id = await held(bank)
        bank.clock.advance(3 * 3600 + 3000)  # due at four hours
        await bank.fraud.cases.claim(case_id, analyst_id=ANN)
        with pytest.raises(FraudCaseTakenError):
            await bank.fraud.cases.claim(case_id, analyst_id=BEA, take_over_reason="Ann is ill")
        bank.clock.advance(700)
        with pytest.raises(FraudCaseTakenError):
            await bank.fraud.cases.claim(case_id, analyst_id=BEA)
        await bank.fraud.cases.claim(case_id, analyst_id=BEA, take_over_reason="Ann is ill")
        last = (await bank.fraud.cases.timeline(case_id))[-1]
        assert (last.actor, last.action, last.text) == (BEA, "taken_over", "Ann is ill")

    async def test_given_back_case_is_free_and_giving_back_twice_is_once(self, bank: Bank) -> None:
        case_id = await held(bank)
        await bank.fraud.cases.claim(case_id, analyst_id=ANN)
        bank.clock.advance(60)
        for _ in range(2):
            assert (await bank.fraud.cases.unclaim(case_id, analyst_id=ANN)).lock is None
        actions = [entry.action for entry in await bank.fraud.cases.timeline(case_id)]
        assert actions == ["opened", "claimed", "given_back"]


@pytest.mark.row("FC4")
class TestActs:
    async def test_notes_and_links_stand_in_the_history_in_order(self, bank: Bank) -> None:
        case_id, other = await held(bank), await held(bank, 300)
        await bank.fraud.cases.note(case_id, analyst_id=ANN, text="no answer")
        bank.clock.advance(60)
        for _ in range(2):
            linked = await bank.fraud.cases.link(
                case_id, analyst_id=ANN, target=LinkTarget.CASE, ref=other, why="same payee"
            )
        assert [link.ref for link in linked.links] == [other]
        lines = [(e.actor, e.action) for e in await bank.fraud.cases.timeline(case_id)]
        assert lines == [("system", "opened"), (ANN, "note"), (ANN, "linked")]

    async def test_link_to_nothing_or_to_itself_is_refused(self, bank: Bank) -> None:
        case_id = await held(bank)
        for ref in (case_id, "case-" + "0" * 26):
            with pytest.raises(LinkTargetNotFoundError):
                await bank.fraud.cases.link(
                    case_id, analyst_id=ANN, target=LinkTarget.CASE, ref=ref, why="hm"
                )

    async def test_escalated_case_is_due_within_the_hour_and_free(self, bank: Bank) -> None:
        case_id = await held(bank)
        raised = await bank.fraud.cases.escalate(case_id, analyst_id=ANN, reason="press")
        assert raised.escalated
        assert raised.lock is None
        assert raised.due_at == bank.clock.now() + timedelta(hours=1)

    async def test_customer_payee_and_strangers(self, bank: Bank) -> None:
        case_id = await held(bank)
        for name in ("ada", "bo"):
            user = await bank.person(name)
            for act in (
                bank.fraud.cases.claim(case_id, analyst_id=user),
                bank.fraud.cases.note(case_id, analyst_id=user, text="let it go"),
                decide(bank, case_id, user, release=True),
            ):
                with pytest.raises(OwnPaymentError):
                    await act
        with pytest.raises(FraudCaseNotFoundError):
            await bank.fraud.cases.claim("case-none", analyst_id=ANN)

    async def test_unmasking_is_for_people_of_the_case_and_is_written_down(
        self, bank: Bank
    ) -> None:
        case_id, ada = await held(bank), await bank.person("ada")
        seen = await bank.fraud.cases.unmask(
            case_id, analyst_id=ANN, user_id=ada, reason="call back"
        )
        assert seen.email == "ada@example.org"
        audited = [a for a in bank.db.audited if a.action == "fraud_case.unmasked"]
        assert [(a.actor, a.object_id, a.after) for a in audited] == [(ANN, case_id, {"user": ada})]
        with pytest.raises(FraudCaseNotFoundError):
            await bank.fraud.cases.unmask(
                case_id, analyst_id=ANN, user_id=await bank.person("eve"), reason="curious"
            )


@pytest.mark.row("FC4")
class TestDecision:
    async def test_needs_a_fresh_code_for_this_very_decision(self, bank: Bank) -> None:
        case_id = await held(bank)
        with pytest.raises(StepUpRequiredError) as asked:
            await bank.fraud.cases.decide(
                case_id, caller=caller_of(ANN), release=True, note="fine", grant=None
            )
        assert asked.value.fields["params"] == {"case": case_id, "decision": "release"}
        assert (await bank.fraud.cases.get(case_id)).open

    async def test_released_money_moves_once_however_often_the_job_runs(self, bank: Bank) -> None:
        case_id = await held(bank)
        decided = await decide(bank, case_id, ANN, release=True)
        assert (decided.state, decided.analyst_id) == (CaseState.RELEASED, ANN)
        assert await carry_out(bank) == 2
        assert await bank.balance("ada") == (0, 0)
        assert await bank.balance("bo") == (800, 800)
        assert await bank.problems() == []
        with pytest.raises(CaseClosedError):
            await decide(bank, case_id, BEA, release=False)

    async def test_release_after_the_hold_expired_moves_nothing(self, bank: Bank) -> None:
        case_id = await held(bank)
        await decide(bank, case_id, ANN, release=True)
        bank.clock.advance(3 * 86_400 + 1)
        assert await bank.ledger.holds.expire() == 1
        assert await carry_out(bank) == 0
        assert await bank.balance("ada") == (800, 800)
        assert await bank.balance("bo") == (0, 0)
        assert await bank.problems() == []

    @pytest.mark.row("FC7")
    @pytest.mark.parametrize("release", [True, False])
    async def test_outcome_is_a_label_known_from_the_moment_of_the_decision(
        self, bank: Bank, release: bool
    ) -> None:
        case_id = await held(bank)
        bank.clock.advance(1800)
        case = await decide(bank, case_id, ANN, release=release)
        assert await payment_known(bank.db, case.payment_id)
        row = await bank.db.find_one("fraud_events", {"_id": case.payment_id})
        assert (row["label"], row["known_at"]) == (not release, bank.clock.now())


@pytest.mark.row("FC4")
class TestFourEyes:
    async def test_large_release_takes_a_second_person(self, bank: Bank) -> None:
        case_id = await held(bank, LARGE)
        proposed = await decide(bank, case_id, ANN, release=True)
        assert (proposed.state, proposed.lock) == (CaseState.AWAITING_SECOND, None)
        assert await carry_out(bank) == 0
        with pytest.raises(SecondPersonError):
            await second(bank, case_id, ANN, agree=True)
        with pytest.raises(SecondPersonError):
            await decide(bank, case_id, BEA, release=True)
        for own in ("ada", "bo"):
            with pytest.raises(OwnPaymentError):
                await second(bank, case_id, await bank.person(own), agree=True)
        done = await second(bank, case_id, BEA, agree=True)
        assert (done.state, done.analyst_id, done.second_id) == (CaseState.RELEASED, ANN, BEA)
        await carry_out(bank)
        assert await bank.balance("bo") == (LARGE, LARGE)

    async def test_turned_down_case_is_open_again(self, bank: Bank) -> None:
        case_id = await held(bank, LARGE)
        await decide(bank, case_id, ANN, release=True)
        back = await second(bank, case_id, BEA, agree=False)
        assert (back.state, back.proposal) == (CaseState.OPEN, None)
        with pytest.raises(NotProposedError):
            await second(bank, case_id, BEA, agree=True)

    async def test_refusing_a_large_payment_takes_one_person(self, bank: Bank) -> None:
        case_id = await held(bank, LARGE)
        await decide(bank, case_id, ANN, release=True)
        refused = await decide(bank, case_id, BEA, release=False)
        assert (refused.state, refused.second_id) == (CaseState.REJECTED, None)
        await carry_out(bank)
        assert await bank.balance("ada") == (LARGE, LARGE)
