"""Names and words many people use for goals, accounts, shops and funds: hints, never proof."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from app.domains.chat.understanding.folding import fold
from app.domains.chat.understanding.slots.lexicon import DATA, lexicon
from app.domains.chat.understanding.slots.token_types import Token

#: The longest name looked up, in tokens; Chinese counts characters.
LONGEST: Final = 8
EVERYWHERE: Final = "*"


def hints(text: str, tokens: Sequence[Token], lang: str) -> list[tuple[str, ...]]:
    """Return for each token the slots in whose lists a name through it stands, longest first."""
    table = _names(lang)
    found: list[set[str]] = [set() for _ in tokens]
    for slot, names in table.items():
        at = 0
        while at < len(tokens):
            end = _end(text, tokens, at, names)
            for place in range(at, end):
                found[place].add(f"{slot}|{'B' if place == at else 'I'}")
            at = max(end, at + 1)
    return [tuple(sorted(one)) for one in found]


def _end(text: str, tokens: Sequence[Token], at: int, names: frozenset[str]) -> int:
    start = tokens[at].start
    for end in range(min(len(tokens), at + LONGEST), at, -1):
        if text[start : tokens[end - 1].end] in names:
            return end
    return at


@lru_cache(maxsize=64)
def listed(slot: str, lang: str) -> Mapping[str, str]:
    """Return the usual names of one slot in one language: folded, and as written."""
    variants = lexicon(lang).variants or None
    return {fold(name, variants=variants).text: name for name in _raw()[lang].get(slot, ())}


@lru_cache(maxsize=16)
def _names(lang: str) -> dict[str, frozenset[str]]:
    tables: dict[str, set[str]] = {}
    for tongue in {EVERYWHERE, "en", lang}:
        variants = None if tongue == EVERYWHERE else lexicon(lang).variants or None
        for slot, names in _raw()[tongue].items():
            tables.setdefault(slot, set()).update(
                fold(name, variants=variants).text for name in names
            )
    return {slot: frozenset(names) for slot, names in tables.items()}


@lru_cache(maxsize=1)
def _raw() -> dict[str, dict[str, list[str]]]:
    names: dict[str, dict[str, list[str]]] = json.loads(
        (DATA / "names.json").read_text(encoding="utf-8")
    )
    return names
