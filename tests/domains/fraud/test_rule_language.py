"""The language of rules: strict to read, pure to evaluate, and the built-in set says the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.fraud.errors import InvalidRuleError
from app.domains.fraud.list_types import ListHit, ListName, SubjectKind
from app.domains.fraud.rule_documents import document, in_words
from app.domains.fraud.rule_types import (
    BOUNDS,
    CONDITIONS_MAX,
    FIELD_KINDS,
    All,
    Condition,
    Field,
    FieldKind,
    Op,
    Rule,
    RuleSet,
)
from app.domains.fraud.rule_types import Any as AnyOf
from app.domains.fraud.rules import language, verdict
from app.domains.fraud.rules.builtin import BUILTIN
from app.domains.fraud.rules.parsing import INTEGER_MAX, digest, parse_rules
from app.domains.fraud.types import (
    SEVERITY,
    EntityState,
    ModelScore,
    Outcome,
    PaymentFacts,
    PaymentKind,
)
from tests.factories.fraud import customer_state, past
from tests.factories.rules import rule

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
PAYMENT = PaymentFacts(
    payment_id="p", user_id="u", payee_id="shop", kind=PaymentKind.TRANSFER,
    amount=Money(100, "USD"), at=AT, session_id="s", fresh_factor=False,
)  # fmt: skip
BLOCK = ListHit("b", ListName.BLOCK, SubjectKind.PAYEE)
ALLOW = ListHit("a", ListName.ALLOW, SubjectKind.PAYEE)


def set_of(*rules: Rule, number: int = 1) -> RuleSet:
    return RuleSet(number, rules, "ann", "", AT, digest(rules))


def value_of(field: Field) -> st.SearchStrategy[Any]:
    kind = FIELD_KINDS[field]
    if kind is FieldKind.FLAG:
        return st.booleans()
    if field is Field.KIND:
        return st.sampled_from([kind.value for kind in PaymentKind])
    if field is Field.CURRENCY:
        return st.sampled_from(["USD", "EUR"])
    low, high = BOUNDS.get(field, (0, INTEGER_MAX))
    if kind is FieldKind.INTEGER:
        return st.integers(int(low), int(high))
    return st.floats(low, high)


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, Any]:
    field = draw(st.sampled_from(list(Field)))
    ordered = FIELD_KINDS[field] in (FieldKind.INTEGER, FieldKind.NUMBER)
    op = draw(st.sampled_from([op for op in Op if ordered or op in (Op.EQ, Op.NE, Op.IN)]))
    value = value_of(field)
    given = draw(st.lists(value, min_size=1, max_size=3)) if op is Op.IN else draw(value)
    return {"field": field.value, "op": op.value, "value": given}


def groups(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    parts = st.lists(inner, min_size=1, max_size=2)
    return st.one_of(parts.map(lambda p: {"all": p}), parts.map(lambda p: {"any": p}))


conditions = st.one_of(comparisons(), groups(comparisons()), groups(groups(comparisons())))
outcomes = st.sampled_from(["step_up", "hold", "block"])


@st.composite
def rule_tuples(draw: st.DrawFn) -> tuple[Rule, ...]:
    count = draw(st.integers(1, 3))
    return parse_rules(
        [
            {"code": f"rule_{n}", "when": draw(conditions), "outcome": draw(outcomes),
             "sentence": "Unusual."}
            for n in range(count)
        ]
    )  # fmt: skip


@st.composite
def payments(draw: st.DrawFn) -> tuple[PaymentFacts, EntityState, ModelScore | None]:
    minor = draw(st.one_of(st.integers(1, 2_000_000), st.sampled_from([49_999, 50_000, 999_999])))
    made = replace(
        PAYMENT,
        kind=draw(st.sampled_from(list(PaymentKind))),
        amount=Money(minor, draw(st.sampled_from(["USD", "EUR"]))),
        payee_id=draw(st.sampled_from(["shop", "new"])),
        fresh_factor=draw(st.booleans()),
    )
    minutes = draw(st.lists(st.integers(1, 90), max_size=25))
    known = [past(f"e{n}", AT - timedelta(minutes=m)) for n, m in enumerate(sorted(minutes)[::-1])]
    flying = draw(st.integers(0, 3))
    customer = replace(customer_state("u", known), in_flight=(int(AT.timestamp() * 1000),) * flying)
    probability = draw(st.one_of(st.none(), st.floats(0, 1)))
    score = (
        None
        if probability is None
        else ModelScore(probability, 1.0, draw(st.booleans()), (), (), "m")
    )
    return made, customer, score


def rule_reasons_before(
    facts: PaymentFacts, customer: EntityState
) -> list[tuple[Outcome, str, str]]:
    """What `fraud-rules/3` was as code: the built-in set must say the same for ever."""
    found = []
    recent = customer.within(timedelta(hours=1), at=facts.at)
    if recent >= 20:
        sentence = f"You made {recent} payments within the last hour."
        found.append((Outcome.HOLD, "burst", sentence))
    if facts.kind in (PaymentKind.TRANSFER, PaymentKind.WITHDRAWAL):
        if facts.amount.amount_minor >= 50_000 and not customer.paid(facts.payee_id):
            sentence = "This is your first payment to this payee."
            found.append((Outcome.STEP_UP, "new_payee", sentence))
        if facts.amount.amount_minor >= 1_000_000:
            found.append((Outcome.STEP_UP, "large_amount", "The amount is large."))
    return found


@pytest.mark.row("FC6")
class TestBuiltIn:
    @given(payments())
    def test_says_what_the_code_before_it_said(
        self, made: tuple[PaymentFacts, EntityState, ModelScore | None]
    ) -> None:
        payment, customer, score = made
        facts = language.facts_of(payment, customer, score)
        said = [
            (rule.outcome, rule.code, language.reason(rule, facts).sentence)
            for rule in language.fired(BUILTIN.rules, facts)
        ]
        assert said == rule_reasons_before(payment, customer)

    def test_can_be_written_as_a_draft(self) -> None:
        assert parse_rules([document(rule) for rule in BUILTIN.rules]) == BUILTIN.rules
        assert BUILTIN.version == "fraud-rules/3"


@pytest.mark.row("FC6")
class TestEvaluation:
    @given(rule_tuples(), payments(), st.lists(st.sampled_from([BLOCK, ALLOW]), max_size=2))
    def test_another_rule_never_makes_the_outcome_milder(
        self,
        rules: tuple[Rule, ...],
        made: tuple[PaymentFacts, EntityState, ModelScore | None],
        hits: list[ListHit],
    ) -> None:
        severity = [
            SEVERITY[verdict.judge(*made, rules=set_of(*rules[:n]), hits=tuple(hits)).outcome]
            for n in range(len(rules) + 1)
        ]
        assert severity == sorted(severity)

    @given(rule_tuples())
    def test_a_set_reads_back_as_it_was_written(self, rules: tuple[Rule, ...]) -> None:
        again = parse_rules([document(rule) for rule in rules])
        assert digest(again) == digest(rules)
        assert again == rules

    @pytest.mark.parametrize("field", [Field.PROBABILITY, Field.ANOMALY])
    @pytest.mark.parametrize("op", [op.value for op in Op if op is not Op.IN])
    def test_a_comparison_with_a_missing_score_is_false(self, field: Field, op: str) -> None:
        when = {"field": field.value, "op": op, "value": 0.5}
        (found,) = parse_rules([rule() | {"when": when}])
        assert not language.holds(found.when, language.facts_of(PAYMENT, EntityState("u"), None))

    def test_all_needs_each_and_any_needs_one(self) -> None:
        facts = {Field.HOUR: 9, Field.CURRENCY: "USD"}
        yes = {"field": "hour", "op": "eq", "value": 9}
        no = {"field": "currency", "op": "in", "value": ["EUR", "GBP"]}
        held = [
            language.holds(found.when, facts)
            for found in parse_rules(
                [
                    rule("all_both") | {"when": {"all": [yes, no]}},
                    rule("any_both") | {"when": {"any": [yes, no]}},
                ]
            )
        ]
        assert held == [False, True]

    def test_conditions_are_told_in_words(self) -> None:
        yes = {"field": "first_payment_to_payee", "op": "eq", "value": True}
        kinds = {"field": "kind", "op": "in", "value": ["transfer", "order"]}
        (found,) = parse_rules([rule() | {"when": {"all": [yes, {"any": [kinds]}]}}])
        assert (
            in_words(found.when) == "(first_payment_to_payee = true and (kind in transfer, order))"
        )


@pytest.mark.row("FC8")
class TestLists:
    @given(rule_tuples(), payments())
    def test_a_block_entry_beats_everything(
        self,
        rules: tuple[Rule, ...],
        made: tuple[PaymentFacts, EntityState, ModelScore | None],
    ) -> None:
        judged = verdict.judge(*made, rules=set_of(*rules), hits=(ALLOW, BLOCK))
        assert judged.outcome is Outcome.BLOCK
        assert verdict.reasons_of(judged, made[2])[0].code == "list_block"

    @given(rule_tuples(), payments())
    def test_an_allow_entry_never_lowers_a_rule_or_a_missing_score(
        self,
        rules: tuple[Rule, ...],
        made: tuple[PaymentFacts, EntityState, ModelScore | None],
    ) -> None:
        payment, _, score = made
        allowed = verdict.judge(*made, rules=set_of(*rules), hits=(ALLOW,))
        fired = [rule.outcome for rule in allowed.fired]
        least = [Outcome.STEP_UP] if score is None else [Outcome.APPROVE]
        strictest = max([*fired, *least], key=SEVERITY.__getitem__)
        if strictest is Outcome.STEP_UP and payment.fresh_factor:
            strictest = Outcome.APPROVE
        assert allowed.outcome is strictest

    def test_an_allow_entry_lowers_what_the_score_asks_for(self) -> None:
        known = [past(f"o{n}", AT - timedelta(days=9 + n), payee="shop") for n in range(6)]
        customer = customer_state("u", known)
        score = ModelScore(0.95, 1.0, True, (("amount", 0.5),), (), "m")
        assert verdict.judge(PAYMENT, customer, score).outcome is Outcome.BLOCK
        judged = verdict.judge(PAYMENT, customer, score, hits=(ALLOW,))
        assert judged.outcome is Outcome.APPROVE
        assert judged.asked is Outcome.BLOCK
        assert verdict.reasons_of(judged, score) == ()


def nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"field": "hour", "op": "eq", "value": 1}
    for _ in range(depth):
        inner = {"all": [inner]}
    return inner


@pytest.mark.row("FC6")
class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"code": "Bad code"}, "rules[0].code"),
            ({"code": "model_amount"}, "rules[0].code"),
            ({"code": 7}, "rules[0].code"),
            ({"outcome": "approve"}, "rules[0].outcome"),
            ({"outcome": ["hold"]}, "rules[0].outcome"),
            ({"sentence": ""}, "rules[0].sentence"),
            ({"sentence": "two\nlines"}, "rules[0].sentence"),
            ({"sentence": "Scored {probability}."}, "rules[0].sentence"),
            ({"sentence": "{0.__class__}"}, "rules[0].sentence"),
            ({"extra": 1}, "rules[0]"),
            ({"when": "amount_minor > 5"}, "rules[0].when"),
            ({"when": {"all": []}}, "rules[0].when.all"),
            ({"when": {"all": [1]}}, "rules[0].when.all[0]"),
            ({"when": {"all": [], "any": []}}, "rules[0].when"),
            ({"when": nested(4)}, "rules[0].when.all[0].all[0].all[0].all[0]"),
            ({"when": {"any": [nested(0)] * CONDITIONS_MAX}}, "rules[0].when.any[29]"),
            ({"when": {"field": "iban", "op": "eq", "value": 1}}, "rules[0].when.field"),
            ({"when": {"field": [], "op": "eq", "value": 1}}, "rules[0].when.field"),
            ({"when": {"field": "hour", "op": "like", "value": 1}}, "rules[0].when.op"),
            ({"when": {"field": "kind", "op": "lt", "value": "order"}}, "rules[0].when.op"),
            ({"when": {"field": "hour", "op": "eq", "value": "9"}}, "rules[0].when.value"),
            ({"when": {"field": "hour", "op": "eq", "value": True}}, "rules[0].when.value"),
            ({"when": {"field": "hour", "op": "eq", "value": 24}}, "rules[0].when.value"),
            ({"when": {"field": "hour", "op": "eq", "value": 10**400}}, "rules[0].when.value"),
            ({"when": {"field": "amount_minor", "op": "ge", "value": 1.5}}, "rules[0].when.value"),
            ({"when": {"field": "probability", "op": "ge", "value": 2}}, "rules[0].when.value"),
            ({"when": {"field": "probability", "op": "ge", "value": float("nan")}},
             "rules[0].when.value"),
            ({"when": {"field": "degraded", "op": "eq", "value": 1}}, "rules[0].when.value"),
            ({"when": {"field": "kind", "op": "eq", "value": "gift"}}, "rules[0].when.value"),
            ({"when": {"field": "currency", "op": "in", "value": ["USD", "us"]}},
             "rules[0].when.value[1]"),
            ({"when": {"field": "currency", "op": "in", "value": []}}, "rules[0].when.value"),
            ({"when": {"field": "hour", "op": "in", "value": list(range(24)) * 3}},
             "rules[0].when.value"),
        ],
    )  # fmt: skip
    def test_the_place_is_named(self, change: dict[str, Any], place: str) -> None:
        with pytest.raises(InvalidRuleError) as refused:
            parse_rules([rule() | change])
        assert refused.value.fields == {"place": place}
        assert (refused.value.detail or "").startswith(f"{place}: ")

    @pytest.mark.parametrize("documents", [[], {}, "rules", None, [rule()] * 51])
    def test_other_than_one_to_fifty_rules_are_refused(self, documents: object) -> None:
        with pytest.raises(InvalidRuleError, match="rules: must be a list of 1 to 50"):
            parse_rules(documents)

    def test_a_code_is_given_once(self) -> None:
        with pytest.raises(InvalidRuleError, match="is the code of an earlier rule"):
            parse_rules([rule(), rule()])

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["all", "any", "field", "op", "value", "code", "when"]), inner
                )
            ),
        )
    )
    def test_whatever_is_sent_is_refused_and_never_fails(self, sent: Any) -> None:
        for documents in (sent, [sent], [rule() | {"when": sent}]):
            try:
                parse_rules(documents)
            except InvalidRuleError:
                continue


def test_both_groups_are_conditions() -> None:
    for kind in (All, AnyOf):
        condition: Condition = kind(())
        assert language.holds(condition, {}) is (kind is All)
