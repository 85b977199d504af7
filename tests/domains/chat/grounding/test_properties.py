"""What holds for any figure, any text and any cut: checked on generated inputs."""

import itertools
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source, Status
from app.domains.chat.grounding.gate import Refused, Release, SentenceGate, Step
from app.domains.chat.grounding.judging import Judge
from app.domains.chat.grounding.rendering import render
from tests.domains.chat.grounding.facts import LOCALES, day, judged, money, percent, statuses

pytestmark = pytest.mark.row("CH3")
EXAMPLES = 150
AMOUNTS = st.decimals(min_value="-1e12", max_value="1e12", places=4, allow_nan=False)
SMALL = st.decimals(min_value="-10", max_value="10", places=8, allow_nan=False)
CURRENCIES = st.sampled_from(["EUR", "USD", "CHF", "INR", "JPY", "GBP", "MXN", "KWD", "BRL", "CNY"])


@st.composite
def figures(draw: st.DrawFn) -> Evidence:
    kind = draw(st.sampled_from([Kind.MONEY, Kind.PERCENT, Kind.QUANTITY, Kind.COUNT, Kind.DATE]))
    if kind is Kind.DATE:
        return day("v1", draw(st.dates(min_value=_day(1950), max_value=_day(2090))).isoformat())
    value = draw(SMALL if kind is Kind.PERCENT else AMOUNTS)
    if kind is Kind.COUNT:
        value = Decimal(int(value))
    currency = draw(CURRENCIES) if kind is Kind.MONEY else None
    signed = draw(st.booleans())
    return Evidence("v1", kind, value, Metric.OTHER, Source.CALC, currency, signed=signed)


def _day(year: int) -> date:
    return date(year, 1, 1)


class TestRenderThenJudge:
    @settings(max_examples=EXAMPLES, deadline=None)
    @given(figures(), st.sampled_from(LOCALES), st.none() | st.integers(0, 4))
    def test_what_is_rendered_is_grounded(
        self, one: Evidence, locale: str, decimals: int | None
    ) -> None:
        token = "[[v1]]" if decimals is None else f"[[v1|{decimals}]]"
        shown = render(token, evidence={"v1": one}, locale=locale, base_currency="EUR")

        verdict = judged(shown.text, one, locale=locale)

        assert verdict.ok, (shown.text, verdict)
        assert {claim.evidence_id for claim in verdict.claims} <= {"v1", None}
        assert shown.citations[0].end == len(shown.text)

    def test_a_token_without_evidence_stays(self) -> None:
        shown = render("It is [[v7]].", evidence={}, locale="en", base_currency="EUR")

        assert (shown.text, shown.unknown) == ("It is [[v7]].", ("v7",))


class TestDigitChange:
    @settings(max_examples=EXAMPLES, deadline=None)
    @given(
        st.decimals(min_value="1", max_value="1e9", places=2), st.sampled_from(LOCALES),
        st.integers(0, 30), st.integers(1, 9),
    )  # fmt: skip
    def test_another_digit_is_another_verdict(
        self, value: Decimal, locale: str, at: int, shift: int
    ) -> None:
        one = money("v1", str(value), Metric.OTHER)
        text = render("[[v1]]", evidence={"v1": one}, locale=locale, base_currency="EUR").text
        places = [index for index, char in enumerate(text) if char.isdigit()]
        chosen = places[at % len(places)]
        digit = str((int(text[chosen]) + shift) % 10)
        changed = text[:chosen] + digit + text[chosen + 1 :]

        assert judged(text, one, locale=locale).ok
        assert not judged(changed, one, locale=locale).ok


FACTS = (money("v1", "1234.5"), percent("v2", "-5.2", signed=True), day("v3", "2026-11-03"))
PIECES = {
    "en": ["Your value is €1,234.50. ", "You lost 5.2%, ", "it was 3 November 2026! ", "Fine. ",
           "You gained 8%. ", "five hundred euros. ", "See e.g. help.\n", "1. Buy.\n",
           "No figure "],
    "de": ["Ihr Wert ist 1.234,50 €. ", "Am 3. November 2026 ", "ca. 99 Prozent. ", "Gut. ",
           "sechzig Tausend Euro. ", "verloren 5,2 %; "],
    "zh": ["价值1,234.50欧元。", "亏损5.2%，", "好的。", "百分之八。", "三分之一的资产。",
           "没有数字"],
    "ar": ["القيمة 1,234.50 يورو. ", "خسرت 5.2%، ", "حسنا؟ ", "ستون ألف يورو. "],
}  # fmt: skip


