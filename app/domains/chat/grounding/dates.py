"""Finds dates and times, and tells what periods evidence speaks of."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Final

from app.domains.chat.grounding.figures import PartialDate
from app.domains.chat.grounding.tables import WORD, Grammar, words
from app.domains.chat.grounding.tries import START, pattern_of

_YEAR: Final = r"(?:19|20)[0-9]{2}"
_FREE: Final = r"(?<![0-9.,/\-])"
_DONE: Final = r"(?![0-9]|[.,/\-][0-9])"
# One pattern, read in one piece.
_ISO: Final = re.compile(rf"{_FREE}({_YEAR})[-/.]([01]?[0-9])[-/.]([0-3]?[0-9])(?:[t ]([0-2][0-9]:[0-5][0-9])[:0-9.z+]*)?{_DONE}")  # fmt: skip  # noqa: E501
_NUMERIC: Final = re.compile(
    rf"{_FREE}([0-3]?[0-9])([./-])([0-3]?[0-9])\2({_YEAR}|[0-9]{{2}}){_DONE}"
)
_DAY_MONTH: Final = re.compile(
    r"(?<![0-9.,/\-])([0-3]?[0-9])(?:\.([01]?[0-9])\.(?![0-9])|/([01]?[0-9])(?![0-9/]|[.,][0-9]))"
)
_MONTH_YEAR: Final = re.compile(rf"{_FREE}(0[1-9]|1[0-2])[/.]({_YEAR}){_DONE}")
_CLOCK: Final = re.compile(r"(?<![0-9:])([0-2]?[0-9])[:h]([0-5][0-9])(?::[0-5][0-9])?(?![0-9:])")
_ARTICLE: Final = r"(?:el|le|zum|dem|den|o)\b"
_CJK: Final = re.compile(rf"(?:({_YEAR})年)?(?:(1[0-2]|0?[1-9])月)?(?:([0-3]?[0-9])[日号])?")
_CJK_QUARTER: Final = re.compile(rf"(?:({_YEAR})年?)?第?([一二三四1-4])季度?")
_CJK_FOUR: Final = {"一": 1, "二": 2, "三": 3, "四": 4}


@dataclass(frozen=True, slots=True)
class Found:
    """A date at `start` to `end`; None for digits that only look like one."""

    start: int
    end: int
    when: PartialDate


@dataclass(frozen=True, slots=True)
class _Rules:
    named: tuple[re.Pattern[str], ...]
    months: dict[str, int]
    quarters: tuple[tuple[re.Pattern[str], bool], ...]
    quarter_words: re.Pattern[str]
    quarter_of: dict[str, int]


@cache
def _rules(language: str) -> _Rules:
    own = words(language)
    months = {
        name: number for number, row in enumerate(own["months"], 1) for name in row.split("|")
    }
    name = rf"(?P<month>{pattern_of(months)})\.?" if months else r"(?P<month>(?!))"
    link = rf"(?:\s+(?:{pattern_of(own['date_words'])}))?\s*" if own["date_words"] else r"\s*"
    year = rf"(?:,?{link}(?P<year>{_YEAR})(?![0-9]))?"
    day = r"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th|er|º|ª|\.)?"
    clitic = "[وبفل]?" if language == "ar" else ""
    between = rf"[-–—]|(?:to|and|bis|und|y|e|et|al?|au|à|إلى|الي|و|से)(?:\s+{_ARTICLE})?"
    many = rf"(?:(?P<from>[0-3]?[0-9])(?:er|\.|º)?\s*(?:{between})\s*)?"
    before = own["month_prepositions"]
    alone = name
    if own["month_needs_preposition"]:
        # "De cada dez" speaks of ten, not of December.
        named_alone = pattern_of([one for one in months if one not in own["cardinals"]])
        alone = (
            rf"(?P<before>{pattern_of(before)})\s?(?:[{WORD}]{{1,9}}\s)??"
            rf"{START}(?P<month>{named_alone})\.?"
        )
    named = [
        rf"(?<![0-9.,]){many}{day}{link}{START}{clitic}{name}{year}",
        rf"{START}{clitic}{alone}{year}",
    ]
    if language in ("en", "hi"):
        end = r"(?![0-9%]|[.,:][0-9])"
        named.append(rf"{START}{name}\s+{day}{end}(?:,?\s+(?P<year>{_YEAR})(?![0-9]))?")
    spoken = pattern_of(own["quarter_words"], edge=language != "zh")
    return _Rules(
        tuple(re.compile(found) for found in named),
        months,
        tuple(
            (re.compile(rf"{START}{found}"), kind == "quarter")
            for kind in ("quarter", "half")
            for found in own[kind]
        ),
        re.compile(rf"(?P<word>{spoken}){link}(?P<year>{_YEAR})?"),
        own["quarter_words"],
    )  # fmt: skip


def _day_month(one: int, two: int, order: str) -> tuple[int, int]:
    """Return day and month of two numbers; a number above 12 can only be a day."""
    if two > 12:
        return two, one
    if one > 12 or order != "mdy":
        return one, two
    return two, one


def _full_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _days(text: str, order: str, *, dotted: bool) -> list[Found]:
    """Return days without a year: "25/11", "31.10."; "7/10" may be a score and is none.

    With dots only where a dot is no decimal sign: "€12.2." ends an English sentence.
    """
    out = []
    for match in _DAY_MONTH.finditer(text):
        one, two = int(match.group(1)), int(match.group(2) or match.group(3))
        if (match.group(2) and not dotted) or (not match.group(2) and one <= 12):
            continue
        day, month = (one, two) if match.group(2) else _day_month(one, two, order)
        if 1 <= month <= 12 and 1 <= day <= 31:
            out.append(Found(match.start(), match.end(), PartialDate(None, month, day)))
    return out


def _numeric(text: str, order: str, *, dotted: bool) -> list[Found]:
    out = []
    for match in _ISO.finditer(text):
        year, month, day = (int(part) for part in match.groups()[:3])
        if 1 <= month <= 12 and 1 <= day <= 31:
            when = PartialDate(year, month, day, clock=match.group(4))
            out.append(Found(match.start(), match.end(), when))
    for match in _NUMERIC.finditer(text):
        day, month = _day_month(int(match.group(1)), int(match.group(3)), order)
        if 1 <= month <= 12 and 1 <= day <= 31:
            when = PartialDate(_full_year(match.group(4)), month, day)
            out.append(Found(match.start(), match.end(), when))
    out += _days(text, order, dotted=dotted)
    for match in _MONTH_YEAR.finditer(text):
        when = PartialDate(int(match.group(2)), int(match.group(1)))
        out.append(Found(match.start(), match.end(), when))
    for match in _CLOCK.finditer(text):
        if int(match.group(1)) < 24:
            clock = f"{int(match.group(1)):02d}:{match.group(2)}"
            out.append(Found(match.start(), match.end(), PartialDate(clock=clock)))
    return out


def _named(text: str, rules: _Rules) -> list[Found]:
    out = []
    for pattern in rules.named:
        for match in pattern.finditer(text):
            out += _day_of(match, rules)
    for pattern, quarterly in rules.quarters:
        for match in pattern.finditer(text):
            number, said = int(match.group(1)), _number(match.group(2))
            when = (
                PartialDate(said, quarter=number) if quarterly else PartialDate(said, half=number)
            )
            out.append(Found(match.start(), match.end(), when))
    for match in rules.quarter_words.finditer(text):
        quarter = rules.quarter_of[match.group("word")]
        when = PartialDate(_number(match.group("year")), quarter=quarter)
        out.append(Found(match.start(), match.end(), when))
    return out


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _day_of(match: re.Match[str], rules: _Rules) -> list[Found]:
    """Return the date of a month's name, and the day a range begins with."""
    groups = match.groupdict()
    day, year = _number(groups.get("day")), _number(groups.get("year"))
    if day is not None and not 1 <= day <= 31:
        return []
    month = rules.months.get(match.group("month").replace("\u00a0", " "))
    start = match.start("month") if groups.get("before") else match.start()
    if not groups.get("from"):
        return [Found(start, match.end(), PartialDate(year, month, day))]
    first = PartialDate(year, month, int(groups["from"]))
    return [
        Found(match.start("from"), match.end("from"), first),
        Found(match.start("day"), match.end(), PartialDate(year, month, day)),
    ]


