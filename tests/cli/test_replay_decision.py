"""`finnami replay decision`: stored decisions made again, whole, altered and incomplete."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli.main import main
from app.cli.replay_decision import UnknownDecisionError, replay_decision
from app.core import decisions
from app.core.decisions import DecisionRecord
from app.core.ids import new_id
from app.core.money import Money
from app.core.replays import Replay, compare
from app.core.uow import Transaction
from app.domains.fraud.list_types import ListName, SubjectKind
from app.domains.fraud.repository import rule_sets
from app.domains.fraud.rule_types import RulePointer
from app.domains.fraud.types import PaymentFacts, PaymentKind
from app.domains.market.adapters import archive as partitions
from app.domains.market.archive_types import PriceArchive
from app.domains.portfolio.types import AdviceOutcome
from app.services import AppServices
from tests.api.conftest import app, key_file, services
from tests.factories.cases import caller_of
from tests.factories.market import open_market
from tests.factories.people import FINANCIAL, PERSONAL, make_cleared
from tests.factories.rules import rule

__all__ = ["app", "key_file", "services"]
AT = datetime(2026, 1, 1, tzinfo=UTC)


async def run(services: AppServices, decision_id: str) -> Replay:
    return await replay_decision(services.db, services.settings, decision_id)


async def again(
    services: AppServices,
    decision_id: str,
    archives: tuple[PriceArchive, ...] = (),
    *,
    always: bool = False,
) -> Replay:
    return await replay_decision(
        services.db, services.settings, decision_id, archives, always=always
    )


async def advice(services: AppServices) -> str:
    await open_market(services)
    person = await make_cleared(services)
    made = await services.portfolio.recommend(
        person.user_id, key=new_id(), amount=Money(1_234_56, "USD")
    )
    assert made.outcome is AdviceOutcome.INVEST
    return made.recommendation_id


async def judged_by(services: AppServices) -> tuple[str, str]:
    """Put one set of rules in force and another one in shadow; return their versions."""
    made = [
        await services.fraud.rules.changes.draft(
            [rule(minor=minor, outcome="step_up")], caller=caller_of("ann"), note="test"
        )
        for minor in (90_000, 90_001)
    ]
    pointer = await rule_sets.pointer(services.db)
    active, shadow = (one.number for one in made)
    changed = replace(pointer, active=active, shadow=shadow, shadow_since=services.clock.now())
    await rule_sets.move(services.db, changed)
    return made[0].version, made[1].version


async def payments(services: AppServices, count: int = 3, *, payee: str = "") -> list[str]:
    """Book payments of one person; the last ones have a state to remember."""
    ids, payer, payee = [], new_id(), payee or new_id()
    for number in range(count):
        facts = PaymentFacts(
            payment_id=new_id(), user_id=payer, payee_id=payee, kind=PaymentKind.TRANSFER,
            amount=Money(900_00 + number, "USD"),
            at=services.clock.now() + timedelta(seconds=number), session_id="s", fresh_factor=True,
        )  # fmt: skip
        verdict = await services.fraud.screen(facts)

        async def work(tx: Transaction, verdict: Any = verdict) -> None:
            await services.fraud.record(tx, verdict, booked=True)

        await services.db.transaction(work)
        await services.fraud.booked(verdict)
        ids.append(verdict.decision_id)
    return ids


async def alter(services: AppServices, decision_id: str, change: dict[str, Any]) -> None:
    """Change a stored record; an attacker who knows the code also makes a fitting hash."""
    query = {"_id": decision_id}
    await services.db.update_one(decisions.COLLECTION, query, {"$set": change})


async def rehash(services: AppServices, decision_id: str) -> None:
    document = await services.db.find_one(decisions.COLLECTION, {"_id": decision_id})
    assert document is not None
    await alter(services, decision_id, {"hash": DecisionRecord.of(document).hash()})


class TestRecommendation:
    @pytest.mark.row("EX4")
    async def test_comes_out_the_same_byte_for_byte(self, services: AppServices) -> None:
        found = await run(services, await advice(services))

        assert found.identical, (found.missing, found.differences)

    @pytest.mark.row("EX4")
    async def test_advice_to_wait_comes_out_the_same(self, services: AppServices) -> None:
        await open_market(services)
        person = await make_cleared(services)
        indebted = replace(
            FINANCIAL, monthly_debt_payment=Money(10_00, "USD"), highest_debt_rate_bps=2500
        )
        await services.onboarding.profiles.save_facts(
            person.user_id, personal=PERSONAL, financial=indebted
        )
        await services.onboarding.profiles.make(person.user_id)
        made = await services.portfolio.recommend(person.user_id, key=new_id())
        assert made.outcome is AdviceOutcome.WAIT

        assert (await run(services, made.recommendation_id)).identical

    @pytest.mark.row("EX4")
    async def test_an_altered_record_is_found_even_with_a_fitting_hash(
        self, services: AppServices
    ) -> None:
        decision_id = await advice(services)
        await alter(services, decision_id, {"outputs.mix.rung": 3})

        naive = await run(services, decision_id)
        await rehash(services, decision_id)
        clever = await run(services, decision_id)

        assert any("altered" in line for line in naive.differences)
        assert not any("altered" in line for line in clever.differences)
        assert any(line.startswith("outputs.mix.rung: stored 3,") for line in clever.differences)

    @pytest.mark.row("EX4")
    async def test_what_is_gone_is_named(self, services: AppServices) -> None:
        decision_id = await advice(services)
        await alter(services, decision_id, {"versions.frontier": "gone"})

        found = await run(services, decision_id)

        assert not found.identical
        assert len(found.missing) == 1
        assert found.missing[0].startswith("frontier gone: the closes of simulated up to ")

    @pytest.mark.row("MD5")
    async def test_frontier_that_is_gone_is_built_again_from_the_same_closes(
        self, services: AppServices
    ) -> None:
        decision_id = await advice(services)
        assert (await again(services, decision_id, always=True)).identical
        await services.db.delete_many("frontiers", {})
        assert (await again(services, decision_id)).identical

    @pytest.mark.row("MD5")
    async def test_prices_that_are_gone_come_from_partitions_or_are_named(
        self, services: AppServices, tmp_path: Path
    ) -> None:
        decision_id = await advice(services)
        archive = await services.market.archives.of()
        files = [partitions.write_year(tmp_path, archive, y) for y in partitions.years_of(archive)]
        partitions.write_manifest(tmp_path, archive, files)
        for collection in ("frontiers", "price_sources", "price_years"):
            await services.db.delete_many(collection, {})

        lost = await again(services, decision_id)
        assert "the closes of simulated up to" in lost.missing[0]
        assert "no price source simulated" in lost.missing[0]
        archives = tuple(partitions.read_archives(tmp_path))
        assert (await again(services, decision_id, archives)).identical

        # Another close anywhere in the past is other data, and it is said.
        closes = archive.closes.prices.copy()
        closes[10, 0] *= 1.01
        other = replace(archive, closes=replace(archive.closes, prices=closes))
        changed = await again(services, decision_id, (other,))
        assert "the archive gives" in changed.missing[0]


class TestFraud:
    @pytest.mark.row("EX4")
    async def test_comes_out_the_same_after_later_payments(self, services: AppServices) -> None:
        for decision_id in await payments(services):
            found = await run(services, decision_id)

            assert found.identical, (found.missing, found.differences)

    @pytest.mark.row("FC6")
    async def test_comes_out_the_same_under_rules_and_lists_that_are_gone(
        self, services: AppServices
    ) -> None:
        active, shadow = await judged_by(services)
        payee = new_id()
        entry = await services.fraud.rules.lists.add(
            ListName.ALLOW, SubjectKind.PAYEE, payee, reason="known well", caller=caller_of("ann"),
            expires_at=services.clock.now() + timedelta(days=1),
        )  # fmt: skip
        ids = await payments(services, payee=payee)
        record = await decisions.load(services.db, ids[0])
        assert record is not None
        assert record.versions["rules"] == active
        assert record.outputs["shadow"]["rules"] == shadow
        assert record.inputs["lists"][0]["entry"] == entry.entry_id
        # Later: back to the built-in rules, no shadow, no list.
        await rule_sets.move(services.db, RulePointer(revision=9))
        await services.fraud.rules.lists.remove(entry.entry_id, caller=caller_of("ann"))

        for decision_id in ids:
            found = await run(services, decision_id)

            assert found.identical, (found.missing, found.differences)

    @pytest.mark.row("FC6")
    async def test_rules_that_are_gone_are_named(self, services: AppServices) -> None:
        active, _ = await judged_by(services)
        decision_id = (await payments(services, 1))[0]
        await services.db.delete_one("fraud_rule_sets", {"_id": int(active.rpartition("-")[2])})

        assert (await run(services, decision_id)).missing == (f"rules {active}",)

    @pytest.mark.row("EX4")
    async def test_a_record_from_before_the_rules_were_data_comes_out_the_same(
        self, services: AppServices
    ) -> None:
        decision_id = (await payments(services))[-1]
        gone = dict.fromkeys(("inputs.facts", "inputs.lists", "inputs.in_flight"), "")
        change = {"$unset": {**gone, "outputs.asked": ""}}
        await services.db.update_one(decisions.COLLECTION, {"_id": decision_id}, change)
        await rehash(services, decision_id)

        found = await run(services, decision_id)

        assert found.identical, (found.missing, found.differences)

    @pytest.mark.row("EX4")
    async def test_an_altered_score_is_found(self, services: AppServices) -> None:
        decision_id = (await payments(services))[-1]
        await alter(services, decision_id, {"outputs.probability": 0.000123})
        await rehash(services, decision_id)

        found = await run(services, decision_id)

        assert any(line.startswith("outputs.probability") for line in found.differences)

    @pytest.mark.row("EX4")
    async def test_a_missing_model_or_payment_is_named(self, services: AppServices) -> None:
        ids = await payments(services)
        await alter(services, ids[0], {"versions.model": "1999"})
        first = await services.db.find_one(decisions.COLLECTION, {"_id": ids[0]})
        assert first is not None
        payment_id = first["inputs"]["payment_id"]
        assert await services.db.delete_one("fraud_events", {"_id": payment_id}) == 1

        gone_model, gone_payment = await run(services, ids[0]), await run(services, ids[2])

        assert "model fraud 1999" in gone_model.missing[0]
        assert gone_payment.missing == ("1 earlier payments of the customer",)


class TestCommand:
    async def test_an_unknown_decision_is_refused(self, services: AppServices) -> None:
        with pytest.raises(UnknownDecisionError):
            await run(services, "nobody")

    def test_without_a_database_it_says_so(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
    ) -> None:
        monkeypatch.delenv("FINNAMI_MONGO_URL", raising=False)
        monkeypatch.setenv("FINNAMI_DATA_DIR", str(tmp_path))

        done = CliRunner().invoke(main, ["replay", "decision", "x"])

        assert done.exit_code == 2
        assert "no database" in done.output


class TestCompare:
    def test_names_the_place(self) -> None:
        base: dict[str, Any] = {"versions": {}, "outputs": {"a": [1, 2]}, "explanation": {}}
        one = DecisionRecord("i", "k", "u", AT, {}, **base)
        other = replace(one, outputs={"a": [1, 3]})

        assert compare(one, one) == ()
        assert compare(one, other) == ("outputs.a[1]: stored 2, made again 3",)
