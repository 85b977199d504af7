"""What words allow: a loss by its size, a difference, what was asked for, more than half."""

from dataclasses import replace

import pytest

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from tests.domains.chat.grounding.facts import day, judged, money, percent

pytestmark = pytest.mark.row("CH3")
LOSS = money("v1", "-742.10", Metric.GAIN, signed=True)
SPENT = money("v1", "1842.30", Metric.SPENDING)
CASH = money("v1", "7421.08", Metric.CASH)


def difference(value: str, metric: Metric = Metric.SPENDING) -> Evidence:
    return replace(money("v3", value, metric, signed=True), source=Source.CALC, inputs=("v1", "v2"))


class TestLoss:
    @pytest.mark.parametrize(
        ("text", "good"),
        [
            ("The summer set you back €742.10.", True),
            ("Unfortunately it was €742.10.", True),
            ("A hit of €742.10 over the summer.", True),
            ("The summer brought you €742.10.", False),
            ("Your return was €742.10.", False),
            ("The figure is €742.10.", False),
        ],
    )
    def test_a_word_that_may_tell_a_loss_allows_one(self, text: str, *, good: bool) -> None:
        assert judged(text, LOSS).ok is good

    def test_it_contradicts_no_gain(self) -> None:
        gain = money("v1", "742.10", Metric.GAIN, signed=True)

        assert judged("A hard year, and still €742.10 for you.", gain).ok

    def test_a_fall_of_spending_is_told_by_its_size(self) -> None:
        fall = difference("-173.45")

        assert judged("September against October: €173.45.", SPENT, fall).ok
        assert not judged("Your spending rose by €173.45.", SPENT, fall).ok


class TestDifference:
    @pytest.mark.parametrize(
        ("text", "locale"),
        [
            ("The difference is €173.45.", "en"),
            ("La diferencia es de 173,45 €.", "es"),
            ("La différence est de 173,45 €.", "fr"),
            ("Der Unterschied beträgt 173,45 €.", "de"),
            ("A diferença é de 173,45 €.", "pt"),
            ("अंतर €173.45 है।", "hi"),
            ("الفارق 173.45 يورو.", "ar"),
            ("差额是173.45欧元。", "zh"),
        ],
    )
    def test_a_difference_of_anything_may_be_called_one(self, text: str, locale: str) -> None:
        assert judged(text, SPENT, difference("-173.45"), locale=locale).ok

    def test_what_was_not_calculated_is_no_difference(self) -> None:
        assert not judged("The difference is €1,842.30.", SPENT).ok


class TestAsked:
    @pytest.mark.parametrize(
        ("text", "good"),
        [
            ("You asked for €3,000 and your cash balance is €7,421.08.", True),
            ("You said your cash balance is €3,000.", False),
            ("Your cash balance is €3,000, and you asked for €7,421.08.", False),
        ],
    )
    def test_what_was_asked_for_stands_in_a_clause_of_its_own(
        self, text: str, *, good: bool
    ) -> None:
        assert judged(text, CASH, user_text="Send 3,000 to my bank").ok is good

    def test_a_number_of_months_is_no_amount(self) -> None:
        text = "You asked for €18."

        assert judged(text, CASH, user_text="send 18").ok
        assert not judged(text, CASH, user_text="over 18 months").ok


class TestMoreThanHalf:
    @pytest.mark.parametrize(
        ("share", "text", "good"),
        [
            ("62", "That is more than half of the way.", True),
            ("52", "You have passed half of the way.", True),
            ("38", "That is more than half of the way.", False),
            ("38", "That is less than half of the way.", True),
            ("62", "That is less than half of the way.", False),
            ("90", "That is more than half of the way.", False),
            ("62", "That is half of the way.", False),
        ],
    )
    def test_it_is_said_of_what_lies_beyond_but_not_far(
        self, share: str, text: str, *, good: bool
    ) -> None:
        done = percent("v1", share, Metric.AMOUNT)

        assert judged(text, done).ok is good

    def test_the_percentage_of_an_amount_is_no_return(self) -> None:
        done = replace(percent("v1", "62", Metric.AMOUNT), kind=Kind.PERCENT)

        assert not judged("Your return is 62%.", done).ok


