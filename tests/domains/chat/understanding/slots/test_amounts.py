"""Figures in words, shares of a whole, and whose money a word means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.chat.understanding.slots.recogniser import read, slots_of
from app.domains.chat.understanding.slots.token_types import Sort
from app.domains.chat.understanding.slots.tokens import tokenise
from tests.domains.chat.understanding.slots.reading import tokens, values

pytestmark = pytest.mark.row("CH4")


class TestFigures:
    @pytest.mark.parametrize(
        ("text", "lang", "found"),
        [
            ("twenty-five units", "en", ["25"]),
            ("septante-deux euros", "fr", ["72"]),
            ("साढ़े चार हज़ार", "hi", ["4500"]),
            ("बाईस सौ", "hi", ["2200"]),
            ("चार हज़ार दो", "hi", ["4000", "2"]),
            ("मुझे दो पचास हज़ार", "hi", ["2", "50000"]),
            ("مئة وخمسين", "ar", ["150"]),
            ("خمسة وعشرين الف", "ar", ["25000"]),
            ("بخمسين", "ar", ["50"]),
            ("سهمين", "ar", ["2"]),
            ("500 lucas", "es", ["500000"]),
            ("einen Zwanziger", "de", ["1", "20"]),
            ("50eur", "en", ["50"]),
            ("充值4999，2026", "zh", ["4999", "2026"]),
            ("सौ-सौ रुपये", "hi", ["100"]),
            ("दो दो हज़ार", "hi", ["2000"]),
            ("पाचसौ का", "hi", ["500"]),
            ("sift 300 dh mn lcompte", "ar", ["300"]),
            ("لست مترددا", "ar", []),
            ("suzlan k share", "hi", []),
        ],
    )
    def test_are_read_as_said(self, text: str, lang: str, found: list[str]) -> None:
        assert values(text, lang, Sort.FIGURE) == found

    @pytest.mark.parametrize(
        ("text", "lang", "found"),
        [("2awda3 500 geneh", "ar", ["500"]), ("bi3 200 dollar", "ar", ["200"]), ("CW8", "fr", [])],
    )
    def test_digits_of_a_word_are_none(self, text: str, lang: str, found: list[str]) -> None:
        assert values(text, lang, Sort.FIGURE) == found

    def test_a_count_written_onto_a_ticker_is_apart(self) -> None:
        assert values("买TSLA1股", "zh", Sort.TICKER) == ["TSLA"]
        assert values("买TSLA1股", "zh", Sort.FIGURE) == ["1"]

    @given(st.integers(1, 9), st.integers(2, 9))
    def test_arabic_units_stand_before_tens(self, unit: int, ten: int) -> None:
        units = ["واحد", "اثنين", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة"]
        tens = ["عشرين", "ثلاثين", "أربعين", "خمسين", "ستين", "سبعين", "ثمانين", "تسعين"]
        text = f"{units[unit - 1]} و{tens[ten - 2]}"
        assert values(text, "ar", Sort.FIGURE) == [str(ten * 10 + unit)]


class TestParts:
    @pytest.mark.parametrize(
        ("text", "lang", "value"),
        [
            ("a third", "en", "33"), ("la tercera parte", "es", "33"), ("un tiers", "fr", "33"),
            ("ein Drittel", "de", "33"), ("um terço", "pt", "33"), ("दो तिहाई", "hi", "66.67"),
            ("الربع", "ar", "25"), ("百分之二十", "zh", "20"), ("三成", "zh", "30"),
        ],
    )  # fmt: skip
    def test_are_percent(self, text: str, lang: str, value: str) -> None:
        assert values(text, lang, Sort.PART) == [value]

    def test_half_a_share_is_a_quantity(self) -> None:
        tongue, folded = read("نص سهم أبل", "ar")
        found = tokenise(folded, tongue, {})
        slots = slots_of(folded, found, ["quantity", *["O"] * (len(found) - 1)], None, "ar")
        assert [(slot.name, slot.value) for slot in slots] == [("quantity", "0.5")]

    def test_the_hundred_of_percent_is_no_figure(self) -> None:
        assert values("خمسة في المية", "ar", Sort.FIGURE) == ["5"]


class TestMoney:
    @pytest.mark.parametrize(
        ("text", "lang", "code"),
        [
            ("بغيت ندخل 300 درهم", "ar", "MAD"),
            ("أودع 300 درهم", "ar", "AED"),
            ("رصيدي بالدولار", "ar", "USD"),
            ("儲值1000元", "zh", "TWD"),
            ("充值1000元", "zh", "CNY"),
            ("mets 20000 francs dans Ecobank", "fr", "XOF"),
            ("retire 50 francs", "fr", "CHF"),
            ("che, cargame 10000 pesos", "es", "ARS"),
            ("deposita 500 pesos", "es", "MXN"),
        ],
    )
    def test_of_several_countries_is_told_by_the_text(
        self, text: str, lang: str, code: str
    ) -> None:
        assert values(text, lang, Sort.CURRENCY) == [code]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("ahorra 50.000 pesos", "COP"),
            ("ahorra 50,000 pesos", "MXN"),
            ("ahorra 1.500 pesos", "MXN"),
        ],
    )
    def test_pesos_grouped_by_points_are_not_mexican(self, text: str, code: str) -> None:
        assert values(text, "es", Sort.CURRENCY) == [code]

    @pytest.mark.parametrize(
        ("text", "lang"),
        [("il n'a rien eu", "fr"), ("y m'reste de lousse", "fr"), ("da conta à ordem", "pt")],
    )
    def test_a_short_word_is_money_only_beside_digits(self, text: str, lang: str) -> None:
        assert values(text, lang, Sort.CURRENCY) == []

    def test_a_short_word_beside_digits_is_money(self) -> None:
        assert values("R500", "en", Sort.CURRENCY) == ["ZAR"]
        assert values("5000 f", "fr", Sort.CURRENCY) == ["XOF"]

    def test_a_currency_before_digits_is_no_code(self) -> None:
        assert [token.sort for token in tokens("usd250", "en")] == [Sort.CURRENCY, Sort.FIGURE]
