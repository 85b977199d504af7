"""Words that sound alike are read alike, whatever letters they are written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ml.features.han import simplified
from app.ml.features.sound import sound_grams, sounds
from app.ml.features.text import folded, normalise

pytestmark = pytest.mark.row("CH4")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pichle mahine kitna kharch hua", "पिछले महीने कितना खर्च हुआ"),
        ("mera paisa kab milega", "मेरा पैसा कब मिलेगा"),
        ("kam rbe7t", "كم ربحت"),
        ("elshahr", "الشهر"),
        ("please cancel my order", "plese cancl my ordr"),
        ("Überweisung", "uberweisng"),
        ("把我的賬戶凍結", "把我的账户冻结"),
    ],
)
def test_spellings_of_one_sound_are_one(one: str, other: str) -> None:
    assert sounds(normalise(one)) == sounds(normalise(other))


def test_figures_are_all_the_same_and_vowels_alone_are_nothing() -> None:
    assert sounds("buy 250 of it") == sounds("buy 90 of it")
    assert sounds("a e i!") == []
    assert sounds("") == []


def test_words_one_apart_are_a_pair_and_chinese_characters_are_words() -> None:
    assert "sl 1 m" in sound_grams("sell my gold")
    assert "sl 2 gld" in sound_grams("sell my gold")
    assert "卖 1 掉" in sound_grams("卖掉")
    assert sound_grams("卖") == ["=卖"]


@given(st.text(max_size=80))
def test_no_text_breaks_it_and_no_gram_holds_a_line_break(text: str) -> None:
    assert not any("\n" in gram for gram in sound_grams(normalise(text)))


def test_traditional_characters_fold_to_simplified_ones_that_stay() -> None:
    table = simplified()
    assert folded("買賣") == "买卖"
    assert all(ord(plain) not in table or table[ord(plain)] == plain for plain in table.values())
