"""One spelling of what looks alike; nothing breaks the normaliser."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ml.features.language import script_language
from app.ml.features.text import MAX_CHARS, char_grams, folded, normalise, word_grams

pytestmark = pytest.mark.row("CH4")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  two   spaces\n", "two spaces"),
        ("ﬁnance", "finance"),
        ("محـــفظة", "محفظة"),
        ("٣٠٠ ريال", "300 ريال"),
        ("१२०", "120"),
        ("１００元", "100元"),
        ("se\u200bll\u202e my\ufeff fund", "sell my fund"),
        ("e\u0301", "é"),
        ("a\x00b\ud800c", "a b c"),
    ],
)
def test_what_looks_alike_is_read_alike(typed: str, read: str) -> None:
    assert normalise(typed) == read


@given(st.text(max_size=200))
def test_normalising_again_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode()


@given(st.text(max_size=60))
def test_no_gram_holds_a_line_break(text: str) -> None:
    read = normalise(text)
    assert not any("\n" in gram for gram in [*word_grams(read), *char_grams(read)])


def test_a_very_long_text_is_cut() -> None:
    assert len(normalise("word " * 100_000)) <= MAX_CHARS
    assert len(char_grams(normalise("x" * 100_000))) < 1000


def test_case_accents_and_arabic_forms_fold_but_hindi_vowels_stay() -> None:
    assert folded("ÉCOLE Straße") == "ecole strasse"
    assert folded("أَرصدة") == folded("ارصده")
    assert folded("कि") != folded("की")


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("जमा करो VTI", "hi"),
        ("كم Green Bond", "ar"),
        ("買 VTI", "zh"),
        ("buy VTI", None),
        ("5", None),
    ],
)
def test_script_tells_the_language(text: str, lang: str | None) -> None:
    assert script_language(text) == lang
