"""The slots of a message for one intent: rules read, cues choose, values are said in one way."""

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final

from app.domains.chat.talk_types import LANGUAGES, Names, Slot
from app.domains.chat.understanding.folding import Folded, fold
from app.domains.chat.understanding.slots.cues import (
    LABELS,
    OUT,
    best,
    cue_rows,
    emissions,
    shipped,
    slot_of,
    step_rows,
    strangers,
)
from app.domains.chat.understanding.slots.figures import plain
from app.domains.chat.understanding.slots.fitting import allowed, overlooked
from app.domains.chat.understanding.slots.gazetteer import hints
from app.domains.chat.understanding.slots.lexicon import DATA, Lexicon, lexicon
from app.domains.chat.understanding.slots.own_names import (
    closed,
    handle_of,
    known,
    own_words,
    tables,
)
from app.domains.chat.understanding.slots.spelling import mended
from app.domains.chat.understanding.slots.terms import kept, meant_by, without_article
from app.domains.chat.understanding.slots.token_types import Sort, Token
from app.domains.chat.understanding.slots.tokens import tokenise
from app.domains.chat.understanding.slots.wanted import WANTED

#: Longer texts are read by their beginning: no request needs more.
MAX_TOKENS: Final = 600
_EDGE: Final = " .,;:!?\"'“”«»()[]¿¡，。、！？؟،"


def recognise(text: str, *, intent: str, lang: str, names: Names | None = None) -> tuple[Slot, ...]:
    """Return the slots of a message in its order; spans are code points of the text as given.

    Without `names` objects are found by what stands around them, with them by their name first;
    then the value is the handle or id the user's own object has.
    """
    slots = WANTED.get(intent)
    if not slots or not text.strip():
        return ()
    if lang not in LANGUAGES:
        lang = "en"
    words = shipped().words
    tongue, folded = read(text, lang, words, own_words(names, lang) if names else frozenset())
    own = known(names, slots, folded, tongue[0], words)
    tokens = tokenise(folded, tongue, own, slots)[:MAX_TOKENS]
    if not tokens:
        return ()
    labels = labelled(folded, tokens, intent, lang, closed(names, intent))
    return tuple(kept(slots_of(folded, tokens, labels, names, lang), lang))


def read(
    text: str,
    lang: str,
    words: frozenset[str] = frozenset(),
    own: frozenset[str] = frozenset(),
) -> tuple[list[Lexicon], Folded]:
    """Return the lexicons to read a text with, and the folded text.

    With the `words` people write (as `lang|word`) others may be misspelt ones, and are mended;
    those of her `own` names are not.
    """
    tongue = [lexicon(lang)] + ([lexicon("en")] if lang != "en" else [])
    folded = fold(text, variants=tongue[0].variants or None)
    return tongue, mended(folded, tongue[0].spelling, lang, words, own) if words else folded


def labelled(
    folded: Folded, tokens: Sequence[Token], intent: str, lang: str, complete: frozenset[str]
) -> list[str]:
    """Return the label of each token; all objects of a `complete` slot are known."""
    cues = shipped()
    hidden = strangers(tokens, lang, cues.words)
    hinted = hints(folded.text, tokens, lang)
    rows = cue_rows(tokens, originals(folded, tokens), intent, lang, hidden, hinted)
    choices = allowed(tokens, WANTED[intent], hinted, complete)
    scores, steps = emissions(rows, cues.table), cues.table[step_rows()]
    path = best(scores, steps, choices)
    again = overlooked(tokens, path, choices, intent, hinted)
    if again != choices:
        path = best(scores, steps, again)
    return [LABELS[label] for label in path]


def originals(folded: Folded, tokens: Sequence[Token]) -> list[str]:
    """Return each token as it was written."""
    out = []
    for token in tokens:
        start, end = folded.span(token.start, token.end)
        out.append(folded.original[start:end])
    return out


def slots_of(
    folded: Folded,
    tokens: Sequence[Token],
    labels: Sequence[str],
    names: Names | None,
    lang: str,
) -> list[Slot]:
    """Return the slots that labels say tokens are, with their spans in the original."""
    found: list[Slot] = []
    at = 0
    while at < len(tokens):
        label = labels[at]
        end = at + 1
        if label == OUT:
            at = end
            continue
        while end < len(tokens) and labels[end] == f"I-{slot_of(label)}" and label[1:2] == "-":
            end += 1
        slot = _slot(folded, tokens[at:end], slot_of(label), names, lang)
        if slot is not None:
            found.append(slot)
        at = end
    return found


def _slot(
    folded: Folded, tokens: Sequence[Token], name: str, names: Names | None, lang: str
) -> Slot | None:
    start, end = _trimmed(folded, *folded.span(tokens[0].start, tokens[-1].end))
    if start == end:
        return None
    first = tokens[0]
    surface = folded.original[start:end]
    if name == "term":
        return _term(surface, start, _name(without_article(surface, lang), tokens, name), lang)
    if first.sort is Sort.NAME and first.of == name:
        # Of two own names that differ only in case or accents the one written so is meant.
        value = tables(names)[name].get(surface, first.value) if names else first.value
    elif name in ("date", "date_range"):
        value = _date(first, name)
    elif name == "quantity" and first.sort is Sort.PART:
        # Half a share: parts are kept in percent.
        value = plain(Decimal(first.value) / 100)
    elif name in ("amount", "quantity", "percent", "currency", "frequency"):
        value = first.value
    else:
        value = handle_of(surface, name, names, lang) or _name(surface, tokens, name)
    return Slot(name, start, end, value) if value else None


def _trimmed(folded: Folded, start: int, end: int) -> tuple[int, int]:
    """Return a span without the signs around it."""
    while start < end and folded.original[start] in _EDGE:
        start += 1
    while end > start and folded.original[end - 1] in _EDGE:
        end -= 1
    return start, end


def _term(surface: str, start: int, said: str, lang: str) -> Slot:
    """Return the term meant; its span is that of the term where it stands so in the surface."""
    value = meant_by(said, lang)
    for part in (value, said):
        at = surface.find(part)
        if at >= 0:
            return Slot("term", start + at, start + at + len(part), value)
    return Slot("term", start, start + len(surface), value)


def _date(token: Token, name: str) -> str:
    if token.sort is Sort.FIGURE:
        number = token.value
        return f"day_{number}" if number.isdigit() and 0 < int(number) < 32 else number
    return (
        token.value.removeprefix("since_")
        if name == "date" and token.value != "since_start"
        else token.value
    )


def _name(surface: str, tokens: Sequence[Token], name: str) -> str:
    clean = re.sub(
        r"\s+",
        " ",
        "".join(
            c for c in surface if c.isprintable() and c not in "\u200b\u200c\u200d\u2060\ufeff"
        ),
    )
    if name == "reference":
        return "".join(str(int(c)) if c.isdecimal() else c for c in clean).replace("# ", "#")
    if (
        name == "instrument"
        and len(tokens) == 1
        and (tokens[0].sort is Sort.TICKER or tokens[0].text in tickers())
    ):
        return clean.upper()
    return clean


@lru_cache(maxsize=1)
def tickers() -> frozenset[str]:
    """Return tickers people type in small letters, too."""
    return frozenset(json.loads((DATA / "tickers.json").read_text(encoding="utf-8")))
