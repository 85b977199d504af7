"""What a term is called: without its article, and misspelt as it is written in the list of terms.

A question names the term once, often as it was heard. The list is the gazetteer's; a word of it
is meant when it is the only one so near.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from app.domains.chat.talk_types import Slot
from app.domains.chat.understanding.folding import fold
from app.domains.chat.understanding.slots.gazetteer import listed
from app.domains.chat.understanding.slots.lexicon import lexicon

#: Letters a term has at least to be read when one of them, or two, are wrong.
_SHORTEST: Final = 4
_LONG: Final = 8
_SHORTEST_HAN: Final = 3
_ARTICLES: Final = {
    "en": ("the", "a", "an"),
    "fr": ("l'", "d'", "le", "la", "les", "un", "une", "des", "du"),
    "es": ("el", "la", "los", "las", "un", "una"),
    "de": ("der", "die", "das", "den", "dem", "ein", "eine", "einen", "einer", "einem"),
    "pt": ("o", "a", "os", "as", "um", "uma"),
}


def without_article(surface: str, lang: str) -> str:
    """Return what stands after an article; a term that is only an article stays."""
    plain = _folded(surface, lang)
    if len(plain) != len(surface):
        return surface
    for article in _ARTICLES.get(lang, ()):
        rest = surface[len(article) :]
        if plain.startswith(article) and (article[-1] == "'" or rest[:1] == " ") and rest.strip():
            return rest.strip()
    return surface


def meant_by(surface: str, lang: str) -> str:
    """Return the term of the list that a misspelt one was meant to be; itself when none is near."""
    plain = _folded(surface, lang)
    right = _right(lang)
    if plain in right or _too_short(plain):
        return surface
    found: dict[int, set[str]] = {}
    for term, written in right.items():
        most = 1 if min(len(plain), len(term)) < _LONG else 2
        if not _too_short(term) and _may_be(plain, term, most):
            edits = edits_between(plain, term)
            if edits <= most:
                found.setdefault(edits, set()).add(written)
    nearest = found[min(found)] if found else set()
    if len(nearest) != 1:
        return within(surface, lang) or surface
    (only,) = nearest
    return only[:1].upper() + only[1:] if lang == "de" else only


def within(surface: str, lang: str) -> str | None:
    """Return the longest words of a surface that are listed: `volatility` of "volatility means"."""
    words = surface.split(" ")
    for size in range(len(words) - 1, 0, -1):
        for start in range(len(words) - size + 1):
            part = " ".join(words[start : start + size])
            if not _too_short(part) and _folded(part, lang) in _right(lang):
                return part
    return None


def kept(slots: Sequence[Slot], lang: str) -> list[Slot]:
    """Return slots without the terms that are in no list where another is: `in a nutshell`."""
    known = [one for one in slots if one.name == "term" and is_listed(one.value, lang)]
    return [one for one in slots if one.name != "term" or not known or one in known]


def is_listed(term: str, lang: str) -> bool:
    """Tell whether a term is in the list of a language, or in the English one."""
    return any(_folded(term, tongue) in listed("term", tongue) for tongue in {lang, "en"})


def edits_between(one: str, other: str) -> int:
    """Return how many letters are too many, missing, another, or out of their turn."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        now = [i]
        for j, right in enumerate(other, 1):
            cost = min(last[j] + 1, now[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            now.append(cost)
        before, last = last, now
    return last[-1]


def _too_short(term: str) -> bool:
    return len(term) < (_SHORTEST_HAN if "\u3400" <= term[:1] <= "\u9fff" else _SHORTEST)


def _may_be(plain: str, term: str, most: int) -> bool:
    """Tell cheaply whether a term is worth comparing."""
    return abs(len(plain) - len(term)) <= most and (plain[0] == term[0] or plain[-3:] == term[-3:])


@lru_cache(maxsize=16)
def _right(lang: str) -> dict[str, str]:
    """Return the terms of a language: folded, and as written; none begins with an article."""
    return {
        plain: term
        for plain, term in listed("term", lang).items()
        if without_article(term, lang) == term
    }


def _folded(text: str, lang: str) -> str:
    return fold(text, variants=lexicon(lang).variants or None).text
