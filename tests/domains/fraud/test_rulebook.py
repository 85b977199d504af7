"""Rules and lists in each process: followed within five seconds, kept when the database is away."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.core import decisions
from app.core.errors import UnavailableError
from app.core.ids import new_id
from app.core.money import Money
from app.domains.fraud.errors import (
    InvalidListEntryError,
    ListEntryNotFoundError,
    ListFullError,
    OwnPaymentError,
)
from app.domains.fraud.list_types import ALLOW_FOR_MAX, ENTRIES_MAX, ListName, SubjectKind
from app.domains.fraud.repository import lists, rule_sets
from app.domains.fraud.repository.specs import LIST_ENTRIES, LIST_HITS, RULE_SETS, RULEBOOK
from app.domains.fraud.rule_types import RulePointer
from app.domains.fraud.service import FraudService
from app.domains.fraud.types import Outcome, PaymentFacts, PaymentKind, Verdict
from app.services import SPECS
from tests.factories.cases import caller_of
from tests.factories.identity import build_house
from tests.factories.ledger import Bank, FakeScorer, build_bank
from tests.factories.rules import rule
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

ANN, BOB = caller_of("ann"), caller_of("bob")


class CountingDatabase(FakeDatabase):
    """Counts the looks at the pointer, and goes away when told."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(SPECS, clock=clock)
        self.looks, self.away = 0, False

    async def find_one(
        self, collection: str, query: Any, *, projection: Any = None
    ) -> dict[str, Any] | None:
        if collection == RULEBOOK:
            self.looks += 1
            await asyncio.sleep(0)
            if self.away:
                raise UnavailableError(retry_after_s=1)
        found: dict[str, Any] | None = await super().find_one(
            collection, query, projection=projection
        )
        return found


class Desk:
    """One process of several on one database."""

    def __init__(self, db: CountingDatabase, clock: FakeClock) -> None:
        self.db, self.clock, self.scorer = db, clock, FakeScorer()
        identity = build_house(db=db, clock=clock).identity
        self.fraud = FraudService(db=db, clock=clock, scorer=self.scorer, identity=identity)

    def facts(self, minor: int = 500) -> PaymentFacts:
        return PaymentFacts(
            payment_id=new_id(), user_id="payer", payee_id="shop", kind=PaymentKind.TRANSFER,
            amount=Money(minor, "USD"), at=self.clock.now(), session_id="s", fresh_factor=True,
        )  # fmt: skip

    async def screen(self, minor: int = 500) -> Verdict:
        return await self.fraud.screen(self.facts(minor))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def db(clock: FakeClock) -> CountingDatabase:
    return CountingDatabase(clock)


async def put_in_force(desk: Desk, *rules: dict[str, Any], shadow: bool = False) -> int:
    """Put rules in force below the use case: what proves them is another test's subject."""
    made = await desk.fraud.rules.changes.draft(list(rules), caller=ANN, note="test")
    pointer = await rule_sets.pointer(desk.db)
    changed = {"shadow": made.number} if shadow else {"active": made.number}
    await rule_sets.move(desk.db, replace(pointer, **changed))
    return made.number


