"""What the rules read whole in a text, before anything chooses among it."""

from app.domains.chat.understanding.slots.cues import shipped
from app.domains.chat.understanding.slots.recogniser import read
from app.domains.chat.understanding.slots.token_types import Sort, Token
from app.domains.chat.understanding.slots.tokens import tokenise


def tokens(text: str, lang: str) -> list[Token]:
    """Return all tokens of a text."""
    tongue, folded = read(text, lang, shipped().words)
    return tokenise(folded, tongue, {})


def values(text: str, lang: str, sort: Sort) -> list[str]:
    """Return the values of all tokens of a sort."""
    return [token.value for token in tokens(text, lang) if token.sort is sort]
