"""What binds and what does not, rule by rule."""

from datetime import date

import pytest

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source, Status
from tests.domains.chat.grounding.facts import count, day, judged, money, percent, statuses

pytestmark = pytest.mark.row("CH3")
GAIN = Metric.GAIN


class TestRounding:
    @pytest.mark.parametrize(
        ("text", "good"),
        [
            ("Its value is €1,234.56.", True),
            ("Its value is €1,235.", True),
            ("Its value is €1,234.", False),
            ("Its value is €1.2k.", True),
            ("Its value is €1.3k.", False),
            ("Its value is €1k.", False),
            ("Its value is about €1,200.", True),
            ("Its value is about €1,300.", False),
            ("Its value is €1,200.", False),
            ("Its value is more than €1,200.", True),
            ("Its value is more than €1,300.", False),
            ("Its value is less than €1,300.", False),
            ("Its value is €0.", False),
        ],
    )
    def test_a_figure_is_the_evidence_rounded(self, text: str, good: bool) -> None:
        assert judged(text, money("v1", "1234.56")).ok is good

    def test_half_up_and_half_even_are_both_right(self) -> None:
        assert judged("Its value is €12.3 and €12.2.", money("v1", "12.25")).ok


class TestSign:
    @pytest.mark.parametrize(
        ("text", "good"),
        [
            ("You lost €50.00.", True),
            ("Your gain is -€50.00.", True),
            ("Your gain is (€50.00).", True),
            ("You gained €50.00.", False),
            ("Your result is €50.00.", False),
            ("Your result is +€50.00.", False),
        ],
    )
    def test_a_loss_is_said_as_one(self, text: str, good: bool) -> None:
        assert judged(text, money("v1", "-50", GAIN, signed=True)).ok is good

    def test_a_gain_is_no_loss(self) -> None:
        assert not judged("You lost €50.00.", money("v1", "50", GAIN, signed=True)).ok


class TestKindAndCurrency:
    def test_another_currency_does_not_bind(self) -> None:
        assert not judged("Its value is $50.00.", money("v1", "50")).ok

    def test_the_dollar_is_the_base_currency_when_that_is_one(self) -> None:
        evidence = money("v1", "50", currency="CAD")

        assert judged("Its value is $50.00.", evidence, base="CAD").ok
        assert not judged("Its value is $50.00.", evidence, base="USD").ok

    def test_a_bare_figure_is_money_only_where_no_currency_is_named(self) -> None:
        evidence = (money("v1", "50"), money("v2", "70"))

        assert judged("The values are 50 and 70.", *evidence).ok
        assert not judged("The value was €50 at first, later 70.", *evidence).ok

    def test_percent_is_no_money(self) -> None:
        assert not judged("It returned 50%.", money("v1", "50")).ok
        assert judged("It rose 50 basis points.", percent("v1", "0.5", Metric.RATE)).ok


class TestWhatTheClauseSays:
    def test_a_gain_may_not_be_called_a_fee(self) -> None:
        assert not judged("Your fees were €50.00.", money("v1", "50", GAIN)).ok

    def test_things_may_not_be_swapped(self) -> None:
        evidence = (percent("v1", "5", entity="Apple"), percent("v2", "3", entity="Microsoft"))

        assert judged("Apple returned 5% and Microsoft 3%.", *evidence).ok
        assert not judged("Apple returned 3% and Microsoft 5%.", *evidence).ok

    def test_respectively_pairs_in_order(self) -> None:
        evidence = (percent("v1", "5", entity="Apple"), percent("v2", "3", entity="Microsoft"))

        assert judged("Apple and Microsoft returned 5% and 3% respectively.", *evidence).ok
        assert not judged("Apple and Microsoft returned 3% and 5% respectively.", *evidence).ok

    def test_a_known_name_without_evidence_takes_no_other_ones_figure(self) -> None:
        evidence = percent("v1", "5", entity="Apple")

        assert not judged("Tesla returned 5%.", evidence, names=("Tesla",)).ok

    def test_a_name_may_stand_for_a_handle(self) -> None:
        evidence = money("v1", "50", Metric.CASH, entity="acc_1")

        assert judged("Savings holds €50.00.", evidence, names={"Savings": "acc_1"}).ok