class TestFlows:
    @pytest.mark.parametrize(
        ("text", "evidence"),
        [
            ("You can still send €4,750 today.", money("v1", "4750", Metric.LIMIT)),
            ("Apple's next payment is €45.60.", money("v1", "45.60", Metric.INCOME)),
            ("Your payments of €450 a month.", money("v1", "450", Metric.CONTRIBUTION)),
        ],
    )
    def test_a_word_of_any_payment_names_none_in_particular(
        self, text: str, evidence: Evidence
    ) -> None:
        moved = money("v2", "250", Metric.AMOUNT)

        assert judged(text, evidence, moved).ok

    def test_what_was_spent_less_was_saved(self) -> None:
        september = money("v2", "2015.75", Metric.SPENDING)

        assert judged("You saved €173.45.", SPENT, september, difference("-173.45"), CASH).ok
        assert not judged("You saved €173.45.", SPENT, september, difference("173.45"), CASH).ok

    def test_a_value_falls_by_a_loss(self) -> None:
        assert judged("The value fell by €742.10.", LOSS).ok
        assert not judged("The value is €742.10.", LOSS).ok


class TestOwner:
    APPLE = money("v1", "187.42", Metric.PRICE, entity="Apple")

    def test_beside_a_name_with_figures_of_its_own_a_nameless_one_needs_its_word(self) -> None:
        limit = money("v2", "4750", Metric.LIMIT)

        assert not judged("Apple last changed hands at €4,750.", self.APPLE, limit).ok
        assert judged("Apple last changed hands at €187.42.", self.APPLE, limit).ok
        assert judged("Up to your limit of €4,750 you can buy Apple.", self.APPLE, limit).ok


class TestWholeOfTheYear:
    RETURN = percent("v1", "9.55", Metric.RETURN, signed=True, as_of="2026")

    @pytest.mark.parametrize(
        ("text", "locale"),
        [
            ("You are up 9.55% since January.", "en"),
            ("Seit Januar sind es 9,55 % plus.", "de"),
            ("जनवरी से 9.55% बढ़ा है।", "hi"),
        ],
    )
    def test_a_year_begins_in_january(self, text: str, locale: str) -> None:
        assert judged(text, self.RETURN, locale=locale).ok

    def test_only_as_the_begin_or_end_of_a_span(self) -> None:
        assert not judged("In January you were up 9.55%.", self.RETURN).ok
        assert not judged("You are up 9.55% since March.", self.RETURN).ok


class TestScale:
    @pytest.mark.parametrize(
        ("text", "locale"),
        [
            ("Your risk level is 4 of 7.", "en"),
            ("You are a 4 on the 7-point risk scale.", "en"),
            ("Seu nível de risco é 4 de 7.", "pt"),
            ("आपका जोखिम स्तर 7 में से 4 है।", "hi"),
            ("您的风险等级是4级，满分7级。", "zh"),
        ],
    )
    def test_the_end_of_a_scale_is_known(self, text: str, locale: str) -> None:
        level = replace(percent("v1", "400", Metric.RISK), kind=Kind.QUANTITY)

        assert judged(text, level, locale=locale).ok

    def test_a_score_is_not_the_end_of_its_scale(self) -> None:
        level = replace(percent("v1", "400", Metric.SCORE), kind=Kind.QUANTITY)

        assert not judged("Ein Risiko-Score von 7.", level, locale="de").ok


class TestHyphen:
    def test_a_hyphen_makes_another_word(self) -> None:
        gain = money("v1", "4204.45", Metric.GAIN, signed=True)

        assert judged("En vendant, ce serait 4 204,45 € de plus-value.", gain, locale="fr").ok

    def test_of_each_ten_is_no_december(self) -> None:
        chance = percent("v1", "71", Metric.PROBABILITY)

        assert judged("Chega lá em sete de cada dez simulações.", chance, locale="pt").ok


