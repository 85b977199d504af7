"""The life of a set: refused until proven, activated by another person, back in one call."""

from typing import Any

import pytest

from app.core.ids import new_id
from app.core.money import Money
from app.domains.fraud.backtest_types import BacktestState
from app.domains.fraud.errors import (
    ImpactTooLargeError,
    InvalidRuleError,
    NothingToRollBackError,
    RulesBrokenError,
    RulesChangedError,
    RulesNotFoundError,
    RulesNotProvenError,
    SecondPersonError,
)
from app.domains.fraud.rule_documents import document
from app.domains.fraud.rule_types import RulePointer, RuleState
from app.domains.fraud.rules.builtin import BUILTIN
from app.domains.fraud.types import PaymentFacts, PaymentKind
from app.domains.identity.errors import StepUpRequiredError
from tests.factories.cases import caller_of
from tests.factories.ledger import Bank, build_bank
from tests.factories.rules import decided, grant, rule


@pytest.fixture(params=[False, True], ids=["first attempt commits", "first attempt aborts"])
def bank(request: pytest.FixtureRequest) -> Bank:
    return build_bank(abort_first=request.param)


async def drafted(bank: Bank, *rules: dict[str, Any], author: str = "ann") -> int:
    made = await bank.fraud.rules.changes.draft(
        list(rules) or [rule()], caller=caller_of(await bank.person(author)), note="from June"
    )
    return made.number


async def history(bank: Bank, *, stopped: int = 2, calm: int = 198) -> None:
    """Record payments of the last hours, so many of them large."""
    for n in range(stopped + calm):
        bank.clock.advance(60)
        facts = PaymentFacts(
            payment_id=new_id(), user_id=f"user{n % 7}", payee_id="shop",
            kind=PaymentKind.TRANSFER, amount=Money(100_000 if n < stopped else 500, "USD"),
            at=bank.clock.now(), session_id="s", fresh_factor=False,
        )  # fmt: skip
        await decided(bank.db, facts)
    bank.clock.advance(60)


async def proven(bank: Bank, number: int, *, shadowed: bool = True) -> None:
    tests, caller = bank.fraud.rules.backtests, caller_of("ann")
    asked = await tests.ask(number, days=7, caller=caller)
    await tests.run(asked.backtest_id)
    if shadowed:
        await bank.fraud.rules.changes.shadow(number, on=True, caller=caller)


async def activate(bank: Bank, number: int, who: str = "bob", **other: Any) -> RulePointer:
    user = await bank.person(who)
    given = {"grant": await grant(bank, user, number, "activate"), "accept_impact": False} | other
    return await bank.fraud.rules.changes.activate(
        number, caller=caller_of(user), reason="fewer mules", **given
    )


async def roll_back(bank: Bank, to: int, who: str = "ann", **other: Any) -> RulePointer:
    user = await bank.person(who)
    given = {"grant": await grant(bank, user, to, "rollback")} | other
    return await bank.fraud.rules.changes.rollback(
        to, caller=caller_of(user), reason="too many alerts", **given
    )


def audited(bank: Bank) -> list[str]:
    return [e.action for e in bank.db.audited if e.action.startswith("fraud_rules.")]


