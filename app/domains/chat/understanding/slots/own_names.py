"""The user's own names in a text: which of them are looked for, and the handle each stands for."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from app.domains.chat.talk_types import Names
from app.domains.chat.understanding.folding import Folded, fold
from app.domains.chat.understanding.slots.lexicon import Lexicon, lexicon

#: Slots whose objects are all known when any of them is; only a change of goals names a new one.
_COMPLETE: Final = ("account", "goal")


def tables(names: Names) -> dict[str, Mapping[str, str]]:
    """Return the names of each slot, as she writes them."""
    return {
        "instrument": names.instruments,
        "goal": names.goals,
        "account": names.accounts,
        "recipient": names.recipients,
        "merchant": names.merchants,
    }


def known(
    names: Names | None,
    wanted: frozenset[str],
    folded: Folded,
    tongue: Lexicon,
    words: frozenset[str],
) -> Mapping[str, Mapping[str, str]]:
    """Return the user's own names, folded, of the slots looked for.

    A shop called like a fund of hers is not hidden by the fund where a shop is meant. A name that
    is another word of the text but for a mark is left out.
    """
    if names is None:
        return {}
    return {
        slot: {
            plain: handle
            for name, handle in table.items()
            if (plain := folded_name(name, tongue.lang))
            and not (name.isascii() and _marked_word(plain, folded, tongue.lang, words))
        }
        for slot, table in tables(names).items()
        if table and slot in wanted
    }


def _marked_word(name: str, folded: Folded, lang: str, words: frozenset[str]) -> bool:
    """Tell whether a text has a common word where the name would stand: `über` is not Uber."""
    if f"{lang}|{name}" not in words:
        return False
    at = folded.text.find(name)
    while at >= 0:
        start, end = folded.span(at, at + len(name))
        if folded.original[start:end].isascii():
            return False
        at = folded.text.find(name, at + len(name))
    return True


def closed(names: Names | None, intent: str) -> frozenset[str]:
    """Return the slots whose objects are all known."""
    if names is None:
        return frozenset()
    new = {"goal"} if intent == "goal_change" else set()
    return frozenset(slot for slot in _COMPLETE if tables(names)[slot]) - new


def own_words(names: Names, lang: str) -> frozenset[str]:
    """Return the words of the user's own names: none of them is a misspelt one."""
    return frozenset(
        word
        for table in tables(names).values()
        for name in table
        for word in folded_name(name, lang).split()
    )


def handle_of(surface: str, slot: str, names: Names | None, lang: str) -> str | None:
    """Return the handle of her object that is called so, written alike before folded alike."""
    own = tables(names).get(slot) if names else None
    if not own:
        return None
    plain = folded_name(surface, lang)
    return own.get(surface) or next(
        (handle for name, handle in own.items() if folded_name(name, lang) == plain), None
    )


@lru_cache(maxsize=4_096)
def folded_name(name: str, lang: str) -> str:
    """Return a name as the rules read the text of a language, a second script as the first."""
    return fold(name.strip(), variants=lexicon(lang).variants or None).text
