"""The ledger's stories on an in-memory store, each also with every transaction run twice."""

import asyncio
from datetime import datetime, timedelta

import pytest

from app.core.receipts import problems
from app.domains.fraud.case_types import CaseState
from app.domains.fraud.errors import CaseClosedError, PaymentBlockedError
from app.domains.fraud.types import PaymentFacts, Verdict
from app.domains.identity.errors import OwnAccountError, StepUpRequiredError
from app.domains.identity.types import StepUpAction
from app.domains.ledger.errors import (
    AccountNotFoundError,
    AmountLimitError,
    DailyLimitError,
    IdempotencyMismatchError,
    InsufficientFundsError,
    JournalNotFoundError,
    JournalStateError,
    PayeeUnknownError,
    PeriodTooLongError,
)
from app.domains.ledger.rules import entries
from app.domains.ledger.types import Journal, JournalKind, JournalState
from app.domains.onboarding.errors import NotClearedError
from tests.factories.cases import decide
from tests.factories.ledger import Bank, build_bank

HELD, BLOCKED, ASKED = 0.5, 0.95, 0.1


@pytest.fixture(params=[False, True], ids=["once", "each transaction twice"])
def bank(request: pytest.FixtureRequest) -> Bank:
    return build_bank(abort_first=request.param)


@pytest.mark.row("TL1")
class TestMovements:
    async def test_money_arrives_crosses_and_leaves(self, bank: Bank) -> None:
        await bank.deposit("ada", 10_000)
        await bank.transfer("ada", "bo", 2_500)
        await bank.withdraw("bo", 500)
        assert await bank.balance("ada") == (7_500, 7_500)
        assert await bank.balance("bo") == (2_000, 2_000)
        assert await bank.problems() == []

    async def test_every_movement_is_sealed_audited_and_told(self, bank: Bank) -> None:
        journal = await bank.deposit("ada", 100)
        assert (journal.journal_id, journal.commitment) in bank.db.sealed
        assert any(entry.object_id == journal.journal_id for entry in bank.db.audited)
        assert bank.db.published[-1].ids() == {"journal_id": journal.journal_id}

    async def test_more_than_there_is_is_refused_with_what_is_missing(self, bank: Bank) -> None:
        await bank.deposit("ada", 100)
        with pytest.raises(InsufficientFundsError) as refused:
            await bank.transfer("ada", "bo", 150)
        assert refused.value.fields == {"missing": "0.50", "unit": "USD"}

    async def test_nobody_and_oneself_are_no_payees(self, bank: Bank) -> None:
        wanted = await bank.movement("ada", 100)
        for email in ("nobody@example.org", "ada@example.org"):
            with pytest.raises(PayeeUnknownError):
                await bank.ledger.transfer(wanted, payee_email=email)

    async def test_uncleared_person_cannot_find_out_who_has_an_account(self, bank: Bank) -> None:
        bank.clearance.barred.add(await bank.person("ada"))
        await bank.person("bo")
        for email in ("bo@example.org", "nobody@example.org"):
            with pytest.raises(NotClearedError):
                await bank.ledger.transfer(await bank.movement("ada", 1), payee_email=email)

    @pytest.mark.parametrize("minor", [0, entries.MAXIMUM_MINOR + 1])
    async def test_amount_outside_the_limits_is_refused(self, bank: Bank, minor: int) -> None:
        with pytest.raises(AmountLimitError):
            await bank.deposit("ada", minor)


