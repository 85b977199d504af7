"""What words allow: a loss by its size, a difference, what was asked for, more than half."""

from dataclasses import replace

import pytest

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from tests.domains.chat.grounding.facts import judged, money, percent

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