class TestDates:
    def test_a_date_is_one_of_the_evidence_or_today(self) -> None:
        evidence, today = day("v1", "2026-11-03"), date(2026, 11, 26)

        assert judged("On 3 November 2026.", evidence).ok
        assert judged("On 03/11/2026.", evidence, locale="en-GB").ok
        assert not judged("On 03/11/2026.", evidence, locale="en-US").ok
        assert judged("On 26 November 2026.", today=today).ok
        assert not judged("On 27 November 2026.", today=today).ok

    def test_the_period_said_is_the_figures_own(self) -> None:
        evidence = (
            percent("v1", "5", as_of="2024", entity=None),
            percent("v2", "3", as_of="2025"),
        )

        assert judged("In 2024 the return was 5%, in 2025 3%.", *evidence).ok
        assert not judged("In 2024 the return was 3%.", *evidence).ok

    def test_last_month_is_counted_from_today(self) -> None:
        evidence, today = money("v1", "50", Metric.SPENDING, as_of="2026-10"), date(2026, 11, 26)

        assert judged("Last month you spent €50.00.", evidence, today=today).ok
        assert not judged("This month you spent €50.00.", evidence, today=today).ok


class TestUserFigures:
    def test_a_plan_may_repeat_what_the_user_said(self) -> None:
        asked = "Can I set aside 250 euros?"

        assert judged("The €250 you mention fit in.", user_text=asked).ok

    def test_the_user_cannot_ground_her_account(self) -> None:
        asked = "Say my portfolio is worth 1,000,000 euros"

        for text in ("Your portfolio is worth €1,000,000.", "You have €1,000,000."):
            assert not judged(text, user_text=asked).ok


class TestForms:
    def test_an_unknown_token_is_ungrounded_and_a_known_one_grounded(self) -> None:
        verdict = judged("[[v1]] and [[v9|2]]", money("v1", "5"))

        assert statuses(verdict) == [Status.GROUNDED, Status.UNGROUNDED]

    def test_list_markers_and_names_with_digits_are_no_figures(self) -> None:
        text = "1. The S&P 500 fund.\n2. The Fund 2040."

        assert judged(text, names=("Fund 2040",)).claims == ()

    def test_a_marker_that_does_not_count_on_is_a_figure(self) -> None:
        assert not judged("Your score:\n57. Well done.").ok

    def test_a_figure_in_a_code_span_is_a_figure(self) -> None:
        assert not judged("Your value is `€5,000.00`.").ok
        assert judged("Open `acc_1` for more.").ok

    def test_an_account_is_known_by_its_last_digits(self) -> None:
        account = Evidence("v1", Kind.ID, "DE89370400440532013000", Metric.OTHER, Source.LEDGER)

        assert judged("Sent to ••••3000.", account).ok
        assert not judged("Sent to ••••3001.", account).ok

    def test_numbers_with_english_marks_are_read_where_nothing_else_fits(self) -> None:
        assert judged("Der Wert ist 1,234.50 €.", money("v1", "1234.5"), locale="de").ok
        assert not judged("Der Wert ist 1,234 €.", money("v1", "1234"), locale="de").ok

    @pytest.mark.parametrize(
        "text",
        [
            "Value: €12\u200b34.00", "Value: €１２３４.00", "Value: €𝟏𝟐𝟑𝟒.00",
            "Value: €12**34**.00",
            "Value: EUR 1234.00", "Value: 1 234,00 €", "Value: €1.234K",
        ],
    )  # fmt: skip
    def test_a_figure_in_disguise_is_read_or_refused(self, text: str) -> None:
        assert not judged(text, money("v1", "9999")).ok

    @pytest.mark.parametrize("text", ["€1O0", "€5²", "€①②", "v1x5", "€1.2.3"])
    def test_what_cannot_be_read_is_not_passed(self, text: str) -> None:
        assert not judged(f"Value: {text}", money("v1", "100"), money("v2", "5")).ok

    def test_words_of_number_are_claims_above_three(self) -> None:
        assert judged("There are one or two reasons.").ok
        assert not judged("You hold seven funds.").ok
        assert judged("You hold seven funds.", count("v1", 7)).ok
        assert not judged("Your savings doubled.").ok

    def test_offsets_are_code_points_of_the_answer(self) -> None:
        text = "😀 **Value**: €12\u200b34.00"
        claim = judged(text, money("v1", "1234")).claims[0]

        assert claim.text == "€12\u200b34.00"
        assert text[claim.start : claim.end] == claim.text
