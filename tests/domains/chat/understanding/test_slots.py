"""Slots by rules and cues: values said in one way, spans inside the text, time in proportion."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.chat.talk_types import LANGUAGES, Names
from app.domains.chat.understanding.folding import fold
from app.domains.chat.understanding.slots.figures import parse_digits, parse_han
from app.domains.chat.understanding.slots.recogniser import MAX_TOKENS, read, recognise
from app.domains.chat.understanding.slots.tokens import tokenise
from app.domains.chat.understanding.slots.wanted import WANTED, missing

pytestmark = pytest.mark.row("CH4")
TODAY = datetime(2026, 1, 5, tzinfo=UTC)


def found(text: str, intent: str, lang: str, names: Names | None = None) -> list[tuple[str, str]]:
    return [(s.name, s.value) for s in recognise(text, intent=intent, lang=lang, names=names)]


class TestFigures:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1.250", "1250"),
            ("1,23,456", "123456"), ("1'234.50", "1234.50"), ("20 000", "20000"),
            ("0.5", "0.5"), ("12,99", "12.99"), ("1.2.3,4,5", None),
        ],
    )  # fmt: skip
    def test_runs_of_digits(self, text: str, value: str | None) -> None:
        assert str(parse_digits(text)) == str(value)

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("两千五", "2500"), ("一百五", "150"), ("1.5万", "15000"), ("三十", "30"),
            ("十", "10"), ("一千零五", "1005"), ("a", "None"),
        ],
    )  # fmt: skip
    def test_chinese_numbers(self, text: str, value: str) -> None:
        figure = parse_han(text)
        assert (None if figure is None else format(figure.normalize(), "f")) == (
            None if value == "None" else value
        )

    @pytest.mark.parametrize(
        ("text", "lang", "amount", "currency"),
        [
            ("deposit ten pounds", "en", "10", "GBP"),
            ("ingresa doscientos cincuenta euros", "es", "250", "EUR"),
            ("dépose 20 000 francs CFA", "fr", "20000", "XOF"),
            ("zahl zweihundertfünfzig Euro ein", "de", "250", "EUR"),
            ("deposita 5 mil reais", "pt", "5000", "BRL"),
            ("एक लाख रुपये जमा करो", "hi", "100000", "INR"),
            ("paanch hazar rupaye jama karo", "hi", "5000", "INR"),
            ("أودع ٢٥٠٫٥٠ درهم", "ar", "250.50", "AED"),
            ("أودع خمسة آلاف جنيه", "ar", "5000", "EGP"),
            ("充值两千五百元", "zh", "2500", "CNY"),
            ("入金一萬台幣", "zh", "10000", "TWD"),
        ],
    )
    def test_amounts_in_digits_and_words(
        self, text: str, lang: str, amount: str, currency: str
    ) -> None:
        assert found(text, "deposit", lang) == [("amount", amount), ("currency", currency)]


class TestDates:
    @pytest.mark.parametrize(
        ("text", "lang", "value"),
        [
            ("how did I do last month", "en", "last_month"),
            ("return over the last six months", "en", "last_6_months"),
            ("cómo me fue en los últimos tres meses", "es", "last_90_days"),
            ("mes gains depuis janvier", "fr", "since_january"),
            ("Rendite seit Beginn", "de", "since_start"),
            ("quanto rendi em março de 2025", "pt", "2025-03"),
            ("पिछले साल का रिटर्न", "hi", "last_year"),
            ("kitna return hua pichle mahine", "hi", "last_month"),
            ("كم ربحت هذا الشهر", "ar", "this_month"),
            ("去年赚了多少", "zh", "last_year"),
            ("這個月賺了多少", "zh", "this_month"),
        ],
    )
    def test_ranges(self, text: str, lang: str, value: str) -> None:
        assert found(text, "performance", lang) == [("date_range", value)]

    def test_a_date_that_does_not_exist_is_none(self) -> None:
        assert ("date_range", "2025-02-30") not in found("spend on 2025-02-30", "performance", "en")


class TestNames:
    NAMES = Names(
        instruments={"Zorblatt Holdings": "ins_1", "绿色债券基金": "ins_2"},
        goals={"Oma's Boot": "goal_1"},
    )

    def test_a_known_name_gives_its_handle(self) -> None:
        assert found("sell zorblatt holdings", "sell", "en", self.NAMES) == [
            ("instrument", "ins_1")
        ]
        assert found("把绿色债券基金卖掉", "sell", "zh", self.NAMES) == [("instrument", "ins_2")]
        assert found("wie weit ist Oma’s Boot", "goal_progress", "de", self.NAMES) == [
            ("goal", "goal_1")
        ]

    @pytest.mark.parametrize(
        "text", ["withdraw 9.87 USD please", "put in 5 USD monthly", "deposit USD 50 today"]
    )
    def test_an_account_called_by_its_currency_does_not_hide_an_amount(self, text: str) -> None:
        names = Names(accounts={"USD": "acc_1"})
        slots = dict(found(text, "withdraw", "en", names))
        assert slots["currency"] == "USD"
        assert float(slots["amount"]) in (9.87, 5, 50)

    def test_only_slots_of_the_intent_are_looked_for(self) -> None:
        assert found("sell 5 VTI for 30 euros", "portfolio_value", "en") == []
        assert {name for name, _ in found("sell 5 VTI", "holding_detail", "en")} <= {"instrument"}

    def test_an_action_tells_what_it_lacks(self) -> None:
        assert missing("buy", frozenset({"instrument"})) == ("amount",)
        assert missing("buy", frozenset({"instrument", "quantity"})) == ()
        assert missing("freeze_account", frozenset()) == ()

    def test_disguised_letters_are_read_and_the_original_kept(self) -> None:
        text = "buy 5 V\u200bTI with 20 еuros"
        slots = recognise(text, intent="buy", lang="en")
        assert ("currency", "EUR") in [(s.name, s.value) for s in slots]
        assert all(text[s.start : s.end] for s in slots)


PIECES = ["buy", "50", "€", "of", "VTI", "last", "month", "ORD-12", "٢٥", "दस", "हज़ार", "三成"]
PIECES += ["一百五", "\u200b", "à", "’", ",", ".", "#", "%"]
TEXTS = st.one_of(
    st.text(max_size=120), st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join)
)


class TestAnyText:
    @settings(max_examples=150, deadline=None)
    @given(TEXTS, st.sampled_from(sorted(WANTED)), st.sampled_from(LANGUAGES))
    def test_never_fails_and_spans_lie_in_order_inside_the_text(
        self, text: str, intent: str, lang: str
    ) -> None:
        slots = recognise(text, intent=intent, lang=lang)
        end = 0
        for slot in slots:
            assert slot.name in WANTED[intent]
            assert end <= slot.start < slot.end <= len(text)
            assert slot.value
            end = slot.end
        assert recognise(text, intent=intent, lang=lang) == slots

    @settings(max_examples=100, deadline=None)
    @given(st.text(max_size=200))
    def test_folding_twice_is_folding_once(self, text: str) -> None:
        once = fold(text).text
        assert fold(once).text == once

    def test_work_is_bounded_for_huge_texts(self) -> None:
        for piece in ("1,", "a-1", "两", "ا", "#", "1 ", "the last "):
            tongue, folded = read(piece * 50_000, "en")
            assert len(folded.text) <= 4_000
            assert len(tokenise(folded, tongue, {})[:MAX_TOKENS]) <= MAX_TOKENS
