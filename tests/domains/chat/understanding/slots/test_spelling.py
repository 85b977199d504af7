"""Misspelt words of dates and money are read as meant, names and other words as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.chat.talk_types import LANGUAGES, Names
from app.domains.chat.understanding.folding import fold
from app.domains.chat.understanding.slots.cues import shipped
from app.domains.chat.understanding.slots.lexicon import lexicon
from app.domains.chat.understanding.slots.recogniser import read, recognise
from app.domains.chat.understanding.slots.spelling import mended, spelling
from app.domains.chat.understanding.slots.token_types import Sort
from tests.domains.chat.understanding.slots.reading import values

pytestmark = pytest.mark.row("CH4")
WEEKLY = spelling(frozenset({"weekly", "month"}), frozenset({"march"}), {}, frozenset({"mouth"}))


def mend(text: str) -> str:
    return mended(fold(text), WEEKLY, "en", frozenset({"en|weakly"}), frozenset({"wekly"})).text


class TestMended:
    @pytest.mark.parametrize("word", ["weekl", "weeekly", "weelky", "weehly"])
    def test_one_letter_off_is_meant(self, word: str) -> None:
        assert mend(f"20 {word} please") == "20 weekly please"

    @pytest.mark.parametrize("word", ["weakly", "mouth", "wekly", "woekli", "mon"])
    def test_other_words_stay(self, word: str) -> None:
        assert mend(word) == word

    def test_a_name_is_no_month(self) -> None:
        assert mend("to Marc 20") == "to marc 20"
        assert mend("in marc 20") == "in march 20"

    @given(st.text(alphabet="wekly month", max_size=40))
    def test_each_letter_keeps_a_place_and_their_order(self, text: str) -> None:
        found = mended(fold(text), WEEKLY, "en", frozenset(), frozenset())
        assert len(found.at) == len(found.text)
        assert list(found.at) == sorted(found.at)
        assert all(0 <= place < len(text) for place in found.at)


class TestLexicons:
    @pytest.mark.parametrize(
        ("text", "lang", "sort", "value"),
        [
            ("evry mnth", "en", Sort.FREQUENCY, "monthly"),
            ("la semana pasadda", "es", Sort.DATE, "last_week"),
            ("la semainne dernière", "fr", Sort.DATE, "last_week"),
            ("monatlch", "de", Sort.FREQUENCY, "monthly"),
            ("mes pasado", "pt", Sort.DATE, "last_month"),
            ("पीछले महिने", "hi", Sort.DATE, "last_month"),
            ("امباررح", "ar", Sort.DATE, "yesterday"),
        ],
    )
    def test_common_slips_are_read(self, text: str, lang: str, sort: Sort, value: str) -> None:
        assert values(text, lang, sort) == [value]

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_no_month_becomes_another(self, lang: str) -> None:
        words = shipped().words
        for month in lexicon(lang).months:
            assert read(month, lang, words)[1].text == month

    def test_every_word_of_the_tables_is_right(self) -> None:
        # The tables are longer than the longest text that is folded at once.
        assert read("الربع الماضي", "ar", shipped().words)[1].text == "الربع الماضي"

    def test_a_slip_that_stands_in_a_table_is_mended_too(self) -> None:
        assert read("last mnth", "en", shipped().words)[1].text == "last month"

    @pytest.mark.parametrize("word", ["hiyye", "الين", "مالتي"])
    def test_a_word_near_a_number_is_none(self, word: str) -> None:
        assert read(word, "ar", shipped().words)[1].text == word

    def test_a_goal_called_like_a_slip_keeps_its_name_and_span(self) -> None:
        names = Names(goals={"Monata": "goal_1"})
        text = "wie weit ist Monata"
        (slot,) = recognise(text, intent="goal_progress", lang="de", names=names)
        assert (slot.value, text[slot.start : slot.end]) == ("goal_1", "Monata")

    def test_the_span_holds_the_whole_misspelt_word(self) -> None:
        text = "put in 50 euross evry mnth"
        found = recognise(text, intent="recurring_plan", lang="en")
        assert [text[one.start : one.end] for one in found] == ["50", "euross", "evry mnth"]
