"""A pattern that is not tried would not have matched."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.chat.talk_types import LANGUAGES
from app.domains.chat.understanding.slots.lexicon import lexicon
from app.domains.chat.understanding.slots.musts import branches, musts_of

pytestmark = pytest.mark.row("CH4")
ATOMS = st.sampled_from(["ab", "c", "d?", "e+", "(?:f|gh)", "(?:ij)?", "[kl]", "(?!m)", r"\d{1,2}"])
PATTERNS = st.lists(ATOMS, min_size=1, max_size=5).map("".join)


class TestMustsOf:
    @pytest.mark.parametrize(
        ("pattern", "found"),
        [
            ("last month", ("last month",)),
            ("(?:last|past) week", (" week",)),
            ("(?:ab|cd)?", ()),
            ("(?:every|each)", ("each", "every")),
            (r"day (\d{1,2})", ("day ",)),
            ("months?", ("month",)),
            ("{n} {u}", (" ",)),
        ],
    )
    def test_literals(self, pattern: str, found: tuple[str, ...]) -> None:
        assert musts_of(pattern) == found

    @given(PATTERNS, st.text(alphabet="abcdefghijkl12 ", max_size=30))
    def test_every_match_holds_one(self, pattern: str, text: str) -> None:
        musts = musts_of(pattern)
        for match in re.finditer(pattern, text):
            assert not musts or any(must in match[0] for must in musts)

    @given(PATTERNS, PATTERNS)
    def test_branches_join_to_the_whole(self, one: str, other: str) -> None:
        assert branches(f"{one}|{other}") == [one, other]

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_few_patterns_are_always_tried(self, lang: str) -> None:
        patterns = lexicon(lang).patterns
        assert sum(not one.musts for one in patterns) < len(patterns) / 20

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_every_pattern_compiles_though_few_are_needed_at_once(self, lang: str) -> None:
        for one in lexicon(lang).patterns:
            assert one.pattern.groups >= 0, one.source
