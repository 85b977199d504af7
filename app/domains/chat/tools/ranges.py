"""Turns a range word (`last_month`, `2025-03`, `q1_2025`) into its first and last day. Pure."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_WEEKDAYS: Final = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip
_LAST_N: Final = re.compile(r"(?:last|past)_(\d{1,4})_(day|week|month|year)s?")
_AGO: Final = re.compile(r"(\d{1,4})_(day|week|month|year)s?_ago")
_QUARTER: Final = re.compile(r"(?:q([1-4])[_-](\d{4})|(\d{4})[_-]q([1-4]))")
_SINCE: Final = re.compile(r"(?:since|from)_(.+)")
_ISO: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_DAY_OF: Final = re.compile(rf"({'|'.join(MONTHS)})(?:_(\d{{1,2}}))?")
_EARLIEST: Final = date(1970, 1, 1)
_EVERYTHING: Final = frozenset({"all", "all_time", "ever", "since_start", "since_inception", "max"})


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included; None is open."""

    first: date | None
    last: date | None

    def times(self, zone: tzinfo | None, *, now: datetime) -> tuple[datetime, datetime]:
        """Return the moments [first, last) in the zone; open ends reach from 1970 to now."""
        first = datetime.combine(self.first or _EARLIEST, time(), zone)
        if self.last is None or self.last >= now.astimezone(zone).date():
            # A little later than now: what was booked this very moment belongs to today.
            return first, max(first, now + timedelta(minutes=1))
        return first, datetime.combine(self.last + timedelta(days=1), time(), zone)


def span_of(word: str, *, today: date) -> Span | None:
    """Return the days of a range word; None when it is none, or lies wholly in the future."""
    word = word.strip().lower().replace(" ", "_")
    if word in _EVERYTHING:
        return Span(None, None)
    try:
        found = _between(word, today) or _one(word, today)
    except (ValueError, OverflowError):
        return None
    if found is None or found.first is None:
        return found
    if found.first > today or (found.last is not None and found.last < found.first):
        return None
    return found


def _between(word: str, today: date) -> Span | None:
    first, slash, last = word.partition("/")
    if not slash:
        return None
    begin, end = _one(first, today), _one(last, today)
    if begin is None or end is None:
        return None
    return Span(begin.first, end.last)


def _one(word: str, today: date) -> Span | None:
    for reader in (_named, _counted, _written, _month_or_day):
        found = reader(word, today)
        if found is not None:
            return found
    return None


def _named(word: str, today: date) -> Span | None:
    found = _NAMED.get(word)
    return None if found is None else found(today)


def _days_ago(first: int, last: int) -> Callable[[date], Span]:
    return lambda today: Span(today - timedelta(days=first), today - timedelta(days=last))


def _from_monday(first: int, last: int | None) -> Callable[[date], Span]:
    """Return days counted from this week's Monday; without `last` up to today."""

    def days(today: date) -> Span:
        monday = today - timedelta(days=today.weekday())
        end = today if last is None else monday + timedelta(days=last)
        return Span(monday + timedelta(days=first), end)

    return days


def _this_quarter(today: date) -> Span:
    return Span(_quarter(today.year, (today.month + 2) // 3).first, today)


def _last_quarter(today: date) -> Span:
    before = (today.month + 2) // 3 - 1
    return _quarter(today.year, before) if before else _quarter(today.year - 1, 4)


def _this_month(today: date) -> Span:
    return Span(today.replace(day=1), today)


def _this_year(today: date) -> Span:
    return Span(date(today.year, 1, 1), today)


_NAMED: Final[dict[str, Callable[[date], Span]]] = {
    "today": _days_ago(0, 0),
    "yesterday": _days_ago(1, 1),
    "day_before_yesterday": _days_ago(2, 2),
    "this_week": _from_monday(0, None),
    "week_to_date": _from_monday(0, None),
    "last_week": _from_monday(-7, -1),
    "last_weekend": _from_monday(-2, -1),
    "weekend": _from_monday(-2, -1),
    "this_month": _this_month,
    "month_to_date": _this_month,
    "mtd": _this_month,
    "last_month": lambda today: _month(*_earlier(today, 1)),
    "this_quarter": _this_quarter,
    "quarter_to_date": _this_quarter,
    "qtd": _this_quarter,
    "last_quarter": _last_quarter,
    "this_year": _this_year,
    "year_to_date": _this_year,
    "ytd": _this_year,
    "last_year": lambda today: Span(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
}


def _counted(word: str, today: date) -> Span | None:
    if match := _LAST_N.fullmatch(word):
        return Span(_back(today, int(match[1]), match[2]) + timedelta(days=1), today)
    if match := _AGO.fullmatch(word):
        day = _back(today, int(match[1]), match[2])
        return _month(day.year, day.month) if match[2] == "month" else Span(day, day)
    if match := _SINCE.fullmatch(word):
        begin = _one(match[1], today)
        return None if begin is None else Span(begin.first, today)
    return None


def _back(today: date, count: int, unit: str) -> date:
    if unit in ("day", "week"):
        return today - timedelta(days=count * (7 if unit == "week" else 1))
    year, month = _earlier(today, count * (12 if unit == "year" else 1))
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


def _earlier(today: date, months: int) -> tuple[int, int]:
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return year, month + 1


def _written(word: str, _: date) -> Span | None:
    if match := _QUARTER.fullmatch(word):
        year, quarter = match[2] or match[3], match[1] or match[4]
        return _quarter(int(year), int(quarter))
    match = _ISO.fullmatch(word)
    if match is None:
        return None
    year = int(match[1])
    if match[2] is None:
        return Span(date(year, 1, 1), date(year, 12, 31))
    if match[3] is None:
        return _month(year, int(match[2]))
    day = date(year, int(match[2]), int(match[3]))
    return Span(day, day)


def _month_or_day(word: str, today: date) -> Span | None:
    """Return the last month, day of a month or weekday of this name that is not in the future."""
    if match := _DAY_OF.fullmatch(word):
        month = MONTHS.index(match[1]) + 1
        number = int(match[2] or 1)
        year = today.year
        if (month, number) > (today.month, today.day):
            year -= 1
        if match[2] is None:
            return _month(year, month)
        day = date(year, month, number)
        return Span(day, day)
    named = word.removeprefix("last_")
    if named in _WEEKDAYS:
        back = (today.weekday() - _WEEKDAYS.index(named)) % 7
        day = today - timedelta(days=back or (7 if word != named else 0))
        return Span(day, day)
    return None


def _month(year: int, month: int) -> Span:
    return Span(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def _quarter(year: int, quarter: int) -> Span:
    first, last = 3 * quarter - 2, 3 * quarter
    return Span(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))
