"""What goes into the next turn, and how words are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.chat.rules.memory import MAX_TOKENS, MAX_TURNS, quarters, remembered, tokens
from app.domains.chat.rules.notices import REMOVED, removed
from app.domains.chat.rules.searching import AROUND, folded, snippet
from app.domains.chat.talk_types import LANGUAGES

PAIRS = st.lists(st.tuples(st.text(max_size=2_000), st.text(max_size=2_000)), max_size=12)


@pytest.mark.row("CH7")
class TestRemembered:
    @given(PAIRS)
    def test_it_is_bounded_and_ends_with_the_newest(self, pairs: list[tuple[str, str]]) -> None:
        found = remembered(pairs)
        assert sum(said.role == "user" for said in found) <= MAX_TURNS
        assert sum(tokens(said.text) for said in found) <= MAX_TOKENS
        whole = [said.text for said in remembered(pairs[:MAX_TURNS])]
        assert [said.text for said in found] == whole
        if found and pairs[0][1]:
            assert (found[-1].role, found[-1].text) == ("adviser", pairs[0][1])

    @given(st.text(), st.text())
    def test_pieces_add_up(self, one: str, other: str) -> None:
        assert quarters(one + other) == quarters(one) + quarters(other)

    def test_a_turn_that_does_not_fit_is_left_out_whole(self) -> None:
        found = remembered([("new", "answer"), ("x" * 13_000, "y"), ("old", "answer")])
        assert [said.text for said in found] == ["new", "answer"]


@pytest.mark.row("CH7")
class TestSnippet:
    @given(st.text(max_size=400), st.integers(0, 400), st.integers(1, 20))
    def test_what_is_in_a_text_is_found(self, text: str, at: int, length: int) -> None:
        words = folded(text[at : at + length])
        found = snippet(text, words) if words else ""
        if words in folded(text):
            assert found is not None
            assert len(found) <= len(words) + 2 * AROUND + 2

    @pytest.mark.parametrize("words", ["zurich", "ZÜRICH", "Zürich"])
    def test_case_and_accents_do_not_count(self, words: str) -> None:
        assert snippet("Rent in Zürich", folded(words)) == "Rent in Zürich"
        assert snippet("Rent in Bern", folded(words)) is None


def test_every_language_says_that_a_figure_was_removed() -> None:
    assert set(REMOVED) == set(LANGUAGES)
    assert removed("pt-BR") == REMOVED["pt"]
    assert removed("xx") == REMOVED["en"]
