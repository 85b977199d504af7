"""Whose money a shared word means: a dirham, a dinar, a franc, a peso, a 元."""

from functools import lru_cache

from app.domains.chat.understanding.slots.lexicon import Lexicon


def money_of(word: str, usual: str, text: str, original: str, lexicon: Lexicon) -> str:
    """Return the currency of a word; for one shared by countries, the one the text speaks of.

    Without a sign of the country it is the usual one of the language.
    """
    for code, cues in lexicon.shared.get(word, ()):
        # In Chinese the traditional script is the sign: its original, the folded text has none.
        if _traditional(original) if cues is None else cues.search(text):
            return code
    return usual


def _traditional(text: str) -> bool:
    return any(_only_traditional(char) for char in text if "\u4e00" <= char <= "\u9fff")


@lru_cache(maxsize=8_192)
def _only_traditional(char: str) -> bool:
    """Tell whether the script's character set has a character and the simplified one's has not."""
    return _within(char, "big5") and not _within(char, "gb2312")


def _within(char: str, charset: str) -> bool:
    try:
        char.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