class TestLasting:
    BEGIN, END = day("v2", "2026-07-01"), day("v3", "2026-09-30")

    @pytest.mark.parametrize(
        ("text", "locale", "good"),
        [
            ("You lost €742.10 in three months.", "en", True),
            ("You lost €742.10 in 3 months.", "en", True),
            ("You lost €742.10 in five months.", "en", False),
            ("You lost €742.10 in three years.", "en", False),
            ("Perdeu 742,10 € em três meses.", "pt", True),
            ("Vous avez perdu 742,10 € en trois petits mois.", "fr", True),
            ("三个月亏损了742.10欧元。", "zh", True),
        ],
    )
    def test_what_lies_between_two_known_days_may_be_said(
        self, text: str, locale: str, *, good: bool
    ) -> None:
        assert judged(text, LOSS, self.BEGIN, self.END, locale=locale).ok is good


class TestOverTheBudget:
    LEFT = replace(
        money("v3", "157.70", Metric.OTHER, signed=True), source=Source.CALC, inputs=("v2", "v1")
    )

    @pytest.mark.parametrize(
        ("text", "locale", "good"),
        [
            ("You are €157.70 under your budget.", "en", True),
            ("You are €157.70 over budget.", "en", False),
            ("Te has pasado 157,70 € del presupuesto.", "es", False),
            ("Du hast dein Budget um 157,70 € überzogen.", "de", False),
            ("Sobram 157,70 € do orçamento.", "pt", True),
        ],
    )
    def test_what_is_left_is_not_what_is_too_much(
        self, text: str, locale: str, *, good: bool
    ) -> None:
        budget = money("v2", "2000", Metric.LIMIT)

        assert judged(text, SPENT, budget, self.LEFT, locale=locale).ok is good

    @pytest.mark.parametrize(
        ("text", "locale"),
        [
            ("En octubre gastaste un 8,6 % más que en septiembre.", "es"),
            ("En octobre, 8,6 % de plus qu'en septembre.", "fr"),
            ("10月的支出比9月多8.6%。", "zh"),
        ],
    )
    def test_less_was_not_more(self, text: str, locale: str) -> None:
        less = replace(percent("v3", "-8.6", Metric.SPENDING, signed=True), source=Source.CALC)

        assert not judged(text, less, locale=locale).ok


class TestBenchmark:
    OWN = percent("v1", "7.9", Metric.RETURN, signed=True)
    INDEX = percent("v2", "6.2", Metric.RETURN, signed=True, entity="MSCI World")
    AHEAD = replace(
        percent("v3", "1.7", Metric.RETURN, signed=True), source=Source.CALC, inputs=("v1", "v2")
    )

    @pytest.mark.parametrize(
        ("text", "locale", "good"),
        [
            ("You are 1.7 points ahead of MSCI World: 7.9% against 6.2%.", "en", True),
            ("Le sacas 1,7 puntos al MSCI World: 7,9 % frente a 6,2 %.", "es", True),
            ("Du liegst 1,7 Punkte vor dem MSCI World: 7,9 % gegenüber 6,2 %.", "de", True),
            ("MSCI World returned 7.9%.", "en", False),
            ("MSCI World returned 1.4% against 6.2%.", "en", False),
        ],
    )
    def test_the_whole_may_stand_against_a_part(
        self, text: str, locale: str, *, good: bool
    ) -> None:
        assert judged(text, self.OWN, self.INDEX, self.AHEAD, locale=locale).ok is good