@pytest.mark.row("FC6")
class TestRulebook:
    async def test_two_processes_see_a_change_within_five_seconds(
        self, db: CountingDatabase, clock: FakeClock
    ) -> None:
        one, other = Desk(db, clock), Desk(db, clock)
        for desk in (one, other):
            assert (await desk.screen(200_000)).rules_version == "fraud-rules/3"
        number = await put_in_force(one, rule(outcome="block"))
        clock.advance(4.9)
        assert (await other.screen(200_000)).outcome is Outcome.APPROVE
        clock.advance(0.1)
        for desk in (one, other):
            verdict = await desk.screen(200_000)
            assert verdict.outcome is Outcome.BLOCK
            assert verdict.rules_version == f"fraud-rules/custom-{number}"
            assert [reason.code for reason in verdict.reasons] == ["large"]

    async def test_many_screenings_at_once_look_once_and_reading_nothing_new_is_one_read(
        self, db: CountingDatabase, clock: FakeClock
    ) -> None:
        desk = Desk(db, clock)
        await asyncio.gather(*(desk.screen() for _ in range(50)))
        assert db.looks == 1
        await desk.screen()
        assert db.looks == 1
        clock.advance(5)
        await asyncio.gather(*(desk.screen() for _ in range(50)))
        assert db.looks == 2

    async def test_a_caller_that_goes_away_does_not_end_the_look_of_the_others(
        self, db: CountingDatabase, clock: FakeClock
    ) -> None:
        book = Desk(db, clock).fraud.rules.book
        first = asyncio.create_task(book.current())
        second = asyncio.create_task(book.current())
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).revision == 0

    async def test_without_a_first_look_the_built_in_rules_stand(
        self, db: CountingDatabase, clock: FakeClock
    ) -> None:
        desk = Desk(db, clock)
        db.away = True
        assert (await desk.screen()).rules_version == "fraud-rules/3"
        db.away = False
        await put_in_force(desk, rule(outcome="block"))
        clock.advance(1)
        assert (await desk.screen(200_000)).outcome is Outcome.BLOCK

    async def test_a_database_that_is_away_leaves_the_last_copy_in_force(
        self, db: CountingDatabase, clock: FakeClock
    ) -> None:
        desk = Desk(db, clock)
        number = await put_in_force(desk, rule(outcome="block"))
        await desk.screen()
        db.away = True
        clock.advance(60)
        looks = db.looks
        for _ in range(3):
            verdict = await desk.screen(200_000)
            assert verdict.rules_version == f"fraud-rules/custom-{number}"
            assert verdict.outcome is Outcome.BLOCK
        assert db.looks == looks + 1

    async def test_an_altered_set_is_not_put_in_force(
        self, db: CountingDatabase, clock: FakeClock
    ) -> None:
        desk = Desk(db, clock)
        number = await put_in_force(desk, rule(outcome="block"))
        await desk.screen()
        second = await put_in_force(desk, rule("other", outcome="hold"))
        change = {"$set": {"rules": [rule("other", outcome="step_up")]}}
        await db.update_one(RULE_SETS, {"_id": second}, change)
        clock.advance(5)
        assert (await desk.screen()).rules_version == f"fraud-rules/custom-{number}"

    async def test_the_set_in_shadow_is_recorded_and_changes_nothing(
        self, db: CountingDatabase, clock: FakeClock
    ) -> None:
        desk = Desk(db, clock)
        number = await put_in_force(desk, rule(outcome="block"), shadow=True)
        verdict = await desk.screen(200_000)
        assert verdict.outcome is Outcome.APPROVE
        await db.transaction(lambda tx: desk.fraud.record(tx, verdict, booked=True))
        record = await decisions.load(db, verdict.decision_id)
        assert record is not None
        assert record.outputs["shadow"] == {
            "rules": f"fraud-rules/custom-{number}", "outcome": "block", "codes": ["large"],
        }  # fmt: skip
        assert record.versions["rules"] == "fraud-rules/3"
        assert record.inputs["facts"]["amount_minor"] == 200_000


@pytest.fixture(params=[False, True], ids=["first attempt commits", "first attempt aborts"])
def bank(request: pytest.FixtureRequest) -> Bank:
    return build_bank(abort_first=request.param)


async def listed(bank: Bank, name: ListName, *, days: float = 1, subject: str = "mule") -> str:
    entry = await bank.fraud.rules.lists.add(
        name, SubjectKind.PAYEE, subject,
        expires_at=bank.clock.now() + timedelta(days=days), reason="seen before", caller=ANN,
    )  # fmt: skip
    return entry.entry_id


def payment(bank: Bank, payee: str = "mule") -> PaymentFacts:
    return PaymentFacts(
        payment_id=new_id(), user_id="payer", payee_id=payee, kind=PaymentKind.TRANSFER,
        amount=Money(500, "USD"), at=bank.clock.now(), session_id="s", fresh_factor=True,
    )  # fmt: skip


