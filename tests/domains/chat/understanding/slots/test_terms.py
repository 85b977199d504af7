"""Terms without their article and as the list writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.chat.talk_types import LANGUAGES, Slot
from app.domains.chat.understanding.slots.gazetteer import listed
from app.domains.chat.understanding.slots.terms import (
    edits_between,
    kept,
    meant_by,
    within,
    without_article,
)

pytestmark = pytest.mark.row("CH4")
WORDS = st.text("abc", max_size=7)


class TestWithoutArticle:
    @pytest.mark.parametrize(
        ("surface", "lang", "term"),
        [
            ("l'inflation", "fr", "inflation"), ("l’inflation", "fr", "inflation"),
            ("une obligation", "fr", "obligation"), ("Die Rendite", "de", "Rendite"),
            ("lasting power", "en", "lasting power"), ("Lage", "fr", "Lage"), ("the", "en", "the"),
            ("المخاطر", "ar", "المخاطر"),
        ],
    )  # fmt: skip
    def test_only_a_whole_article_goes(self, surface: str, lang: str, term: str) -> None:
        assert without_article(surface, lang) == term


class TestMeantBy:
    @pytest.mark.parametrize(
        ("surface", "lang", "term"),
        [
            ("volatilitty", "en", "volatility"), ("Duversifikation", "de", "Diversifikation"),
            ("dividende", "fr", "dividende"), ("rendment", "fr", "rendement"),
            ("inflasión", "es", "inflación"), ("mutuall fund", "hi", "mutual fund"),
            ("货币基今", "zh", "货币基金"),
        ],
    )  # fmt: skip
    def test_a_letter_off_is_the_term_of_the_list(self, surface: str, lang: str, term: str) -> None:
        assert meant_by(surface, lang) == term

    @pytest.mark.parametrize(
        ("surface", "lang"), [("contango", "en"), ("ETF", "de"), ("TIN", "es"), ("附利", "zh")]
    )
    def test_what_is_near_none_or_too_short_stays(self, surface: str, lang: str) -> None:
        assert meant_by(surface, lang) == surface

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_no_listed_term_becomes_another(self, lang: str) -> None:
        for term in listed("term", lang).values():
            told = without_article(term, lang)
            if told == term:
                assert meant_by(term, lang) == term


class TestWithin:
    def test_the_longest_listed_words_are_the_term(self) -> None:
        assert within("the expense ratio return", "en") == "expense ratio"
        assert within("contango explained", "en") is None
        assert meant_by("amortisation understandable", "en") == "amortisation"


class TestKept:
    def test_a_word_in_no_list_goes_where_a_listed_term_stands(self) -> None:
        slots = [Slot("term", 0, 5, "Stottern"), Slot("term", 9, 18, "Dividende")]
        assert kept(slots, "de") == slots[1:]
        assert kept(slots[:1], "de") == slots[:1]

    def test_two_listed_terms_and_other_slots_stay(self) -> None:
        slots = [Slot("term", 0, 5, "Aktie"), Slot("term", 9, 12, "ETF"), Slot("goal", 20, 22, "x")]
        assert kept(slots, "de") == slots


class TestEditsBetween:
    def test_letters_out_of_turn_are_one(self) -> None:
        assert edits_between("bnod", "bond") == 1
        assert edits_between("fund", "funds") == 1
        assert edits_between("", "abc") == 3

    @given(WORDS, WORDS)
    def test_is_none_only_for_the_same_and_equal_both_ways(self, one: str, other: str) -> None:
        edits = edits_between(one, other)
        assert (edits == 0) == (one == other)
        assert edits == edits_between(other, one)
        assert abs(len(one) - len(other)) <= edits <= max(len(one), len(other))
