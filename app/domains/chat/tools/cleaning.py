"""Makes text of others harmless to carry: short, one line, nothing unseen."""

import unicodedata
from typing import Final

from app.domains.chat.tool_types import Untrusted

UNTRUSTED_MAX: Final = 200
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
#: Letters that show nothing although they count as letters, and joiners that hide text.
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u180b\u180c\u180d\u180f")


def clean(text: str, *, limit: int = UNTRUSTED_MAX) -> str:
    """Return a text on one line without control, zero-width, direction or private characters."""
    seen = []
    # Four times as many: marks may fall away, and a long text costs no more than this.
    for char in unicodedata.normalize("NFC", text[: limit * 4]):
        if char.isspace():
            seen.append(" ")
        elif (
            char not in _BLANK
            and unicodedata.category(char) not in _UNSEEN
            and not "\ufe00" <= char <= "\ufe0f"
        ):
            seen.append(char)
    return " ".join("".join(seen).split())[:limit].rstrip()


def untrusted(text: str) -> Untrusted:
    """Return text written by somebody else, as a tool may carry it."""
    return Untrusted(clean(text))
