"""Terms without their article and as the list writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.chat.talk_types import LANGUAGES
from app.domains.chat.understanding.slots.gazetteer import listed
from app.domains.chat.understanding.slots.terms import edits_between, meant_by, without_article

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
