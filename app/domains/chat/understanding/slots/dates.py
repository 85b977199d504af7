"""Dates, ranges of dates and how often: found by a language's patterns, said in fixed words."""

import calendar
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Final

from app.domains.chat.understanding.slots.figures import parse_han
from app.domains.chat.understanding.slots.lexicon import Lexicon
from app.domains.chat.understanding.slots.periods import numbered
from app.domains.chat.understanding.slots.words import MONTHS

Found = tuple[str, int, int, str]
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HAN_UNITS: Final = {
    "天": "days",
    "日": "days",
    "周": "weeks",
    "星期": "weeks",
    "礼拜": "weeks",
    "月": "months",
    "年": "years",
}
_ABSOLUTE: Final = re.compile(
    r"(?:19|20)\d\d(?:-\d\d){0,2}|" + "|".join(f"{m}(?:_\\d+)?" for m in MONTHS)
)
_YEAR: Final = re.compile(r"(?<![\d.,-])(?:19|20)\d\d(?![\d.,-]*\d)")
#: "The year" is this one only when no other is named: l'année 2025, خلال عام 2025.
_ANY_YEAR: Final = frozenset({"this_year", "in_1_year"})
_NAMED_YEAR: Final = re.compile(r" ?(?:de |del |of |do |von )?((?:19|20)\d\d)(?![\d.,-]*\d)")
#: The longest words between two dates, and before one.
_GAP: Final = 12
_REACH: Final = 24
_SAME: Final = {
    "in_1_years": "in_1_year",
    "last_3_months": "last_90_days",
    "last_1_months": "last_30_days",
    "last_1_weeks": "last_7_days",
    "last_1_years": "last_12_months",
    "last_4_weeks": "last_28_days",
    "last_2_weeks": "last_14_days",
    "every_1_weeks": "weekly",
    "every_1_months": "monthly",
    "every_2_weeks": "biweekly",
    "every_3_months": "quarterly",
    "every_6_months": "half_yearly",
    "every_12_months": "yearly",
    "every_7_days": "weekly",
    "every_14_days": "biweekly",
    "every_15_days": "biweekly",
    "every_30_days": "monthly",
    "every_1_days": "daily",
    "every_1_years": "yearly",
}


def dated(text: str, lexicon: Lexicon) -> list[Found]:
    """Return (kind, start, end, value): date, range or freq; overlapping ones included."""
    found = list(_worded(text, lexicon))
    written = sorted(_written(text, lexicon), key=lambda one: (one[1], -one[2]))
    chosen = _apart(text, written)
    return [
        *found,
        *written,
        *_ranges(text, chosen, lexicon),
        *_days(text, chosen, lexicon),
        *_since(text, chosen, lexicon),
        *numbered(text, lexicon.lang),
    ]


def _apart(text: str, written: list[Found]) -> list[Found]:
    """Return dates and bare years from left to right, longer first, without overlap."""
    years = [("date", m.start(), m.end(), m[0]) for m in _YEAR.finditer(text)]
    chosen: list[Found] = []
    for one in sorted([*written, *years], key=lambda one: (one[1], -one[2])):
        if not chosen or one[1] >= chosen[-1][2]:
            chosen.append(one)
    return chosen


def _worded(text: str, lexicon: Lexicon) -> Iterator[Found]:
    for one in lexicon.patterns:
        if one.musts and not any(must in text for must in one.musts):
            continue
        for match in one.pattern.finditer(text):
            filled = _filled(one.value, match, lexicon)
            named = _NAMED_YEAR.match(text, match.end()) if filled in _ANY_YEAR else None
            if named:
                yield "range", match.start(), named.end(), named[1]
            elif filled:
                yield one.kind, match.start(), match.end(), filled


def _filled(value: str, match: re.Match[str], lexicon: Lexicon) -> str | None:
    groups = match.groupdict()
    if "{1}" in value:
        day = next((group for group in match.groups() if group), "")
        return value.replace("{1}", str(int(day))) if day.isdigit() and 0 < int(day) < 32 else None
    if "{n}" in value:
        count = _count(groups["n"], lexicon)
        if count is None or count != int(count):
            return None
        value = value.replace("{n}", str(int(count)))
    if "{u}" in value:
        value = value.replace("{u}", lexicon.units[groups["u"]])
    if "{z}" in value:
        value = value.replace("{z}", _HAN_UNITS[match.groups()[-1]])
    if "{m}" in value:
        value = value.replace("{m}", MONTHS[lexicon.months[groups["m"]] - 1])
    if "{w}" in value:
        value = value.replace("{w}", WEEKDAYS[lexicon.weekdays[groups["w"]]])
    return _SAME.get(value, value)


def _count(word: str, lexicon: Lexicon) -> Decimal | None:
    if word.isdigit():
        return Decimal(word)
    if word in lexicon.numbers:
        return Decimal(str(lexicon.numbers[word]))
    return parse_han(word) if lexicon.cjk else None


