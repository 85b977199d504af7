"""Replaces what must not leave by placeholders that mean the same thing all through a turn."""

import re
from collections.abc import Iterable
from typing import Final

from app.domains.chat.consent_types import Known
from app.domains.chat.redaction.amounts import amounts, digits
from app.domains.chat.redaction.known import KnownSpans
from app.domains.chat.redaction.reading import read
from app.domains.chat.redaction.recognisers import Span, spans

KINDS: Final = (
    "iban", "card", "email", "phone", "ip", "url", "id", "document", "number", "name", "address",
    "birth", "amount",
)  # fmt: skip
PLACEHOLDER: Final = re.compile(r"<(?:" + "|".join(kind.upper() for kind in KINDS) + r")_\d{1,4}>")


class Masker:
    """The placeholders of one turn. The map lies in memory only, and goes with the turn."""

    def __init__(self, known: Known, *, share_figures: bool, locale: str = "en") -> None:
        self._known = KnownSpans(known)
        self._country = known.country
        self._share_figures = share_figures
        self.locale = locale
        self._places: dict[tuple[str, str], str] = {}
        self._done: dict[tuple[str, str], str] = {}
        self.originals: dict[str, str] = {}
        self.counts: dict[str, int] = {}

    def said(self, text: str) -> str:
        """Return a person's own text as it may leave."""
        return self._masked("said", text)

    def told(self, text: str) -> str:
        """Return text made from her data (an earlier answer, a memo) as it may leave."""
        return self._masked("told", text)

    def plain(self, text: str) -> str:
        """Return text in which only personal data is replaced, never an amount."""
        return self._masked("plain", text)

    def restored(self, text: str) -> str:
        """Put what they stand for in the place of placeholders; unknown ones stay."""
        if "<" not in text:
            return text
        return PLACEHOLDER.sub(lambda found: self.originals.get(found[0], found[0]), text)

    def _masked(self, how: str, text: str) -> str:
        done = self._done.get((how, text))
        if done is None:
            done = self._replaced(text, self._found(how, text))
            self._done[how, text] = done
        return done

    def _found(self, how: str, text: str) -> list[Span]:
        reading = read(text)
        found = self._known.find(reading)
        found += [
            Span(*reading.span(one.start, one.end), one.kind)
            for one in spans(reading.text, country=self._country)
        ]
        if not self._share_figures and how != "plain":
            found += amounts(text, locale=self.locale) if how == "said" else digits(text)
        return _apart(found)

    def _replaced(self, text: str, found: list[Span]) -> str:
        parts, at = [], 0
        for one in found:
            parts += [text[at : one.start], self._placeholder(one.kind, text[one.start : one.end])]
            at = one.end
        return "".join([*parts, text[at:]])

    def _placeholder(self, kind: str, original: str) -> str:
        same = "".join(char for char in read(original).text.casefold() if char.isalnum())
        place = self._places.get((kind, same))
        if place is None:
            number = self.counts[kind] = self.counts.get(kind, 0) + 1
            place = self._places[kind, same] = f"<{kind.upper()}_{number}>"
            self.originals[place] = original
        return place


def _apart(found: Iterable[Span]) -> list[Span]:
    """Join what overlaps into one span of the first kind: no half of a value stays behind."""
    joined: list[Span] = []
    rank = {kind: place for place, kind in enumerate(KINDS)}
    for one in sorted(found, key=lambda span: (span.start, -span.end)):
        last = joined[-1] if joined else None
        if last is not None and one.start < last.end:
            kind = min(last.kind, one.kind, key=lambda name: rank[name])
            joined[-1] = Span(last.start, max(last.end, one.end), kind)
        else:
            joined.append(one)
    return joined
