"""Misspelt copies: near to what was written, the same for the same seed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ml.training.misspelling import misspelt

pytestmark = pytest.mark.row("CH4")


def test_a_copy_differs_by_a_letter_or_two_and_is_drawn_from_the_seed() -> None:
    texts = ["how much money have I got altogether", "quiero retirar doscientos euros mañana"]
    first = misspelt(texts, seed=7)
    assert first == misspelt(texts, seed=7) != misspelt(texts, seed=8)
    for text, copy in zip(texts, first, strict=True):
        assert copy != text
        pairs = zip(text.split(), copy.split(), strict=True)
        assert 1 <= sum(a != b for a, b in pairs) <= 2


@pytest.mark.parametrize("text", ["", "ok", "buy 20 VTI", "这个月花了多少钱", "€50 an 1.234,56"])
def test_short_words_numbers_and_chinese_stay(text: str) -> None:
    assert misspelt([text], seed=1) == [text]


@given(st.text(max_size=80))
def test_any_text_keeps_its_number_of_words_and_about_its_length(text: str) -> None:
    (copy,) = misspelt([text], seed=3)
    assert copy.count(" ") == text.count(" ")
    assert abs(len(copy) - len(text)) <= max(1, len(text.split(" ")) // 5)
