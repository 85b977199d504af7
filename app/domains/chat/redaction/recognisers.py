"""Finds what must not leave by its form: accounts, cards, ids, addresses of the net, phones.

Where a check digit exists it names the kind; a long number that proves nothing is replaced all
the same. A placeholder too many costs a worse answer, one too few cannot be taken back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.domains.chat.redaction import checks
from app.domains.chat.redaction.phones import is_phone, told_phone

LONG: Final = 9
"""So many digits in one run are somebody's number; amounts of that size have separators."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something to be replaced, at code points of the reading."""

    start: int
    end: int
    kind: str


_TOKEN: Final = re.compile(r"\[\[v\d+(?:\|\d)?\]\]|<[A-Z]+_\d+>")
_EMAIL: Final = re.compile(
    r"(?<![\w.+%'-])[\w.+%'-]{1,100} ?(?:@|\(at\)|\[at\]|\{at\}) ?[\w-]+"
    r"(?:(?: ?(?:\.|\(dot\)|\[dot\]|\{dot\}) ?)[\w-]+)+"
    r"|(?<![\w.+%-])[\w.+%-]{1,100} at [\w-]{1,100}(?: dot [\w-]{1,100})+",
    re.IGNORECASE,
)
_URL: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"'`)\]}]+", re.IGNORECASE)
_URL_SECRET: Final = re.compile(r"[?#@]|[A-Za-z0-9_-]{16,}")
_IP: Final = re.compile(
    r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.]*\d)"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}(?![\w:])",
    re.IGNORECASE,
)
_GAP: Final = r"[ .\-/_:]{0,3}"
_IBAN_HEAD: Final = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z]{_GAP}[A-Za-z]{_GAP}\d{_GAP}\d")
_ALNUM: Final = re.compile(r"[A-Za-z0-9]")
_ISIN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[A-Z0-9]{9}\d(?![A-Za-z0-9])")
_LETTERED: Final = (
    (re.compile(r"(?<![A-Za-z0-9])\d{2}[ .]?\d{3}[ .]?\d{3}[ -]?[A-Za-z](?![A-Za-z0-9])"), "id"),
    (re.compile(r"(?<![A-Za-z0-9])[XYZxyz][ -]?\d{7}[ -]?[A-Za-z](?![A-Za-z0-9])"), "id"),
    (re.compile(r"(?<![A-Za-z0-9])\d{6}[ -]?\d{8}[ -]?\d{3}[ -]?[0-9Xx](?![A-Za-z0-9])"), "id"),
    (re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{5}[ -]?\d{4}[ -]?[A-Za-z](?![A-Za-z0-9])"), "id"),
    (re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,3}[ -]?\d{6,9}[A-Z]?(?![A-Za-z0-9])"), "document"),
    (re.compile(r"(?<![A-Za-z0-9])[A-Z]\d{2}[A-Z0-9]{5,7}\d(?![A-Za-z0-9])"), "document"),
)
_SECRET: Final = re.compile(
    r"(?<![\w.-])(?=[\w.-]{0,200}\d)(?=[\w.-]{0,200}[A-Za-z])[A-Za-z0-9_][\w.-]{18,}[A-Za-z0-9_=]"
)
_DATE: Final = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:[0-2]?\d|3[01])"
    r"|(?:[0-2]?\d|3[01])([-/.])(?:[0-2]?\d|3[01])\2(?:19|20)?\d\d)(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?!\d)"
)
#: Also glued to letters: scripts without spaces, and whoever leaves one out.
_RUN: Final = re.compile(r"\+?\(?\d(?:[ .\-/()]{0,3}\d)*")
_GROUPED: Final = re.compile(r"\d{1,3}(?:[ .]\d{3})+|(?:(?:19|20)\d\d[ \-/]*)+")
_SSN: Final = re.compile(r"\d{3}-\d{2}-\d{4}")