def _chinese(text: str) -> list[Found]:
    out = []
    for match in _CJK.finditer(text):
        if match.end() == match.start():
            continue
        year, month, day = (int(part) if part else None for part in match.groups())
        out.append(Found(match.start(), match.end(), PartialDate(year, month, day)))
    for match in _CJK_QUARTER.finditer(text):
        number = match.group(2)
        when = PartialDate(_number(match.group(1)), quarter=_CJK_FOUR.get(number) or int(number))
        out.append(Found(match.start(), match.end(), when))
    return out


def dates(folded: str, grammar: Grammar) -> list[Found]:
    """Return the dates of a folded text without overlaps, the longest of several readings."""
    found = _numeric(folded, grammar.order, dotted=grammar.decimal == ",")
    if grammar.language == "zh":
        found += _chinese(folded)
    found += _named(folded, _rules(grammar.language))
    out: list[Found] = []
    for one in sorted(found, key=lambda item: (item.start, -item.end)):
        if not out or one.start >= out[-1].end:
            out.append(one)
    return out


@dataclass(frozen=True, slots=True)
class Period:
    """The days a figure speaks of; `snapshot` when it only says when it was looked at."""

    first: date
    last: date
    clock: str | None = None
    precision: str = "day"

    def says(self, when: PartialDate) -> bool:
        """Tell whether a said date is this period, its start or its end, or coarser than it."""
        if when.clock is not None and when.year is None:
            return self.clock == when.clock
        return any(self._matches(day, when) for day in {self.first, self.last}) and not (
            when.day is not None and self.precision in ("month", "year", "quarter")
        )

    def edge(self, when: PartialDate) -> bool:
        """Tell whether a said day or month is where this period begins or ends."""
        return when.clock is None and any(_within(when, day) for day in (self.first, self.last))

    def _matches(self, day: date, when: PartialDate) -> bool:
        if when.month is not None and self.precision == "year":
            return False
        if when.month is not None and when.day is None and self.precision == "quarter":
            return False
        return _within(when, day)


