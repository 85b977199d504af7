"""Back-tests count recorded payments once, name what they could not judge, and stop in time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.core.db import Database
from app.core.ids import new_id
from app.core.money import Money
from app.domains.fraud.backtest_types import BacktestReport, CutBy
from app.domains.fraud.errors import BacktestNotFoundError, RulesChangedError
from app.domains.fraud.repository import judged
from app.domains.fraud.rule_types import RuleSet
from app.domains.fraud.rules.builtin import BUILTIN
from app.domains.fraud.rules.impact import Tally
from app.domains.fraud.rules.parsing import digest, parse_rules
from app.domains.fraud.types import PaymentFacts, PaymentKind
from app.domains.fraud.usecases import backtests as module
from app.domains.fraud.usecases.backtests import Backtests
from tests.factories.cases import caller_of
from tests.factories.ledger import Bank, build_bank
from tests.factories.rules import decided, rule
from tests.fakes.clock import FakeClock

START = FakeClock().now()


def rules(*documents: dict[str, Any]) -> RuleSet:
    made = parse_rules(list(documents))
    return RuleSet(1, made, "ann", "", START, digest(made))


def payment(at: datetime, minor: int, *, user: str = "u1", payment_id: str = "") -> PaymentFacts:
    return PaymentFacts(
        payment_id=payment_id or new_id(), user_id=user, payee_id="shop",
        kind=PaymentKind.ORDER, amount=Money(minor, "USD"), at=at, session_id="s",
        fresh_factor=False,
    )  # fmt: skip


@pytest.fixture
def bank() -> Bank:
    return build_bank()


async def measure(bank: Bank, *documents: dict[str, Any], days: int = 7) -> BacktestReport:
    until = bank.clock.now()
    return await bank.fraud.rules.backtests.measure(
        rules(*documents), BUILTIN, since=until - timedelta(days=days), until=until
    )


async def record(bank: Bank, minor: int, *, user: str = "u1", **other: Any) -> PaymentFacts:
    bank.clock.advance(3_600)
    facts = payment(bank.clock.now(), minor, user=user)
    await decided(bank.db, facts, **other)
    bank.clock.advance(3_600)
    return facts


@pytest.mark.row("FC6")
class TestMeasure:
    async def test_alerts_a_day_precision_and_customers(self, bank: Bank) -> None:
        for n in range(24):
            large = n % 4 == 0
            await record(
                bank,
                200_000 if large else 500,
                user=f"u{n % 8}",
                label=(n % 8 == 0) if large and n < 16 else None,
            )
        found = await measure(bank, rule("large", outcome="hold"), rule("known", minor=10**9))
        assert (found.decisions, found.labelled, found.frauds) == (24, 4, 2)
        assert found.draft.outcomes == {"approve": 18, "step_up": 0, "hold": 6, "block": 0}
        assert found.draft.by_rule == {"large": 6, "known": 0}
        # 24 payments two hours apart, and an hour after the last: 47 hours.
        assert found.draft.alerts_per_day == pytest.approx(6 / (47 / 24))
        assert (found.draft.customers_hit, found.draft.stopped_share) == (2, 0.25)
        assert found.draft.alert_precision == found.draft.stopped_precision == 0.5
        assert found.active.stopped == 0
        assert found.active.alert_precision is None
        assert (found.newly_stopped, found.no_longer_stopped) == (6, 0)
        assert found.cut_by is None

    async def test_a_rule_that_asks_for_a_code_stops_and_is_no_alert(self, bank: Bank) -> None:
        await record(bank, 200_000)
        found = await measure(bank, rule(outcome="step_up"))
        assert (found.draft.stopped, found.draft.alerts_per_day) == (1, 0.0)

    async def test_less_than_a_day_counts_as_one(self, bank: Bank) -> None:
        await record(bank, 200_000)
        assert (await measure(bank, rule())).draft.alerts_per_day == 1.0

    async def test_what_the_score_asked_for_stays_in_both(self, bank: Bank) -> None:
        await record(bank, 500, asked="hold", outcome="hold")
        await record(bank, 500, asked=None, outcome="step_up")
        found = await measure(bank, rule())
        assert found.draft.outcomes == found.active.outcomes
        assert found.draft.outcomes["hold"] == found.draft.outcomes["step_up"] == 1

    async def test_a_milder_draft_no_longer_stops(self, bank: Bank) -> None:
        bank.clock.advance(60)
        facts = payment(bank.clock.now(), 200_000)
        await decided(bank.db, facts)
        bank.clock.advance(60)
        until = bank.clock.now()
        found = await bank.fraud.rules.backtests.measure(
            rules(rule(minor=10**9)), rules(rule()), since=until - timedelta(days=1), until=until
        )
        assert (found.newly_stopped, found.no_longer_stopped) == (0, 1)
        assert (found.stricter, found.milder) == (0, 1)

    async def test_a_harder_outcome_is_stricter_and_not_newly_stopped(self, bank: Bank) -> None:
        await record(bank, 200_000, asked="step_up", outcome="step_up")
        found = await measure(bank, rule(outcome="block"))
        assert (found.newly_stopped, found.stricter, found.stricter_share) == (0, 1, 1.0)

    async def test_records_older_than_the_rules_are_named_and_not_counted(self, bank: Bank) -> None:
        await record(bank, 200_000, old=True)
        await record(bank, 200_000)
        found = await measure(bank, rule())
        assert (found.decisions, found.not_judgeable) == (1, 1)

    async def test_a_payment_judged_twice_counts_once_as_judged_last(self, bank: Bank) -> None:
        first = await record(bank, 200_000, asked="hold")
        again = payment(bank.clock.now(), 500, payment_id=first.payment_id)
        await decided(bank.db, again)
        bank.clock.advance(1)
        found = await measure(bank, rule())
        assert (found.decisions, found.draft.stopped) == (1, 0)

    async def test_a_label_that_came_later_is_not_used(self, bank: Bank) -> None:
        facts = await record(bank, 200_000)
        from app.domains.fraud.repository import events

        await events.append(bank.db, facts, high_ratio=False)
        known = bank.clock.now() + timedelta(days=1)
        await events.set_label(bank.db, facts.payment_id, fraud=True, known_at=known)
        assert (await measure(bank, rule())).labelled == 0

    async def test_only_the_period_is_read(self, bank: Bank) -> None:
        await record(bank, 200_000)
        bank.clock.advance(3 * 86_400)
        await record(bank, 200_000)
        assert (await measure(bank, rule(), days=2)).decisions == 1

    async def test_nothing_recorded_gives_an_empty_report(self, bank: Bank) -> None:
        found = await measure(bank, rule())
        assert (found.decisions, found.draft.stopped_share) == (0, 0.0)
        assert not found.enough


@pytest.mark.row("FC6")
class TestBounds:
    async def test_the_newest_are_read_up_to_the_limit(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "DECISIONS_MAX", 5)
        monkeypatch.setattr(judged, "PAGE", 2)
        for n in range(8):
            await record(bank, 200_000 if n >= 5 else 500)
        found = await measure(bank, rule())
        assert (found.decisions, found.cut_by, found.draft.stopped) == (5, CutBy.LIMIT, 3)
        assert found.since > bank.clock.now() - timedelta(hours=12)

    async def test_it_ends_in_time_and_says_so(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "WORK_S", 0.0)
        monkeypatch.setattr(judged, "PAGE", 2)
        for _ in range(5):
            await record(bank, 500)
        found = await measure(bank, rule())
        assert (found.decisions, found.cut_by) == (1, CutBy.TIME)

    async def test_many_in_one_slice_or_one_millisecond_are_each_counted_once(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(judged, "PAGE", 4)
        for n in range(11):
            at = bank.clock.now() + timedelta(milliseconds=n // 3)
            await decided(bank.db, payment(at, 500, user=f"u{n}"))
        bank.clock.advance(60)
        assert (await measure(bank, rule())).decisions == 11

    async def test_others_run_between_pages(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import asyncio

        monkeypatch.setattr(judged, "PAGE", 1)
        for _ in range(5):
            await record(bank, 500)
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        await measure(bank, rule())
        task.cancel()
        assert turns >= 4


@pytest.mark.row("FC6")
class TestShadowReport:
    async def test_agreement_since_it_is_in_shadow(self, bank: Bank) -> None:
        made = await bank.fraud.rules.changes.draft([rule()], caller=caller_of("ann"), note="n")

        def said(outcome: str, version: str = made.version) -> dict[str, Any]:
            return {"rules": version, "outcome": outcome, "codes": []}

        await record(bank, 500, shadow=said("hold"))
        await bank.fraud.rules.changes.shadow(made.number, on=True, caller=caller_of("ann"))
        for outcome, would in (
            ("approve", "approve"), ("approve", "hold"), ("block", "hold"), ("hold", "hold")
        ):  # fmt: skip
            await record(bank, 500, outcome=outcome, shadow=said(would))
        await record(bank, 500, shadow=said("block", "fraud-rules/custom-99"))
        await record(bank, 500)
        found = await bank.fraud.rules.backtests.shadow_report(made.number)
        assert (found.decisions, found.agreed, found.stricter, found.milder) == (4, 2, 1, 1)
        assert found.by_outcome["approve>hold"] == 1
        assert found.covered_since == found.since

    async def test_without_a_shadow_there_is_no_report(self, bank: Bank) -> None:
        made = await bank.fraud.rules.changes.draft([rule()], caller=caller_of("ann"), note="n")
        with pytest.raises(RulesChangedError):
            await bank.fraud.rules.backtests.shadow_report(made.number)
        with pytest.raises(BacktestNotFoundError):
            await bank.fraud.rules.backtests.latest(made.number)


def test_an_empty_tally_divides_by_nothing() -> None:
    report = Tally.of(rules(rule()), BUILTIN).report(since=START, until=START, cut_by=None)
    assert report.draft.alerts_per_day == 0.0


@pytest.mark.row("FC6")
class TestOnTheServer:
    async def test_reads_the_same_from_mongodb(self, db: Database, bank: Bank) -> None:
        clock = FakeClock()
        until = clock.now()
        for store in (db, bank.db):
            for n in range(6):
                facts = payment(
                    until - timedelta(hours=n + 1), 200_000 if n % 2 else 500,
                    user=f"u{n}", payment_id=f"{n}",
                )  # fmt: skip
                await decided(store, facts, label=n == 1)
        found = [
            await Backtests(db=store, clock=clock).measure(
                rules(rule()), BUILTIN, since=until - timedelta(days=1), until=until
            )
            for store in (db, bank.db)
        ]
        assert found[0] == found[1]
        assert (found[0].draft.stopped, found[0].draft.alert_precision) == (3, pytest.approx(1 / 3))
