"""What of a conversation goes into the next turn: the last eight turns, or 3,000 tokens."""

from collections.abc import Iterable
from math import ceil
from typing import Final

from app.domains.chat.talk_types import Said

MAX_TURNS: Final = 8
MAX_TOKENS: Final = 3_000


def quarters(text: str) -> int:
    """Return four times the tokens of a text: pieces of a word add up."""
    if text.isascii():
        return len(text)
    ascii_count = sum(map(str.isascii, text))
    return ascii_count + 4 * (len(text) - ascii_count)


def tokens(text: str) -> int:
    """Return how many tokens a text is at most, about: four ASCII characters, or one other.

    No model's own count: it is a bound for any, and the same on every machine.
    """
    return ceil(quarters(text) / 4)


def remembered(newest_first: Iterable[tuple[str, str]]) -> tuple[Said, ...]:
    """Return what is told to an engine, the oldest first, of (message, answer) pairs.

    Whole turns only: a cut message could say the opposite of what was said.
    """
    kept: list[Said] = []
    left = MAX_TOKENS
    for number, (text, answer) in enumerate(newest_first):
        left -= tokens(text) + tokens(answer)
        if number >= MAX_TURNS or left < 0:
            break
        if answer:
            kept.append(Said("adviser", answer))
        kept.append(Said("user", text))
    return tuple(reversed(kept))
