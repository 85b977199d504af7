"""Finds what this installation knows of a person: her names, address, numbers, day of birth."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Final

from app.domains.chat.consent_types import Known
from app.domains.chat.redaction.reading import Reading, folded, read
from app.domains.chat.redaction.recognisers import Span

SHORTEST: Final = 3
_STREET: Final = (
    "street road avenue lane drive place square court apartment floor house calle avenida plaza "
    "piso puerta rue boulevard strasse straße weg platz allee rua praça andar मार्ग रोड गली "
    "شارع طريق عمارة الطابق"
)
_STREET_WORDS: Final = frozenset(_STREET.split())
_LATIN: Final = "[0-9a-z\u00df-\u024f]"
_CLITICS: Final = "[وبفلك]?"
_NO_SPACES: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class KnownSpans:
    """The patterns of one person's own data; built once a turn."""

    def __init__(self, known: Known) -> None:
        self._words = _joined(_words(known))
        self._addresses = _joined(_addresses(known))
        self._numbers = _joined([_spaced(one) for one in known.numbers if len(_bare(one)) >= 4])
        self._births = _joined([form for day in known.births for form in _birth(day)])
        self._owner = _joined([re.escape(known.owner)] if known.owner else [])
        self._emails = _joined([re.escape(_fold(one)) for one in known.emails if one])

    def find(self, reading: Reading) -> list[Span]:
        """Return what is found, at code points of the *original*; may overlap."""
        low = folded(reading)
        rows = (
            ("number", self._owner),
            ("email", self._emails),
            ("document", self._numbers),
            ("birth", self._births),
            ("address", self._addresses),
            ("name", self._words),
        )
        return [
            Span(*low.span(found.start(), found.end()), kind)
            for kind, pattern in rows
            if pattern is not None
            for found in pattern.finditer(low.text)
            if found.end() > found.start()
        ]


def _joined(patterns: list[str]) -> re.Pattern[str] | None:
    rows = sorted(dict.fromkeys(patterns), key=len, reverse=True)
    return re.compile("|".join(rows)) if rows else None


def _words(known: Known) -> list[str]:
    """Return a pattern of each whole name, and of each of its words of three letters or more."""
    found = []
    for name in known.names:
        whole = _fold(name)
        if len(whole) >= 2:
            found.append(_bounded(_loose(whole)))
        parts = re.split(r"[\s.,'’\-]+", whole)
        found += [_bounded(re.escape(part)) for part in parts if len(part) >= SHORTEST]
    return found


def _addresses(known: Known) -> list[str]:
    found = []
    for address in known.addresses:
        parts = [part.strip() for part in re.split(r"[,;\n،，]", _fold(address))]
        found += [_bounded(_loose(part)) for part in parts if len(part) > SHORTEST]
        for word in re.split(r"[\s,;،，]+", _fold(address)):
            letters = sum(char.isalpha() for char in word)
            if letters >= SHORTEST + 1 and word.strip(".") not in _STREET_WORDS:
                found.append(_bounded(re.escape(word)))
    return found


def _birth(day: date) -> Iterator[str]:
    y, m, d = day.year, day.month, day.day
    for sep in ("[-/. ]{1,2}",):
        yield rf"(?<!\d){y}{sep}0?{m}{sep}0?{d}(?!\d)"
        yield rf"(?<!\d)0?{d}{sep}0?{m}{sep}(?:{y}|{y % 100:02d})(?!\d)"
        yield rf"(?<!\d)0?{m}{sep}0?{d}{sep}(?:{y}|{y % 100:02d})(?!\d)"
    month = r"(?:de |di )?[^\W\d]{2,12}\.?,?(?: de| del)?"
    yield rf"(?<!\d)0?{d}(?:\.|st|nd|rd|th|er|º|ª)? (?:of )?{month} {y}(?!\d)"
    yield rf"[^\W\d]{{2,12}}\.? 0?{d}(?:st|nd|rd|th)?,? {y}(?!\d)"
    yield rf"{y} ?[年년] ?0?{m} ?[月월] ?0?{d} ?[日号號일]?"
    yield rf"(?<!\d){y}{m:02d}{d:02d}(?!\d)"


def _bounded(pattern: str) -> str:
    """Bound a pattern by letters; Arabic glues "and" to a word, Chinese has no spaces at all."""
    if _NO_SPACES.search(pattern):
        return pattern
    if pattern.isascii():
        return rf"(?<!{_LATIN}){pattern}(?!{_LATIN})"
    left = _CLITICS if re.search(r"[\u0600-\u06ff]", pattern) else ""
    return rf"(?<![^\W_]){left}{pattern}(?![^\W_])"


def _loose(text: str) -> str:
    """Let any small gap stand where a space, a dot or a hyphen stands."""
    return r"[\s.,'’\-]{0,3}".join(re.escape(part) for part in re.split(r"[\s.,'’\-]+", text))


def _spaced(number: str) -> str:
    inner = r"[ \-./]{0,2}".join(re.escape(char) for char in _bare(number))
    return rf"(?<!{_LATIN}){inner}(?!{_LATIN})"


def _bare(number: str) -> str:
    return "".join(char for char in _fold(number) if char.isalnum())


def _fold(text: str) -> str:
    return folded(read(unicodedata.normalize("NFC", text.strip()))).text
