"""Arithmetic over evidence: what it gives, what it refuses."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from app.domains.chat.grounding.calculating import CalcError, calc
from tests.domains.chat.grounding.facts import count, day, judged, money, percent

pytestmark = pytest.mark.row("CH3")
KNOWN = {
    one.id: one
    for one in (
        money("a", "200"), money("b", "250"), money("usd", "10", currency="USD"),
        money("zero", "0"),
        percent("p", "10"), count("n", 4), day("d", "2026-11-03"),
    )
}  # fmt: skip


def run(op: str, *refs: str) -> Evidence:
    return calc(op, refs, evidence=KNOWN, new_id="c1")


class TestResults:
    @pytest.mark.parametrize(
        ("op", "refs", "kind", "value"),
        [
            ("add", ("a", "b"), Kind.MONEY, "450"),
            ("sub", ("a", "b"), Kind.MONEY, "-50"),
            ("sum", ("a", "b", "b"), Kind.MONEY, "700"),
            ("min", ("a", "b"), Kind.MONEY, "200"),
            ("max", ("a", "b"), Kind.MONEY, "250"),
            ("mul", ("a", "p"), Kind.MONEY, "20"),
            ("mul", ("n", "n"), Kind.QUANTITY, "16"),
            ("div", ("a", "n"), Kind.MONEY, "50"),
            ("div", ("b", "a"), Kind.QUANTITY, "1.25"),
            ("share", ("a", "b"), Kind.PERCENT, "0.8"),
            ("pct_change", ("a", "b"), Kind.PERCENT, "0.25"),
        ],
    )
    def test_is_exact_and_cites_its_inputs(
        self, op: str, refs: tuple[str, ...], kind: Kind, value: str
    ) -> None:
        found = run(op, *refs)

        assert (found.kind, found.value, found.inputs) == (kind, Decimal(value), refs)
        assert found.source is Source.CALC
        assert found.currency == ("EUR" if kind is Kind.MONEY else None)

    def test_a_declared_sum_may_be_said_and_an_undeclared_one_not(self) -> None:
        text = "Together that is €450.00."

        assert judged(text, KNOWN["a"], KNOWN["b"], run("add", "a", "b")).ok
        assert not judged(text, KNOWN["a"], KNOWN["b"]).ok

    def test_a_doubling_rests_on_a_quotient(self) -> None:
        half = replace(KNOWN["b"], value=Decimal("500"))
        ratio = calc("div", ("x", "b"), evidence=KNOWN | {"x": half}, new_id="c1")

        assert judged("It has doubled.", ratio).ok
        assert not judged("It has tripled.", ratio).ok

    def test_a_change_of_value_is_a_return(self) -> None:
        assert run("pct_change", "a", "b").metric is Metric.RETURN


class TestRefusals:
    @pytest.mark.parametrize(
        ("op", "refs", "code"),
        [
            ("pow", ("a", "b"), "unknown_op"),
            ("add", ("a",), "wrong_count"),
            ("sum", (), "wrong_count"),
            ("add", ("a", "nobody"), "unknown_evidence"),
            ("add", ("a", "d"), "not_a_number"),
            ("add", ("a", "usd"), "unlike_currencies"),
            ("div", ("a", "usd"), "unlike_currencies"),
            ("add", ("a", "n"), "unlike_kinds"),
            ("mul", ("a", "b"), "unlike_kinds"),
            ("div", ("a", "zero"), "zero_divisor"),
            ("share", ("a", "zero"), "zero_divisor"),
            ("pct_change", ("zero", "a"), "zero_divisor"),
        ],
    )
    def test_says_why(self, op: str, refs: tuple[str, ...], code: str) -> None:
        with pytest.raises(CalcError) as caught:
            run(op, *refs)

        assert caught.value.code == code

    def test_a_fourth_level_is_too_deep(self) -> None:
        known = dict(KNOWN)
        known["c1"] = calc("add", ("a", "b"), evidence=known, new_id="c1")
        known["c2"] = calc("add", ("c1", "b"), evidence=known, new_id="c2")
        known["c3"] = calc("add", ("c2", "b"), evidence=known, new_id="c3")

        with pytest.raises(CalcError) as caught:
            calc("add", ("c3", "b"), evidence=known, new_id="c4")
        assert caught.value.code == "too_deep"

    def test_a_loop_of_inputs_ends(self) -> None:
        loop = replace(KNOWN["a"], source=Source.CALC, inputs=("a",))

        with pytest.raises(CalcError):
            calc("add", ("a", "a"), evidence={"a": loop}, new_id="c1")