class TestMoney:
    @pytest.mark.parametrize(
        ("text", "locale", "evidence"),
        [
            ("You still owe €182,400.", "en",
             money("v1", "-182400", Metric.VALUE, signed=True)),
            ("Te quedan por pagar 182.400 €.", "es",
             money("v1", "-182400", Metric.VALUE, signed=True)),
            ("Die Monatsrate beträgt 940 €.", "de", money("v1", "940", Metric.AMOUNT)),
            ("Netflix te cobra 12,99 €.", "es", money("v1", "12.99", Metric.SPENDING)),
            ("Compraste a una media de 152,10 €.", "es", money("v1", "152.10", Metric.PRICE)),
        ],
    )  # fmt: skip
    def test_debts_instalments_and_charges(
        self, text: str, locale: str, evidence: Evidence
    ) -> None:
        assert judged(text, evidence, locale=locale).ok

    def test_a_part_of_income_put_aside_is_a_rate_of_saving(self) -> None:
        share = replace(percent("v1", "37.1", Metric.WEIGHT), source=Source.CALC)

        assert judged("That is a savings rate of 37.1%.", share).ok
        assert not judged("That is a return of 37.1%.", share).ok


class TestCompared:
    FEES = (
        percent("v1", "0.35", Metric.FEE, entity="Green Bond Fund"),
        percent("v2", "0.55", Metric.FEE, entity="Tech ETF"),
    )

    def test_what_comes_after_than_is_the_other_one(self) -> None:
        text = "Green Bond Fund is cheaper at {} than Tech ETF at {}."

        assert judged(text.format("0.35%", "0.55%"), *self.FEES).ok
        assert not judged(text.format("0.55%", "0.35%"), *self.FEES).ok

    def test_a_span_begins_at_the_end_of_a_month(self) -> None:
        now = money("v1", "24310.60", Metric.VALUE, as_of="2026-11-24")
        then = money("v2", "23150.10", Metric.VALUE, as_of="2026-10-31")
        text = "Since the end of October you went from €23,150.10 to €24,310.60."

        assert judged(text, now, then).ok
        assert not judged("In October you had €24,310.60.", now, then).ok

    @pytest.mark.parametrize(("said", "good"), [("5%", True), ("4.9%", False), ("6%", False)])
    def test_a_whole_percent_may_stand_for_what_is_next_to_it(
        self, said: str, *, good: bool
    ) -> None:
        rise = percent("v1", "5.013", Metric.RETURN, signed=True)

        assert judged(f"A rise of {said}.", rise).ok is good


class TestComparatives:
    RETURNS = (
        percent("v1", "2.17", Metric.RETURN, signed=True),
        percent("v2", "1.98", Metric.RETURN, signed=True),
    )

    def test_a_comparative_before_a_level_is_no_fall(self) -> None:
        assert judged("Your return was 2.17%; the other is lower, at 1.98%.", *self.RETURNS).ok
        assert not judged("Your portfolio closed 2.17% lower.", *self.RETURNS).ok
        assert not judged("Your portfolio fell by 2.17%.", *self.RETURNS).ok

    @pytest.mark.parametrize(
        ("text", "locale", "good"),
        [
            ("At 9.35%, the volatility we expect stays above the 9% you allow.", "en", True),
            ("At 9.35%, the volatility we expect stays below the 9% you allow.", "en", False),
            ("Avec 9,35 %, la volatilité reste en dessous des 9 % admis.", "fr", False),
            ("Mit 9,35 % liegt die Schwankung über den erlaubten 9 %.", "de", True),
            ("Mit 9,35 % liegt die Schwankung unter den erlaubten 9 %.", "de", False),
            ("Con un 9,35 %, la volatilidad queda por debajo del 9 % permitido.", "es", False),
        ],
    )
    def test_a_figure_put_first_is_compared_with_the_next(
        self, text: str, locale: str, *, good: bool
    ) -> None:
        risk = percent("v1", "9.35", Metric.RISK)

        assert judged(text, risk, percent("v2", "9", Metric.LIMIT), locale=locale).ok is good


class TestSwissSpelling:
    def test_words_of_a_sharp_s_are_read_with_two(self) -> None:
        assert judged("Das Depot hat 742,10 € eingebüsst.", LOSS, locale="de").ok