def _written(text: str, lexicon: Lexicon) -> Iterator[Found]:
    for match in lexicon.dates.finditer(text):
        value = _written_value(match.groupdict(), lexicon)
        if value:
            yield "date", match.start(), match.end(), value


def _written_value(groups: dict[str, str | None], lexicon: Lexicon) -> str | None:
    if iso := groups.get("iso"):
        parts = [int(part) for part in re.split("[-/]", iso)]
        return _iso(*parts)
    if figures := groups.get("fig"):
        day, month, year = (int(part) for part in re.split("[/.]", figures))
        if lexicon.lang == "en" and month > 12:
            day, month = month, day
        return _iso(year, month, day)
    if short := groups.get("short"):
        return _iso(int(groups["year3"] or 0), lexicon.short_months[short])
    if han := groups.get("han"):
        return _han_date(han, groups.get("han_day"))
    name = groups.get("month") or groups.get("month2")
    day_text = groups.get("day") or groups.get("day2")
    year_text = groups.get("year") or groups.get("year2")
    if name is None:
        return year_text
    month = int(name) if name.isdigit() else lexicon.months[name]
    number = _day(day_text, lexicon) if day_text else None
    if year_text:
        return _iso(int(year_text), month, number)
    if not 1 <= month <= 12:
        return None
    return MONTHS[month - 1] + (f"_{number}" if number else "")


def _han_date(month: str, day: str | None) -> str | None:
    """Return a month and its day written in Chinese numbers."""
    name, number = parse_han(month), parse_han(day) if day else None
    if name is None or (number is not None and not 1 <= number <= 31):
        return None
    return MONTHS[int(name) - 1] + (f"_{number}" if number else "")


def _day(text: str, lexicon: Lexicon) -> int | None:
    digits = re.match(r"\d+", text)
    return int(digits[0]) if digits else lexicon.ordinals.get(text)


def _iso(year: int, month: int, day: int | None = None) -> str | None:
    if not 1 <= month <= 12 or (day and day > calendar.monthrange(year, month)[1]):
        return None
    return f"{year:04}-{month:02}" + (f"-{day:02}" if day else "")


def _ranges(text: str, chosen: list[Found], lexicon: Lexicon) -> Iterator[Found]:
    """Join two absolute dates with a word such as `to` between them."""
    for first, second in pairwise(chosen):
        gap = text[first[2] : second[1]]
        if len(gap) <= _GAP and lexicon.edges.between.fullmatch(gap) and _both(first[3], second[3]):
            start = _begun(text, first[1], lexicon.edges.range_before)
            yield "range", start, second[2], _joined(first[3], second[3])


def _begun(text: str, start: int, before: re.Pattern[str]) -> int:
    """Return where the words before a date begin, or the date when there are none."""
    from_place = max(0, start - _REACH)
    match = before.search(text[from_place:start])
    return from_place + match.start() if match else start


def _days(text: str, chosen: list[Found], lexicon: Lexicon) -> Iterator[Found]:
    """Join a bare day with the date it shares a month with: 1 to 15 May."""
    for _, start, end, value in chosen:
        from_place = max(0, start - _REACH)
        match = lexicon.edges.day_before.search(text[from_place:start])
        head, mark, last = value.rpartition("-" if value[0].isdigit() else "_")
        if match and mark and last.isdigit() and 0 < int(match["day"]) < int(last):
            first = match["day"].zfill(2) if mark == "-" else str(int(match["day"]))
            if mark == "-" and head.count("-") != 1:
                continue
            begun = _begun(text, from_place + match.start(), lexicon.edges.range_before)
            yield "range", begun, end, f"{head}{mark}{first}/{value}"


def _since(text: str, chosen: list[Found], lexicon: Lexicon) -> Iterator[Found]:
    """Return the time from a date with its year until now: since January 2025."""
    for _, start, end, value in chosen:
        if not value[0].isdigit():
            continue
        begun = _begun(text, start, lexicon.edges.since_before)
        after = lexicon.edges.since_after.match(text, end)
        if begun < start or after:
            yield "range", begun, after.end() if after else end, f"since_{value}"


def _both(first: str, second: str) -> bool:
    return bool(_ABSOLUTE.fullmatch(first) and _ABSOLUTE.fullmatch(second))


def _joined(first: str, second: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d(?:-\d\d)?", first) and second.split("_")[0] in MONTHS:
        name, _, day = second.partition("_")
        if bool(day) == (first.count("-") == 2):
            second = f"{first[:4]}-{MONTHS.index(name) + 1:02}" + (f"-{int(day):02}" if day else "")
    if first.split("_")[0] in MONTHS and re.fullmatch(r"\d{4}-\d\d(?:-\d\d)?", second):
        name, _, day = first.partition("_")
        first = f"{second[:4]}-{MONTHS.index(name) + 1:02}" + (f"-{int(day):02}" if day else "")
    if re.fullmatch(r"\d{4}-\d\d", first) and re.fullmatch(r"\d{4}-\d\d", second):
        year, month = (int(part) for part in second.split("-"))
        return f"{first}-01/{second}-{calendar.monthrange(year, month)[1]:02}"
    return f"{first}/{second}"
