"""Text that can be shown, and text that a spreadsheet would run."""

import unicodedata

# Marks that turn the direction of text around (UAX 9): they make a word read as another one.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REFUSED = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
# A spreadsheet takes a cell that begins so for a formula.
_RUNS = ("=", "+", "-", "@", "'")


def usable(text: str) -> bool:
    """Tell whether a text has only characters that can be shown."""
    return (text.isascii() and text.isprintable()) or not any(
        ch in _BIDI or unicodedata.category(ch) in _REFUSED for ch in text
    )


def escaped(text: str) -> str:
    """Return text that no spreadsheet runs; `unescaped` gives it back."""
    return "'" + text if text.startswith(_RUNS) else text


def unescaped(text: str) -> str:
    """Return what `escaped` was given."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_RUNS) else text
