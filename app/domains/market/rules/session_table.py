"""Reads the shipped table of sessions: which calendars there are, and each of them whole."""

import json
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any, Final

from app.domains.market.errors import CalendarUnknownError
from app.domains.market.rules.sessions import ALWAYS, AlwaysOpen, Calendar, Exchange

FILE: Final = "sessions.json"
#: Where prices of a currency are made when nobody says otherwise.
HOME: Final = {"USD": "XNYS", "GBP": "XLON", "EUR": "XETR"}
_SATURDAY: Final = 5


def codes() -> tuple[str, ...]:
    """Return the names of all calendars."""
    found = _table()
    return (*found["exchanges"], *found["same"], ALWAYS)


def calendar_of(code: str) -> Calendar:
    """Return a calendar by its name. Raises CalendarUnknownError naming those there are."""
    if code not in codes():
        raise CalendarUnknownError(
            f"no calendar {code!r}; there are {', '.join(codes())}", calendars=list(codes())
        )
    return _calendar(code)


def home_of(currency: str) -> str:
    """Return the calendar that prices of a currency follow unless it is said."""
    return HOME.get(currency, ALWAYS)


@cache
def _table() -> dict[str, Any]:
    text = (resources.files("app.domains.market.rules") / FILE).read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def _calendar(code: str) -> Calendar:
    if code == ALWAYS:
        return AlwaysOpen()
    table = _table()
    row = table["exchanges"][table["same"].get(code, code)]
    first, last = date.fromisoformat(table["first"]), date.fromisoformat(table["last"])
    closed, special = set(row["closed"]), row["special"]
    hours: dict[date, tuple[int, int]] = {}
    half_days = set[date]()
    usual = (0, 0)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        text = day.isoformat()
        usual = tuple(row["usual"].get(text, usual))
        if day.weekday() >= _SATURDAY or text in closed:
            continue
        begins, ends = special.get(text, usual)
        hours[day] = (begins, ends)
        if ends - begins < usual[1] - usual[0]:
            half_days.add(day)
    return Exchange(code, first, last, tuple(hours), hours, frozenset(half_days))