def _within(when: PartialDate, day: date) -> bool:
    return (
        when.year in (None, day.year)
        and when.month in (None, day.month)
        and when.day in (None, day.day)
        and when.quarter in (None, (day.month + 2) // 3)
        and when.half in (None, (day.month + 5) // 6)
    )


_AS_OF: Final = re.compile(
    r"(?P<year>[0-9]{4})(?:-?[Qq](?P<quarter>[1-4])|-(?P<month>[01][0-9])(?:-(?P<day>[0-3][0-9])"
    r"(?:[T ](?P<clock>[0-2][0-9]:[0-5][0-9])[^/]*)?)?)?"
)


def _one(text: str) -> Period | None:
    match = _AS_OF.fullmatch(text.strip())
    if match is None:
        return None
    year, month = int(match["year"]), int(match["month"] or 0)
    try:
        if match["day"]:
            day = date(year, month, int(match["day"]))
            return Period(day, day, match["clock"])
        if match["quarter"]:
            begin = int(match["quarter"]) * 3 - 2
            return Period(date(year, begin, 1), _month_end(year, begin + 2), precision="quarter")
        if month:
            return Period(date(year, month, 1), _month_end(year, month), precision="month")
        return Period(date(year, 1, 1), date(year, 12, 31), precision="year")
    except ValueError:
        return None


def _month_end(year: int, month: int) -> date:
    return (date(year + month // 12, month % 12 + 1, 1)) - timedelta(days=1)


@lru_cache(maxsize=1024)
def period(text: str) -> Period | None:
    """Read the `as_of` of evidence: a day, month, quarter, year, or two of them with / or ..."""
    parts = re.split(r"/|\.\.|\s+to\s+", text[:80])
    first = _one(parts[0])
    if first is None or len(parts) == 1:
        return first
    last = _one(parts[1])
    return None if last is None else Period(first.first, last.last, precision="range")