@pytest.mark.row("FC6")
class TestLifecycle:
    async def test_draft_backtest_shadow_activate_and_back(self, bank: Bank) -> None:
        changes = bank.fraud.rules.changes
        await history(bank)
        number = await drafted(bank)
        assert (await changes.get(number))[1] is RuleState.DRAFT
        await proven(bank, number)
        assert (await changes.get(number))[1] is RuleState.SHADOW
        pointer = await activate(bank, number)
        assert (pointer.active, pointer.previous, pointer.shadow) == (number, 0, None)
        assert await activate(bank, number, grant=None) == pointer
        assert (await changes.get(number))[1] is RuleState.ACTIVE

        back = await roll_back(bank, 0)
        assert (back.active, back.previous) == (0, None)
        assert await roll_back(bank, 0, grant=None) == back
        assert (await changes.get(number))[1] is RuleState.RETIRED
        assert audited(bank) == [
            "fraud_rules.drafted",
            "fraud_rules.backtest_asked",
            "fraud_rules.shadowed",
            "fraud_rules.activated",
            "fraud_rules.rolled_back",
        ]

    async def test_the_same_draft_of_one_author_is_one(self, bank: Bank) -> None:
        assert await drafted(bank) == await drafted(bank) == 1
        assert await drafted(bank, author="bob") == 2
        assert await drafted(bank, rule(minor=5)) == 3
        assert [one.number for one in (await bank.fraud.rules.changes.desk()).sets] == [3, 2, 1, 0]

    async def test_a_built_in_code_keeps_its_meaning(self, bank: Bank) -> None:
        kept = [document(one) for one in BUILTIN.rules]
        assert await drafted(bank, *kept) == 1
        assert await drafted(bank, kept[0] | {"outcome": "block"}) == 2
        with pytest.raises(InvalidRuleError, match=r"rules\[0\]\.code: burst is a built-in rule"):
            await drafted(bank, rule("burst"))

    async def test_each_missing_proof_is_named(self, bank: Bank) -> None:
        await history(bank)
        number = await drafted(bank)
        with pytest.raises(RulesNotProvenError) as refused:
            await activate(bank, number)
        assert refused.value.fields == {"missing": ["backtest", "shadow"]}
        await proven(bank, number, shadowed=False)
        with pytest.raises(RulesNotProvenError) as refused:
            await activate(bank, number)
        assert refused.value.fields == {"missing": ["shadow"]}

    async def test_another_draft_needs_its_own_back_test(self, bank: Bank) -> None:
        await history(bank)
        await proven(bank, await drafted(bank))
        other = await drafted(bank, rule(minor=99_999))
        with pytest.raises(RulesNotProvenError):
            await activate(bank, other)

    async def test_a_back_test_against_other_rules_or_a_week_old_proves_nothing(
        self, bank: Bank
    ) -> None:
        await history(bank)
        first, second = await drafted(bank), await drafted(bank, rule(minor=90_000))
        for number in (first, second):
            await proven(bank, number)
        await activate(bank, first)
        with pytest.raises(RulesNotProvenError):
            await activate(bank, second)
        await proven(bank, second)
        bank.clock.advance(8 * 86_400)
        with pytest.raises(RulesNotProvenError):
            await activate(bank, second)

    async def test_the_author_does_not_activate_her_own(self, bank: Bank) -> None:
        await history(bank)
        number = await drafted(bank)
        await proven(bank, number)
        with pytest.raises(SecondPersonError):
            await activate(bank, number, "ann")

    async def test_a_code_for_something_else_is_refused(self, bank: Bank) -> None:
        await history(bank)
        number = await drafted(bank)
        await proven(bank, number)
        bob = await bank.person("bob")
        for wrong in (None, await grant(bank, bob, number + 1, "activate")):
            with pytest.raises(StepUpRequiredError):
                await activate(bank, number, grant=wrong)
        await activate(bank, number)
        with pytest.raises(StepUpRequiredError):
            await roll_back(bank, 0, grant=None)

    async def test_a_large_impact_needs_a_word(self, bank: Bank) -> None:
        await history(bank, stopped=20, calm=100)
        number = await drafted(bank)
        await proven(bank, number)
        with pytest.raises(
            ImpactTooLargeError, match=r"16\.7% of payments would be treated more"
        ) as refused:
            await activate(bank, number)
        assert refused.value.fields == {
            "stricter_share": pytest.approx(20 / 120),
            "milder_share": 0.0,
            "limit": 0.05,
        }
        assert (await activate(bank, number, accept_impact=True)).active == number

    async def test_letting_much_through_needs_a_word_too(self, bank: Bank) -> None:
        await history(bank, stopped=20, calm=100)
        first = await drafted(bank)
        await proven(bank, first)
        await activate(bank, first, accept_impact=True)
        await history(bank, stopped=0, calm=1)
        second = await drafted(bank, rule(minor=10**9))
        await proven(bank, second)
        with pytest.raises(ImpactTooLargeError, match="more mildly"):
            await activate(bank, second)

    async def test_too_few_payments_to_tell_need_a_word(self, bank: Bank) -> None:
        await history(bank, stopped=0, calm=99)
        number = await drafted(bank)
        await proven(bank, number)
        with pytest.raises(ImpactTooLargeError, match="too few to tell"):
            await activate(bank, number)

    async def test_rolling_back_twice_goes_back_twice_only_when_told(self, bank: Bank) -> None:
        await history(bank)
        first, second = await drafted(bank), await drafted(bank, rule(minor=90_000))
        for number in (first, second):
            await proven(bank, number)
            await activate(bank, number)
        with pytest.raises(RulesChangedError):
            await roll_back(bank, 0)
        assert (await roll_back(bank, first)).previous == 0
        assert (await roll_back(bank, 0)).active == 0
        with pytest.raises(NothingToRollBackError):
            await roll_back(bank, first)

    async def test_nobody_goes_to_or_back_to_an_altered_set(self, bank: Bank) -> None:
        await history(bank)
        first, second = await drafted(bank), await drafted(bank, rule(minor=90_000))
        for number in (first, second):
            await proven(bank, number)
            await activate(bank, number)
        change = {"$set": {"rules": [rule(outcome="step_up")]}}
        await bank.db.update_one("fraud_rule_sets", {"_id": first}, change)
        for move in (roll_back, activate):
            with pytest.raises(RulesBrokenError, match=f"rules {first}: altered"):
                await move(bank, first)
        desk = await bank.fraud.rules.changes.desk()
        assert (desk.pointer.active, [one.number for one in desk.sets]) == (second, [second, 0])

    async def test_what_is_not_there_is_not_found(self, bank: Bank) -> None:
        rules, caller = bank.fraud.rules, caller_of("ann")
        with pytest.raises(RulesNotFoundError):
            await rules.changes.get(9)
        with pytest.raises(RulesNotFoundError):
            await rules.changes.shadow(9, on=True, caller=caller)
        with pytest.raises(RulesNotFoundError):
            await rules.backtests.ask(9, days=1, caller=caller)
        with pytest.raises(RulesNotFoundError):
            await activate(bank, 9)

    async def test_shadow_ends_once(self, bank: Bank) -> None:
        changes, caller = bank.fraud.rules.changes, caller_of("ann")
        number = await drafted(bank)
        on = await changes.shadow(number, on=True, caller=caller)
        assert await changes.shadow(number, on=True, caller=caller) == on
        off = await changes.shadow(number, on=False, caller=caller)
        assert (off.shadow, off.shadow_since) == (None, None)
        assert await changes.shadow(number, on=False, caller=caller) == off


@pytest.mark.row("FC6")
class TestAskedBacktest:
    async def test_asking_again_while_one_waits_is_the_same(self, bank: Bank) -> None:
        tests, caller = bank.fraud.rules.backtests, caller_of("ann")
        number = await drafted(bank)
        first = await tests.ask(number, days=7, caller=caller)
        assert await tests.ask(number, days=7, caller=caller) == first
        assert (await tests.ask(number, days=8, caller=caller)).backtest_id != first.backtest_id

    async def test_a_report_is_made_once(self, bank: Bank) -> None:
        tests, caller = bank.fraud.rules.backtests, caller_of("ann")
        await history(bank, stopped=1, calm=1)
        number = await drafted(bank)
        asked = await tests.ask(number, days=7, caller=caller)
        await tests.run(asked.backtest_id)
        first = await tests.latest(number)
        await history(bank, stopped=1, calm=1)
        await tests.run(asked.backtest_id)
        assert await tests.latest(number) == first
        assert first.state is BacktestState.DONE
        await tests.run("nobody asked")
