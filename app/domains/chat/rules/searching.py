"""Finding words in a message: folded alike on both sides, and shown with what is around them."""

import unicodedata
from typing import Final

AROUND: Final = 60


def folded(text: str) -> str:
    """Return the form that is compared: compatibility forms and accents and case do not count."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(ch for ch in apart if not unicodedata.combining(ch))


def snippet(text: str, words: str) -> str | None:
    """Return what stands around folded `words` in a text, None when they are not in it."""
    if words not in (whole := folded(text)):
        return None
    # Folding may change lengths: the share of the way is near enough to cut a window.
    at = whole.index(words) * len(text) // max(1, len(whole))
    begin, end = max(0, at - AROUND), min(len(text), at + len(words) + AROUND)
    head, tail = "…" if begin else "", "…" if end < len(text) else ""
    return head + " ".join(text[begin:end].split()) + tail