@pytest.mark.row("FC8")
class TestLists:
    async def test_an_entry_works_until_its_end_and_not_at_it(self, bank: Bank) -> None:
        await listed(bank, ListName.BLOCK)
        await bank.fraud.screen(payment(bank))
        book = await bank.fraud.rules.book.current()
        end = bank.clock.now() + timedelta(days=1)
        before = replace(payment(bank), at=end - timedelta(microseconds=1))
        assert [hit.list_name for hit in book.hits(before)] == [ListName.BLOCK]
        assert book.hits(replace(before, at=end)) == ()
        assert book.hits(replace(before, payee_id="else")) == ()

    async def test_every_hit_is_logged_with_its_decision(self, bank: Bank) -> None:
        entry = await listed(bank, ListName.BLOCK)
        made = []
        for _ in range(3):
            verdict = await bank.fraud.screen(payment(bank))
            assert verdict.outcome is Outcome.BLOCK
            await bank.fraud.record_refusal(verdict)
            made.append(verdict.decision_id)
            bank.clock.advance(1)
        hits = await bank.fraud.rules.lists.hits(entry)
        assert [hit.decision_id for hit in hits] == made[::-1]
        assert {hit.outcome for hit in hits} == {"block"}
        record = await decisions.load(bank.db, made[0])
        assert record is not None
        assert record.inputs["lists"] == [{"entry": entry, "list": "block", "subject": "payee"}]

    async def test_what_is_only_asked_is_not_logged(self, bank: Bank) -> None:
        await listed(bank, ListName.BLOCK)
        assert (await bank.fraud.judge(payment(bank))).outcome is Outcome.BLOCK
        assert await bank.db.find_many(LIST_HITS, {}, limit=1) == []

    async def test_the_same_again_is_once_and_another_end_renews_it(self, bank: Bank) -> None:
        first = await listed(bank, ListName.BLOCK)
        revision = (await rule_sets.pointer(bank.db)).revision
        assert await listed(bank, ListName.BLOCK) == first
        assert (await rule_sets.pointer(bank.db)).revision == revision
        assert await listed(bank, ListName.BLOCK, days=2) == first
        found = await lists.working(bank.db, at=bank.clock.now() + timedelta(days=1.5))
        assert [entry.entry_id for entry in found] == [first]
        audited = [e.action for e in bank.db.audited if e.action.startswith("fraud_list")]
        assert audited == ["fraud_list.added", "fraud_list.renewed"]

    async def test_removed_it_stops_working_within_five_seconds(self, bank: Bank) -> None:
        entry = await listed(bank, ListName.BLOCK)
        assert (await bank.fraud.screen(payment(bank))).outcome is Outcome.BLOCK
        await bank.fraud.rules.lists.remove(entry, caller=BOB)
        bank.clock.advance(5)
        assert (await bank.fraud.screen(payment(bank))).outcome is Outcome.APPROVE
        with pytest.raises(ListEntryNotFoundError):
            await bank.fraud.rules.lists.remove(entry, caller=BOB)

    @pytest.mark.parametrize("days", [0, -1, 91])
    async def test_an_entry_has_an_end_that_is_near(self, bank: Bank, days: int) -> None:
        with pytest.raises(InvalidListEntryError):
            await listed(bank, ListName.ALLOW, days=days)

    async def test_nobody_lists_herself(self, bank: Bank) -> None:
        with pytest.raises(OwnPaymentError):
            await listed(bank, ListName.ALLOW, subject=ANN.user_id)

    async def test_the_lists_are_bounded_and_expired_entries_make_room(self, bank: Bank) -> None:
        end = bank.clock.now() + ALLOW_FOR_MAX
        await bank.db.insert_many(
            LIST_ENTRIES,
            [{"_id": f"e{n}", "expires_at": end} for n in range(ENTRIES_MAX)],
        )
        with pytest.raises(ListFullError):
            await listed(bank, ListName.BLOCK)
        bank.clock.advance(ALLOW_FOR_MAX.total_seconds())
        assert await listed(bank, ListName.BLOCK)


async def test_the_first_pointer_is_at_revision_zero(db: CountingDatabase) -> None:
    assert await rule_sets.pointer(db) == RulePointer()