@pytest.mark.row("TL2")
class TestKeys:
    async def test_repeat_returns_the_first_and_moves_nothing(self, bank: Bank) -> None:
        first = await bank.deposit("ada", 100, key="k")
        again = await bank.deposit("ada", 100, key="k")
        assert again == first
        assert again.replayed
        assert await bank.balance("ada") == (100, 100)

    async def test_other_amount_under_the_key_is_refused(self, bank: Bank) -> None:
        await bank.deposit("ada", 100, key="k")
        with pytest.raises(IdempotencyMismatchError):
            await bank.deposit("ada", 101, key="k")

    async def test_refusal_leaves_the_key_good(self, bank: Bank) -> None:
        with pytest.raises(InsufficientFundsError):
            await bank.transfer("ada", "bo", 100, key="k")
        await bank.deposit("ada", 100)
        done = await bank.transfer("ada", "bo", 100, key="k")
        assert not done.replayed
        assert await bank.balance("bo") == (100, 100)

    async def test_loser_of_a_race_is_shown_the_winner_who_spent_the_money(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await bank.deposit("ada", 100)
        won: list[Journal] = []
        screen = bank.fraud.screen

        async def slow_screen(facts: PaymentFacts) -> Verdict:
            monkeypatch.setattr(bank.fraud, "screen", screen)
            won.append(await bank.transfer("ada", "bo", 100, key="k"))
            return await screen(facts)

        monkeypatch.setattr(bank.fraud, "screen", slow_screen)
        assert await bank.transfer("ada", "bo", 100, key="k") == won[0]
        assert await bank.balance("bo") == (100, 100)

    async def test_held_movement_is_replayed_as_held_after_its_release(self, bank: Bank) -> None:
        await bank.deposit("ada", 100)
        bank.scorer.probability = HELD
        first = await bank.transfer("ada", "bo", 100, key="k")
        await bank.ledger.holds.release(first.journal_id, actor="analyst")
        again = await bank.transfer("ada", "bo", 100, key="k")
        assert (again.state, again.expires_at) == (JournalState.HELD, first.expires_at)
        assert again == first

    async def test_same_key_of_two_people_is_two_movements(self, bank: Bank) -> None:
        await bank.deposit("ada", 100, key="k")
        await bank.deposit("bo", 200, key="k")
        assert await bank.balance("bo") == (200, 200)


@pytest.mark.row("TL3")
class TestHolds:
    async def held(self, bank: Bank) -> str:
        await bank.deposit("ada", 100)
        bank.scorer.probability = HELD
        journal = await bank.transfer("ada", "bo", 80)
        bank.scorer.probability = 0.0
        assert journal.state is JournalState.HELD
        return journal.journal_id

    async def test_hold_reserves_and_release_books_once(self, bank: Bank) -> None:
        journal_id = await self.held(bank)
        assert await bank.balance("ada") == (100, 20)
        assert await bank.problems() == []
        with pytest.raises(InsufficientFundsError):
            await bank.transfer("ada", "bo", 50)
        for _ in range(2):
            released = await bank.ledger.holds.release(journal_id, actor="analyst")
            assert released.state is JournalState.POSTED
        assert await bank.balance("ada") == (20, 20)
        assert await bank.balance("bo") == (80, 80)
        assert await bank.problems() == []

    async def test_void_gives_back_once_and_cannot_be_released(self, bank: Bank) -> None:
        journal_id = await self.held(bank)
        for _ in range(2):
            await bank.ledger.holds.void(journal_id, actor="analyst", why="refused")
        assert await bank.balance("ada") == (100, 100)
        with pytest.raises(JournalStateError):
            await bank.ledger.holds.release(journal_id, actor="analyst")
        assert await bank.problems() == []

    async def test_expiry_gives_back_tells_and_closes_the_case(self, bank: Bank) -> None:
        journal_id = await self.held(bank)
        assert await bank.ledger.holds.expire() == 0
        bank.clock.advance(3 * 86_400)
        assert await bank.ledger.holds.expire() == 1
        assert await bank.ledger.holds.expire() == 0
        assert await bank.balance("ada") == (100, 100)
        assert bank.db.published[-1].name == "ledger.movement_voided.v1"
        assert await bank.fraud.cases.queue() == []
        case = (await bank.db.find_many("fraud_cases", {"payment": journal_id}, limit=1))[0]
        assert case["state"] == CaseState.EXPIRED.value
        with pytest.raises(CaseClosedError):
            await decide(bank, case["_id"], "x", release=True)

    async def test_unknown_movement_has_no_end(self, bank: Bank) -> None:
        for ending in (
            bank.ledger.holds.release("x", actor="a"),
            bank.ledger.holds.void("x", actor="a", why="w"),
            bank.reverse("x", why="w"),
        ):
            with pytest.raises(JournalNotFoundError):
                await ending

    async def test_posted_movement_cannot_be_voided(self, bank: Bank) -> None:
        journal = await bank.deposit("ada", 100)
        with pytest.raises(JournalStateError) as refused:
            await bank.ledger.holds.void(journal.journal_id, actor="a", why="w")
        assert refused.value.fields == {"state": "posted"}


class TestReversal:
    async def test_reversing_twice_books_one_opposite(self, bank: Bank) -> None:
        await bank.deposit("ada", 100)
        journal = await bank.transfer("ada", "bo", 60)
        one = await bank.reverse(journal.journal_id, why="mistake")
        two = await bank.reverse(journal.journal_id, why="mistake")
        assert one == two
        assert one.kind is JournalKind.REVERSAL
        assert await bank.balance("ada") == (100, 100)
        assert await bank.problems() == []
        with pytest.raises(JournalStateError):
            await bank.reverse(one.journal_id, why="again")

    async def test_party_to_the_movement_may_not_undo_it(self, bank: Bank) -> None:
        await bank.deposit("ada", 100)
        journal = await bank.transfer("ada", "staff", 60)
        with pytest.raises(OwnAccountError):
            await bank.reverse(journal.journal_id)

    async def test_grant_for_another_movement_undoes_nothing(self, bank: Bank) -> None:
        await bank.deposit("ada", 100)
        journal = await bank.transfer("ada", "bo", 60)
        grant = await bank.grant("staff", StepUpAction.REVERSAL, {"movement_id": "other"})
        with pytest.raises(StepUpRequiredError):
            await bank.reverse(journal.journal_id, grant=grant)
        assert await bank.balance("bo") == (60, 60)

    async def test_money_that_is_gone_is_not_taken_back(self, bank: Bank) -> None:
        await bank.deposit("ada", 100)
        journal = await bank.transfer("ada", "bo", 60)
        await bank.transfer("bo", "cy", 50)
        with pytest.raises(InsufficientFundsError) as refused:
            await bank.reverse(journal.journal_id, why="mistake")
        assert refused.value.fields["missing"] == "0.50"
        assert (await bank.ledger.books.movement(journal.owner, journal.journal_id)).state is (
            JournalState.POSTED
        )


@pytest.mark.row("TL5")
class TestVerdicts:
    async def test_block_moves_nothing_and_keeps_the_decision(self, bank: Bank) -> None:
        await bank.deposit("ada", 100)
        bank.scorer.probability = BLOCKED
        with pytest.raises(PaymentBlockedError) as refused:
            await bank.transfer("ada", "bo", 10)
        stored = await bank.db.find_one("decisions", {"_id": refused.value.fields["decision_id"]})
        assert stored["outputs"]["outcome"] == "block"
        assert await bank.balance("ada") == (100, 100)

    async def test_broken_model_asks_for_a_code_and_never_approves_silently(
        self, bank: Bank
    ) -> None:
        await bank.deposit("ada", 100)
        bank.scorer.probability = None
        with pytest.raises(StepUpRequiredError) as asked:
            await bank.transfer("ada", "bo", 10, key="k")
        params = asked.value.fields["params"]
        grant = await bank.grant("ada", StepUpAction.TRANSFER, params)
        done = await bank.transfer("ada", "bo", 10, key="k", grant=grant)
        assert done.state is JournalState.POSTED
        stored = await bank.db.find_one("decisions", {"_id": done.decision_id})
        assert stored["outputs"]["degraded"] is True

    async def test_grant_for_another_amount_or_used_before_moves_nothing(self, bank: Bank) -> None:
        await bank.deposit("ada", 1000)
        bank.scorer.probability = ASKED
        params = {"amount_minor": 10, "currency": "USD", "payee": await bank.person("bo")}
        grant = await bank.grant("ada", StepUpAction.TRANSFER, params)
        with pytest.raises(StepUpRequiredError):
            await bank.transfer("ada", "bo", 11, grant=grant)
        await bank.transfer("ada", "bo", 10, grant=grant)
        with pytest.raises(StepUpRequiredError):
            await bank.transfer("ada", "bo", 10, grant=grant)
        assert await bank.balance("bo") == (10, 10)

    async def test_every_posting_names_a_stored_decision(self, bank: Bank) -> None:
        await bank.deposit("ada", 100)
        await bank.transfer("ada", "bo", 10)
        postings = await bank.db.find_many("postings", {}, limit=100)
        assert len(postings) == 4
        for posting in postings:
            assert await bank.db.find_one("decisions", {"_id": posting["decision_id"]})


@pytest.mark.row("TL8")
class TestDailyLimit:
    async def rich(self, bank: Bank) -> None:
        for _ in range(3):
            await bank.deposit("ada", entries.MAXIMUM_MINOR)

    async def pay(self, bank: Bank, minor: int) -> None:
        params = {"amount_minor": minor, "currency": "USD", "payee": await bank.person("bo")}
        grant = await bank.grant("ada", StepUpAction.TRANSFER, params)
        await bank.transfer("ada", "bo", minor, grant=grant)

    async def test_day_ends_at_the_limit_and_the_next_begins_anew(self, bank: Bank) -> None:
        await self.rich(bank)
        await self.pay(bank, entries.MAXIMUM_MINOR)
        await self.pay(bank, entries.DAILY_MAXIMUM_MINOR - entries.MAXIMUM_MINOR)
        with pytest.raises(DailyLimitError) as refused:
            await self.pay(bank, 1)
        assert refused.value.fields["unit"] == "USD"
        bank.clock.advance(86_400)
        await self.pay(bank, 1)

    async def test_held_money_counts(self, bank: Bank) -> None:
        await self.rich(bank)
        bank.scorer.probability = HELD
        await bank.transfer("ada", "bo", entries.MAXIMUM_MINOR)
        await bank.transfer("ada", "bo", entries.DAILY_MAXIMUM_MINOR - entries.MAXIMUM_MINOR)
        bank.scorer.probability = 0.0
        with pytest.raises(DailyLimitError):
            await self.pay(bank, 1)


@pytest.mark.row("TL9")
class TestReading:
    async def month(self, bank: Bank) -> list[datetime]:
        moments = []
        for minor in (100, 200, 300):
            moments.append(bank.clock.now())
            await bank.deposit("ada", minor)
            bank.clock.advance(86_400)
        return moments

    @pytest.mark.parametrize("first", range(5))
    @pytest.mark.parametrize("last", range(5))
    async def test_opening_and_movements_are_closing(
        self, bank: Bank, first: int, last: int
    ) -> None:
        days = await self.month(bank)
        ada = await bank.person("ada")
        edges = [*days, bank.clock.now(), bank.clock.now() + timedelta(days=400)]
        call = bank.ledger.books.statement(ada, f"{ada}.USD", first=edges[first], last=edges[last])
        if last < first:
            with pytest.raises(PeriodTooLongError):
                await call
            return
        found = await call
        sums = [0, 100, 300, 600, 600]
        assert (found.opening, found.closing) == (sums[first], sums[last])
        assert found.opening + sum(line.amount for line in found.postings) == found.closing

    async def test_pages_give_every_line_once_newest_first(self, bank: Bank) -> None:
        for _ in range(120):
            bank.clock.advance(3600)
            await bank.deposit("ada", 1)
        ada, seen, before = await bank.person("ada"), [], None
        while True:
            page = await bank.ledger.books.page(ada, f"{ada}.USD", before=before)
            seen += [line.seq for line in page.postings]
            before = page.next_before
            if before is None:
                break
        assert seen == list(range(120, 0, -1))

    async def test_strangers_see_nothing(self, bank: Bank) -> None:
        journal = await bank.deposit("ada", 100)
        ada, bo = await bank.person("ada"), await bank.person("bo")
        with pytest.raises(AccountNotFoundError):
            await bank.ledger.books.page(bo, f"{ada}.USD", before=None)
        for read in (bank.ledger.books.movement, bank.ledger.books.receipt):
            with pytest.raises(JournalNotFoundError):
                await read(bo, journal.journal_id)


@pytest.mark.row("TL6")
class TestReceiptOpensOwnLegsOnly:
    async def test_each_party_can_open_her_own_leg(self, bank: Bank) -> None:
        await bank.deposit("ada", 100)
        journal = await bank.transfer("ada", "bo", 40)
        for name, amount in (("ada", -40), ("bo", 40)):
            found = await bank.ledger.books.receipt(await bank.person(name), journal.journal_id)
            assert [leg.amount for leg in found.legs if leg.salt] == [amount]

    def test_text_that_is_no_receipt_is_named_so(self) -> None:
        assert problems({}) != []


@pytest.mark.row("TL1")
class TestCheckNamesTheRow:
    @pytest.mark.parametrize(
        ("collection", "change", "named"),
        [
            ("postings", {"$inc": {"amount": 1}}, "posting"),
            ("postings", {"$set": {"prev": "0"}}, "posting"),
            ("postings", {"$set": {"seq": 9}}, "posting"),
            ("journal", {"$set": {"legs": []}}, "posting"),
            ("journal", {"$set": {"memo": "x", "commitment": "00"}}, "journal"),
            ("journal", {"$set": {"state": "voided"}}, "journal"),
            ("accounts", {"$inc": {"balance": 1}}, "account"),
            ("accounts", {"$inc": {"held": 1}}, "account"),
            ("accounts", {"$set": {"head": "0"}}, "account"),
            ("accounts", {"$inc": {"v": 1}}, "posting"),
        ],
    )
    async def test_each_altered_field_is_found(
        self, collection: str, change: dict[str, dict[str, object]], named: str
    ) -> None:
        bank = build_bank()
        await bank.deposit("ada", 100)
        row = (await bank.db.find_many(collection, {}, limit=1))[0]
        await bank.db.update_one(collection, {"_id": row["_id"]}, change)
        assert any(problem.startswith(f"{named} ") for problem in await bank.problems())

    async def test_a_pair_of_matching_forgeries_is_found(self) -> None:
        """Both sides, both balances and both accounts raised alike: only the entry tells."""
        bank = build_bank()
        await bank.deposit("ada", 100)
        for posting in await bank.db.find_many("postings", {}, limit=9):
            more = 900 if posting["amount"] > 0 else -900
            query = {"_id": posting["_id"]}
            await bank.db.update_one("postings", query, {"$inc": {"amount": more, "balance": more}})
            change = {"$inc": {"balance": more, "available": more}}
            await bank.db.update_one("accounts", {"_id": posting["account"]}, change)
        assert any("its entry says" in problem for problem in await bank.problems())

    async def test_removed_entry_is_found(self) -> None:
        bank = build_bank()
        await bank.deposit("ada", 100)
        await bank.db.delete_many("journal", {})
        assert any("belongs to no entry" in problem for problem in await bank.problems())


class TestConcurrentAnswers:
    async def test_same_key_at_once_gives_one_effect_and_one_answer(self) -> None:
        bank = build_bank()
        await bank.person("ada")
        answers = await asyncio.gather(*(bank.deposit("ada", 100, key="k") for _ in range(20)))
        assert len({answer.decision_id for answer in answers}) == 1
        assert await bank.balance("ada") == (100, 100)

    async def test_times_of_an_account_never_go_back(self) -> None:
        bank = build_bank()
        await bank.deposit("ada", 100)
        bank.clock.advance(-3600)
        await bank.deposit("ada", 100)
        ada = await bank.person("ada")
        page = await bank.ledger.books.page(ada, f"{ada}.USD", before=None)
        assert page.postings[0].at >= page.postings[1].at