def spans(text: str, *, country: str = "") -> list[Span]:
    """Return what is found in a reading, in order, without overlaps; the surest kind wins."""
    taken = [(found.start(), found.end()) for found in _TOKEN.finditer(text)]
    kept: list[Span] = []
    for found in _all(text, country):
        if not any(a < found.end and found.start < b for a, b in taken):
            taken.append((found.start, found.end))
            kept.append(found)
    return sorted(kept, key=lambda one: one.start)


def _all(text: str, country: str) -> Iterator[Span]:
    for found in _EMAIL.finditer(text):
        yield Span(found.start(), found.end(), "email")
    for found in _URL.finditer(text):
        if _URL_SECRET.search(found[0], 8):
            yield Span(found.start(), found.end(), "url")
    if not any(map(str.isdigit, text)):
        return
    yield from _ibans(text)
    free = [found.span() for found in _ISIN.finditer(text) if _is_isin(found[0])]
    yield from (
        one
        for one in _numbers(text, country)
        if not any(a <= one.start and one.end <= b for a, b in free)
    )


def _numbers(text: str, country: str) -> Iterator[Span]:
    for found in _IP.finditer(text):
        yield Span(found.start(), found.end(), "ip")
    for pattern, kind in _LETTERED:
        for found in pattern.finditer(text):
            yield Span(found.start(), found.end(), kind)
    for found in _SECRET.finditer(text):
        yield Span(found.start(), found.end(), "number")
    dates = [found.span() for found in _DATE.finditer(text)]
    for found in _RUN.finditer(_blank(text, dates)):
        yield from _run(text, found.start(), found.end(), country)


def _ibans(text: str) -> Iterator[Span]:
    """Find IBANs by the length of their country."""
    for head in _IBAN_HEAD.finditer(text):
        places: list[int] = []
        at, gap = head.start(), 0
        while at < len(text) and len(places) < 34 and gap <= 3:
            if _ALNUM.match(text[at]):
                places.append(at)
                gap = 0
            else:
                gap = gap + 1 if text[at] in " .-/_:" else 9
            at += 1
        value = "".join(text[place] for place in places)
        size = checks.IBAN_LENGTHS.get(value[:2].upper(), len(value) + 1)
        part = value[:size]
        # A mistyped IBAN is still nearly somebody's account.
        if len(part) == size and (checks.iban(part) or _digits(part) >= size - 6):
            yield Span(places[0], places[size - 1] + 1, "iban")


def _run(text: str, start: int, end: int, country: str) -> Iterator[Span]:
    """Name a run of digits and separators, or leave it when it is an amount or years."""
    run = text[start:end]
    digits = "".join(filter(str.isdigit, run))
    if len(digits) < 7:
        return
    kind = _kind(text, start, run, digits, country)
    if kind is not None:
        yield Span(start, end, kind)


def _kind(text: str, start: int, run: str, digits: str, country: str) -> str | None:
    plain = run.strip("()")
    if checks.card(digits) and not _GROUPED.fullmatch(plain):
        return "card"
    if any(checks.card(digits[a : a + size]) for size in (16, 15) for a in _starts(digits, size)):
        return "card"
    if told_phone(text, start):
        return "phone"
    grouped = _GROUPED.fullmatch(plain) is not None
    if checks.national(digits) and (len(digits) > LONG + 1 or not grouped):
        return "id"
    if grouped:
        return None
    if _SSN.fullmatch(plain):
        return "id"
    if is_phone(run, digits, country):
        return "phone"
    return "number" if len(digits) >= LONG else None


def _starts(digits: str, size: int) -> range:
    """A card among other digits (a date, a code) stands at one of few places."""
    return range(len(digits) - size + 1) if 19 < len(digits) <= 32 else range(0)


def _is_isin(value: str) -> bool:
    return checks.luhn("".join(str(int(char, 36)) for char in value))


def _digits(value: str) -> int:
    return sum(map(str.isdigit, value))


def _blank(text: str, places: list[tuple[int, int]]) -> str:
    for start, end in places:
        text = text[:start] + "x" * (end - start) + text[end:]
    return text