def streamed(gate: SentenceGate, text: str, cuts: list[int]) -> list[Step]:
    marks = [0, *sorted({cut % (len(text) + 1) for cut in cuts}), len(text)]
    steps = [
        step for start, end in itertools.pairwise(marks) for step in gate.push(text[start:end])
    ]
    return steps + gate.finish()


class TestGate:
    @settings(max_examples=EXAMPLES, deadline=None)
    @given(st.data(), st.sampled_from(sorted(PIECES)), st.lists(st.integers(0, 2000), max_size=40))
    def test_loses_no_text_and_lets_no_unjudged_figure_through(
        self, data: st.DataObject, language: str, cuts: list[int]
    ) -> None:
        text = "".join(data.draw(st.lists(st.sampled_from(PIECES[language]), max_size=12)))
        judge = Judge(evidence=FACTS, locale=language, base_currency="EUR")
        gate = SentenceGate(judge.judge, language=language)

        steps = streamed(gate, text, cuts)

        shown, seen = "", ""
        for step in steps:
            if isinstance(step, Release):
                if step.verdict is None:
                    assert judge.judge(step.text).claims == (), step.text
                else:
                    assert step.verdict.ok
                shown, seen = shown + step.text, seen + step.text
            else:
                assert step.text.startswith(shown[step.at :])
                assert len(shown) == step.at + step.shown
                seen = seen[: len(seen) - step.shown] + step.text
                shown = shown[: step.at]
        assert seen == text
        assert gate.released == len(shown)
        assert judge.judge(shown).ok

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(st.text(max_size=300), st.lists(st.integers(0, 300), max_size=20))
    def test_any_text_comes_back_whole(self, text: str, cuts: list[int]) -> None:
        judge = Judge(evidence=(), locale="en", base_currency="EUR")

        steps = streamed(SentenceGate(judge.judge, language="en"), text, cuts)

        seen = ""
        for step in steps:
            seen = seen[: len(seen) - step.shown] if isinstance(step, Refused) else seen
            seen += step.text
        assert seen == text

    def test_a_lie_is_taken_back_from_the_start_of_its_sentence(self) -> None:
        judge = Judge(evidence=FACTS, locale="en", base_currency="EUR")
        gate = SentenceGate(judge.judge, language="en")

        steps = [
            step for char in "Fine. Your value is €9,999.00. Done." for step in gate.push(char)
        ]

        (refused,) = [step for step in steps if isinstance(step, Refused)]
        assert (refused.at, refused.text) == (5, " Your value is €9,999.00.")
        assert gate.finish()[-1].text.endswith("Done.")

    def test_a_held_sentence_is_bounded(self) -> None:
        judge = Judge(evidence=FACTS, locale="en", base_currency="EUR")
        gate = SentenceGate(judge.judge, language="en")

        steps = gate.push("9 " + "x" * 1000)

        assert [type(step) for step in steps] == [Refused]


class TestAnyText:
    @settings(max_examples=EXAMPLES * 2, deadline=None)
    @given(st.text(max_size=400), st.sampled_from(LOCALES))
    def test_never_raises_and_claims_are_spans(self, text: str, locale: str) -> None:
        for claim in judged(text, *FACTS, locale=locale).claims:
            assert claim.text == text[claim.start : claim.end]
            assert claim.status in Status

    @pytest.mark.parametrize(
        "unit",
        ["1", "1 ", "1,", "€", "-", "(", "一", "five ", "a\u200b", "'", "1.", "3 may ", "hundred ",
         "[[v1", "`1", "#", "\n1. ", "1/"],
    )  # fmt: skip
    def test_a_hundred_thousand_characters_are_judged(self, unit: str) -> None:
        # Growth with the square of the length would take hours here, not a second.
        text = (unit * 100_000)[:100_000]

        verdict = judged(text, *FACTS, locale="fr")

        assert all(claim.end <= len(text) for claim in verdict.claims)

    def test_only_the_first_thousand_figures_are_looked_up(self) -> None:
        one = money("v1", "1234.5")

        verdict = judged("It is €1,234.50. " * 1_100, one)

        assert statuses(verdict).count(Status.GROUNDED) == 1_000
        assert not verdict.ok
