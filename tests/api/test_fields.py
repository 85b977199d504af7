"""Field types: what text may hold, and that one address has one spelling."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.api.fields import Code, ObjectId, PersonName, RecoveryCode, Token, shown_text

REFUSED = ["\x00", "\x1b", "\u202e", "\u2066", "\u200f", "\u061c", "\u2028", "\ue000", "\ud800"]


@pytest.mark.row("IS9")
class TestShownText:
    @pytest.mark.parametrize("mark", REFUSED)
    @given(before=st.text(max_size=4), after=st.text(max_size=4))
    def test_refuses_control_and_direction_marks_anywhere(
        self, mark: str, before: str, after: str
    ) -> None:
        with pytest.raises(ValueError, match="not allowed"):
            shown_text(before + mark + after)

    @pytest.mark.parametrize(
        "text", ["Ada", "أمينة دياب", "नव्या‍", "李小龍", "Åse-Marie O’Neill Jr.", "🙂", ""]
    )
    def test_keeps_every_script_in_one_spelling(self, text: str) -> None:
        assert shown_text(text) == unicodedata.normalize("NFC", text)


class TestPersonName:
    adapter = TypeAdapter(PersonName)

    def test_joins_spaces_and_composes(self) -> None:
        assert self.adapter.validate_python("  A\u030ase   Berg ") == "Åse Berg"

    @pytest.mark.parametrize(
        "name", ["", "  ", "x" * 81, "http://a.example", "a@b", "<b>", "{x}", "a\nb"]
    )
    def test_refuses_links_markup_and_nothing(self, name: str) -> None:
        with pytest.raises(ValidationError):
            self.adapter.validate_python(name)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Code, ["123456", "123 456"], ["12345", "123456\n", "１２３４５６", "123  456"]),
        (RecoveryCode, ["k7m2p-x9r4t", "K7M2PX9R4T"], ["k7m2p", "k7m2p--x9r4t", ""]),
        (ObjectId, ["0" * 20], ["0" * 19, "0" * 20 + "\n", "A" * 20, "../../../../etc/passwd"]),
        (Token, ["a.b-c_D"], ["", "a b", "a" * 201, "a\n", "é"]),
    ],
)
def test_patterns_match_the_whole_text(kind: object, good: list[str], bad: list[str]) -> None:
    adapter = TypeAdapter(kind)
    for text in good:
        assert adapter.validate_python(text) == text
    for text in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(text)
