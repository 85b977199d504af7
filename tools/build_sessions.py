"""Builds app/domains/market/rules/sessions.json: when exchanges are open, in UTC.

The shipped table was made with the PyPI package exchange_calendars 4.13.2 (Apache-2.0), which
only this build step imports:

    python tools/build_sessions.py

The same version gives the same bytes. Hours are the usual ones of a stretch of weekdays; days
that differ (half days, late openings) and closed weekdays stand by themselves.
"""

import json
import sys
from datetime import date, timedelta
from pathlib import Path

import exchange_calendars

FILE = Path(__file__).resolve().parents[1] / "app/domains/market/rules/sessions.json"
FIRST, LAST = date(2007, 1, 1), date(2029, 12, 31)
EXCHANGES = ("XNYS", "XLON", "XETR")
#: Nasdaq keeps the days and hours of the New York exchange.
SAME = {"XNAS": "XNYS"}
#: A stretch of equal hours this short is an exception, not the exchange's usual hours.
USUAL_DAYS = 5
FRIDAY = 4

Hours = tuple[int, int]


def minutes_of(code: str) -> dict[date, Hours]:
    """Return the opening and closing of each session in minutes after midnight UTC."""
    found = exchange_calendars.get_calendar(code, start=str(FIRST), end=str(LAST))
    hours: dict[date, Hours] = {}
    for session, row in found.schedule.iterrows():
        day = session.date()
        at = [row["open"], row["close"]]
        if any(one.date() != day for one in at):
            raise SystemExit(f"{code} {day}: a session over midnight UTC does not fit the table")
        hours[day] = (at[0].hour * 60 + at[0].minute, at[1].hour * 60 + at[1].minute)
    return hours


def compact(hours: dict[date, Hours]) -> dict[str, object]:
    """Return usual hours by the day they begin, days with other hours, and closed weekdays."""
    runs: list[list[date]] = []
    for day in sorted(hours):
        if runs and hours[runs[-1][-1]] == hours[day]:
            runs[-1].append(day)
        else:
            runs.append([day])
    usual: dict[str, Hours] = {}
    present: Hours | None = None
    special: dict[str, Hours] = {}
    for run in runs:
        now = hours[run[0]]
        if now == present:
            continue
        if len(run) >= USUAL_DAYS or present is None:
            usual[run[0].isoformat()] = present = now
        else:
            special |= {day.isoformat(): now for day in run}
    weekdays = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    closed = [d.isoformat() for d in weekdays if d.weekday() <= FRIDAY and d not in hours]
    if any(day.weekday() > FRIDAY for day in hours):
        raise SystemExit("a session at a weekend does not fit the table")
    return {"usual": usual, "special": special, "closed": closed}


def text() -> str:
    """Return the table as it is committed: one exchange's list per line."""
    found = {
        "made_with": f"exchange_calendars {exchange_calendars.__version__}",
        "first": FIRST.isoformat(),
        "last": LAST.isoformat(),
        "same": SAME,
    }
    exchanges = {code: compact(minutes_of(code)) for code in EXCHANGES}
    lines = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in found.items()]
    parts = [
        f"  {json.dumps(code)}: {{\n"
        + ",\n".join(f"   {json.dumps(k)}: {json.dumps(v)}" for k, v in one.items())
        + "\n  }"
        for code, one in exchanges.items()
    ]
    return "{\n" + ",\n".join([*lines, ' "exchanges": {\n' + ",\n".join(parts) + "\n }"]) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
    print(f"{FILE.stat().st_size} bytes", file=sys.stderr)
