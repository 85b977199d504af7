"""Wordings that no table foresaw: comparisons, denials, payments, spans, chances as counts."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from tests.domains.chat.grounding.facts import count, day, judged, money, percent

pytestmark = pytest.mark.row("CH3")
WEIGHT = percent("v1", "14.4", Metric.WEIGHT, entity="SAP")
TARGET = percent("v2", "15", Metric.TARGET, entity="SAP")
UNDER = percent("v3", "-0.6", Metric.DRIFT, entity="SAP", signed=True)
ODDS = percent("v1", "68", Metric.PROBABILITY, entity="House")


class TestComparison:
    @pytest.mark.parametrize(
        ("text", "locale", "good"),
        [
            ("SAP is at 14.4%, slightly below the planned 15%.", "en", True),
            ("SAP is at 14.4%, slightly above the planned 15%.", "en", False),
            ("SAP (14.4%) is above the target (15%).", "en", False),
            ("SAP está en el 14,4 %, por encima del 15 % previsto.", "es", False),
            ("SAP est à 14,4 %, au-dessus des 15 % prévus.", "fr", False),
            ("SAP liegt mit 14,4 % knapp unter den geplanten 15 %.", "de", True),
            ("SAP está em 14,4%, acima dos 15% previstos.", "pt-BR", False),
            ("SAP 14.4% पर है, यानी 15% के लक्ष्य से ज़्यादा।", "hi", False),
            ("SAP 14.4% पर है, यानी 15% के लक्ष्य से थोड़ा कम।", "hi", True),
            ("حصة SAP تبلغ 14.4%، أي أعلى قليلا من 15% المخطط لها.", "ar", False),
            ("SAP 占14.4%，略高于15%的计划。", "zh", False),
            ("SAP 占14.4%，略低于15%的计划。", "zh", True),
        ],
    )
    def test_what_is_set_side_by_side_stands_the_right_way_round(
        self, text: str, locale: str, good: bool
    ) -> None:
        assert judged(text, WEIGHT, TARGET, locale=locale).ok is good

    @pytest.mark.parametrize(
        ("text", "good"),
        [
            ("SAP is 0.6 points below its 15% target.", True),
            ("SAP is 0.6 points above its 15% target.", False),
            ("SAP is 0.6 points too light.", True),
        ],
    )
    def test_a_distance_lies_on_its_own_side(self, text: str, good: bool) -> None:
        assert judged(text, UNDER, TARGET).ok is good

    def test_a_rise_ends_above_where_it_began(self) -> None:
        both = (percent("v1", "68", Metric.PROBABILITY), percent("v2", "83", Metric.PROBABILITY))

        assert judged("Your chance rises from 68% to 83%.", *both).ok
        assert not judged("Your chance rises from 83% to 68%.", *both).ok

    @settings(deadline=None)  # the first call compiles the tables
    @given(st.integers(1, 99), st.integers(1, 99))
    def test_above_passes_only_for_the_larger(self, one: int, two: int) -> None:
        assume(one != two)
        both = (
            percent("v1", str(one), Metric.WEIGHT, entity="SAP"),
            percent("v2", str(two), Metric.TARGET, entity="SAP"),
        )

        assert judged(f"SAP is at {one}%, above the planned {two}%.", *both).ok is (one > two)
        assert judged(f"SAP is at {one}%, below the planned {two}%.", *both).ok is (one < two)


class TestDenial:
    @pytest.mark.parametrize(
        ("text", "locale", "good"),
        [
            ("The portfolio did not fall, it rose 2.68%.", "en", False),
            ("The portfolio did not rise, it fell 2.68%.", "en", True),
            ("Das Depot ist nicht um 2,68 % gefallen.", "de", False),
            ("组合没有下跌，反而上涨了2.68%。", "zh", False),
        ],
    )
    def test_a_denied_word_is_turned_round(self, text: str, locale: str, good: bool) -> None:
        fall = percent("v1", "-2.68", signed=True)

        assert judged(text, fall, locale=locale).ok is good

    def test_what_is_not_invested_is_cash(self) -> None:
        cash = money("v1", "1415.20", Metric.CASH)

        assert judged("Only €1,415.20 isn't invested.", cash).ok


class TestPayments:
    @pytest.mark.parametrize(
        ("text", "good"),
        [
            ("The last payment was €45.90.", True),
            ("€45.90 left your account.", True),
            ("You received €45.90.", False),
            ("A refund of €45.90 arrived.", False),
            ("The last payment was +€45.90.", False),
        ],
    )
    def test_what_went_out_needs_no_minus_and_did_not_come_in(self, text: str, good: bool) -> None:
        assert judged(text, money("v1", "-45.90", Metric.AMOUNT, signed=True)).ok is good

    @pytest.mark.parametrize(
        ("text", "good"),
        [
            ("You are still €8,760 short.", True),
            ("€8,760 is still missing.", True),
            ("You are €8,760 over.", False),
        ],
    )
    def test_a_gap_lies_on_the_side_of_its_target(self, text: str, good: bool) -> None:
        gap = replace(
            money("v3", "8760", Metric.OTHER, signed=True),
            source=Source.CALC,
            inputs=("v1", "v2"),
        )
        level = (money("v1", "15000", Metric.TARGET), money("v2", "6240"))

        assert judged(text, *level, gap).ok is good


class TestTimes:
    def test_a_total_of_a_span_is_not_of_the_day_it_was_looked_up(self) -> None:
        total = money("v1", "187.60", Metric.AMOUNT, as_of="2026-11-26")
        row = money("v2", "45.90", Metric.AMOUNT, as_of="2026-11-02")
        days = (day("v3", "2026-08-03"), day("v4", "2026-11-02"))

        good = judged("Between 3 August and 2 November you paid €187.60.", total, row, *days)
        bad = judged("On 2 November you paid €187.60.", total, row, *days)

        assert good.ok
        assert not bad.ok

    def test_a_day_in_brackets_is_that_of_the_figure_before_it(self) -> None:
        fees = (
            money("v1", "9.90", Metric.FEE, as_of="2026-03-12"),
            money("v2", "41.23", Metric.FEE, as_of="2026-09-02"),
        )

        assert judged("Fees: €9.90 (12 March) and €41.23 (2 September).", *fees).ok
        assert not judged("Fees: €41.23 (12 March) and €9.90 (2 September).", *fees).ok

    @pytest.mark.parametrize(
        ("text", "locale", "good"),
        [
            ("Stand 31.10. sind es 4,86 %.", "de", True),
            ("Stand 30.10. sind es 4,86 %.", "de", False),
            ("Em 31/10 eram 4,86%.", "pt-BR", True),
        ],
    )
    def test_a_day_needs_no_year(self, text: str, locale: str, good: bool) -> None:
        known = (percent("v1", "4.86"), day("v2", "2026-10-31"))

        assert judged(text, *known, locale=locale).ok is good


class TestChances:
    @pytest.mark.parametrize(
        ("text", "locale", "good"),
        [
            ("You make it in 68 of 100 cases.", "en", True),
            ("You make it in 86 of 100 cases.", "en", False),
            ("You make it in seven of ten cases.", "en", True),
            ("You make it in nine of ten cases.", "en", False),
            ("Es klappt in 68 von 100 Fällen.", "de", True),
            ("Vous avez une chance sur deux.", "fr", False),
            ("Lo logras en 68 de cada 100 casos.", "es", True),
            ("每100次模拟中有68次能达成。", "zh", True),
        ],
    )
    def test_so_many_of_so_many_is_a_percentage(self, text: str, locale: str, good: bool) -> None:
        assert judged(text, ODDS, locale=locale).ok is good


class TestLabels:
    def test_a_word_beside_the_figure_names_it(self) -> None:
        assert not judged("Your dividends were €63.48.", money("v1", "63.48", Metric.FEE)).ok

    def test_a_distant_word_for_what_nobody_knows_names_nothing(self) -> None:
        text = "If you get dividends one day they will not touch what is worth €63.48."

        assert judged(text, money("v1", "63.48")).ok

    def test_two_words_side_by_side_mean_what_they_share(self) -> None:
        assert not judged("Your cash balance is €500.", money("v1", "500")).ok

    def test_a_method_of_weighting_is_no_weight(self) -> None:
        assert judged("It is 4.86% time-weighted.", percent("v1", "4.86", signed=True)).ok

    def test_a_dash_between_blanks_is_no_minus(self) -> None:
        more = replace(money("v1", "142.15", Metric.SPENDING, signed=True), source=Source.CALC)

        assert judged("You spent more – €142.15 more.", more).ok

    def test_how_many_amounts_are_listed_is_seen(self) -> None:
        fees = (money("v1", "9.90", Metric.FEE), money("v2", "12.35", Metric.FEE))
        five = "There were five charges: €9.90, €12.35, €9.90, €12.35, €9.90."

        assert judged(five, *fees).ok
        assert not judged(five.replace("five", "seven"), *fees).ok

    def test_tripled_is_not_doubled(self) -> None:
        change = Evidence("v1", Kind.PERCENT, Decimal(2), Metric.RETURN, Source.CALC, signed=True)

        assert judged("It has tripled.", change, count("v2", 9)).ok
        assert not judged("It has doubled.", change, count("v2", 9)).ok
