"""Links in an answer: paths of our own pass, everything that leads out is refused whole."""

import pytest

from app.domains.chat.grounding.links import outside
from app.domains.chat.turn_ports import Release
from tests.domains.chat.test_grounded_gate import gate, through

OUT = [
    "[portal](https://evil.example/x?v=4)", "![ok](/logo.png)", "![](https://evil.example/p)",
    "see www.evil.example/a", "<img src=x>", "<a href='/x'>y</a>", "[x](//evil.example)",
    "[x](/\\evil.example)", "[x](javascript:alert(1))", "[x]: https://evil.example",
    "<https://evil.example>", "ht\u200btps://evil.example", "ｈｔｔｐｓ://evil.example",
    "[x](data:text/html;base64,AA)", "mailto:a@evil.example",
]  # fmt: skip
OURS = ["[Fees](/fees)", "[top](#top)", "a [note] (see below)", "x < y and y > z", "data: none"]


def standing(text: str, size: int) -> str:
    """Return what stands at the end, when the text comes in pieces of a size."""
    left = ""
    for step in through(gate(), [text[at : at + size] for at in range(0, len(text), size)]):
        left = left + step.text if isinstance(step, Release) else left[: len(left) - step.shown]
    return left


@pytest.mark.row("CH5")
@pytest.mark.parametrize("text", OUT)
@pytest.mark.parametrize("size", [1, 7, 400])
def test_a_link_to_outside_is_taken_back_whole(text: str, size: int) -> None:
    said = f"Here it is: {text} for you. Goodbye."
    assert standing(said, size).strip() == "Goodbye."


@pytest.mark.row("CH5")
@pytest.mark.parametrize("text", OURS)
@pytest.mark.parametrize("size", [1, 7, 400])
def test_paths_of_our_own_and_plain_signs_pass(text: str, size: int) -> None:
    assert outside(text) == []
    assert standing(f"Here: {text}.", size) == f"Here: {text}."
