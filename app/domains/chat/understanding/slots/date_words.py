"""Patterns of written dates and of the words around them; from a language's JSON."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from app.domains.chat.understanding.slots.words import (
    BEGIN,
    LETTER,
    NEVER,
    either,
    folded_word,
)

_FIGURES: Final = (
    r"(?P<iso>(?:19|20)\d\d(?P<mark>[-/])\d\d?(?:(?P=mark)\d\d?)?)"
    r"|(?P<fig>\d{1,2}[/.]\d{1,2}[/.](?:19|20)\d\d)"
)
_LAST_DAY: Final = 31
_YEAR: Final = r"(?:19|20)\d\d"


@dataclass(frozen=True, slots=True)
class Edges:
    """What may stand around a date: between two, before the first, before or after a start."""

    between: re.Pattern[str]
    range_before: re.Pattern[str]
    since_before: re.Pattern[str]
    since_after: re.Pattern[str]
    day_before: re.Pattern[str]


def edges(raw: dict[str, Any], *, cjk: bool) -> Edges:
    """Return the words around dates."""
    to = _words(raw["to"])
    # Two dates in full are also joined by a stroke: 2025-01-01/2025-03-31.
    between = either([*to, "/"])
    gap = r"\s*(?:{})\s*"
    return Edges(
        between=re.compile(f"(?:{between})") if cjk else re.compile(gap.format(between)),
        range_before=_before([*_words(raw["from"]), *_words(raw["since"])], raw, cjk=cjk),
        since_before=_before(_words(raw["since"]), raw, cjk=cjk),
        since_after=_after(_words(raw["since_after"]), cjk=cjk),
        day_before=_day_before(to, raw, cjk=cjk),
    )


def _words(words: Iterable[str]) -> list[str]:
    return [folded_word(word) for word in words]


def _articles(raw: dict[str, Any]) -> str:
    words = either(_words(raw["articles"]))
    return rf"(?:(?:{words})\s+)?" if words else ""


def _before(words: list[str], raw: dict[str, Any], *, cjk: bool) -> re.Pattern[str]:
    if not words:
        return NEVER
    if cjk:
        return re.compile(f"(?:{either(words)})$")
    return re.compile(rf"{BEGIN}(?:{either(words)})\s*{_articles(raw)}$")


def _after(words: list[str], *, cjk: bool) -> re.Pattern[str]:
    if not words:
        return NEVER
    return re.compile(f"(?:{either(words)})" if cjk else rf"\s+(?:{either(words)})(?!{LETTER})")


def _day_before(to: list[str], raw: dict[str, Any], *, cjk: bool) -> re.Pattern[str]:
    """Return the bare first day of a range within one month, as in `1 to 15 May`."""
    if cjk:
        return NEVER
    article = _articles(raw)
    return re.compile(
        rf"(?<![\d.,/-])(?P<day>\d{{1,2}}){raw['day_suffix']}\s*(?:{either(to)})\s*{article}$"
    )


def day_words(raw: dict[str, Any]) -> dict[str, int]:
    """Return the words a day of the month is called by; where it is not counted, ordinals only."""
    days = {folded_word(word): int(day) for word, day in raw["ordinals"].items()}
    if raw.get("days_counted"):
        for word, count in raw["numbers"].items():
            if count == int(count) and 1 < count <= _LAST_DAY:
                days.setdefault(folded_word(word), int(count))
    return days


def written_dates(raw: dict[str, Any], months: Iterable[str]) -> re.Pattern[str]:
    """Return dates with a month: by name with a day or a year, or written in figures."""
    if raw.get("cjk"):
        return re.compile(
            rf"{_FIGURES}|(?P<year>{_YEAR})年度?(?:(?P<month>\d{{1,2}})月份?(?:(?P<day>\d{{1,2}})[日号]?)?)?"
            r"|(?P<month2>\d{1,2})月份?(?:(?P<day2>\d{1,2})[日号])?(?!\d)"
            # 一月 alone is one month.
            r"|(?P<han>(?<![一二三四五六七八九十])(?:十[一二]?|[二三四五六七八九])(?=月)|一(?=月份|月[一二三四五六七八九十]+[日号]))"
            r"月份?(?:(?P<han_day>[一二三四五六七八九十]{1,3})[日号])?"
        )
    names, of = either(months), either(_words(raw["of"]))
    gap = f"(?:\\s*(?:{of})\\s*|\\s+)" if of else r"\s+"
    day = rf"(?:\d{{1,2}}{raw['day_suffix']})"
    ordinals = either(day_words(raw))
    if ordinals:
        day = rf"(?:{day}|{ordinals})"
    short = either(_words(raw.get("short_months", {})))
    named = (
        rf"(?P<month2>{names})\s+(?:the\s+)?(?P<day2>\d{{1,2}})(?!\d)(?:st|nd|rd|th)?(?:{gap}(?P<year2>{_YEAR}))?(?!{LETTER})"
        rf"|(?:(?P<day>{day}){gap})?(?P<month>{names})\.?(?:{gap}(?P<year>{_YEAR}))?"
    )
    if short:
        named += rf"|(?P<short>{short})\.?{gap}(?P<year3>{_YEAR})"
    # "In August" and "father" are one word in Arabic: the short name takes no prefix.
    begin = rf"(?:{BEGIN}|(?<={BEGIN}[بلف])(?!اب))" if raw.get("prefixed") else BEGIN
    return re.compile(rf"{begin}(?:{_FIGURES}|{named})(?!{LETTER})")
