"""Periods by their labels: months, weeks, and a month up to a day. Pure."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from app.domains.reports.errors import ReportPeriodError
from app.domains.reports.types import CUSTOMER_KINDS, Period, ReportKind

#: Bookings of a month's last moments are committed long before; the staff's day has not begun.
SETTLED_AFTER: Final = timedelta(hours=3)
YEARS_BACK: Final = 10

_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def of_label(label: str, kind: ReportKind, *, now: datetime) -> Period:
    """Return the period of a label that a report of this kind can be made for.

    Months and weeks must be over; a month up to a day can be told on that day. Raises
    ReportPeriodError.
    """
    period = _read(label)
    if period is None:
        raise ReportPeriodError(f"{label[:20]!r}: write a month as 2026-11 or a day as 2026-11-26")
    customer = kind in CUSTOMER_KINDS
    if _WEEK.fullmatch(label) and customer:
        raise ReportPeriodError("this report is made for a month, not for a week")
    if _DAY.fullmatch(label) and not customer:
        raise ReportPeriodError("this report is made for a month or a week")
    today = now.astimezone(UTC).date()
    partial = _DAY.fullmatch(label) is not None
    if period.last > today or (period.last == today and not partial):
        raise ReportPeriodError(f"{label} is not over yet")
    if period.first.year < today.year - YEARS_BACK:
        raise ReportPeriodError(f"{label} is more than {YEARS_BACK} years ago")
    return period


def month(first: date) -> Period:
    """Return the month of a day."""
    first = first.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Period(f"{first:%Y-%m}", first, following - timedelta(days=1))


def last_month(now: datetime) -> Period:
    """Return the newest month that is over and has settled."""
    settled = (now.astimezone(UTC) - SETTLED_AFTER).date()
    return month(settled.replace(day=1) - timedelta(days=1))


def last_week(now: datetime) -> Period:
    """Return the newest ISO week that is over and has settled."""
    settled = (now.astimezone(UTC) - SETTLED_AFTER).date()
    last = settled - timedelta(days=settled.isoweekday())
    return _week(last.isocalendar().year, last.isocalendar().week)


def _read(label: str) -> Period | None:
    try:
        if _MONTH.fullmatch(label):
            return month(date.fromisoformat(f"{label}-01"))
        if found := _WEEK.fullmatch(label):
            return _week(int(found[1]), int(found[2]))
        if _DAY.fullmatch(label):
            day = date.fromisoformat(label)
            return Period(label, day.replace(day=1), day)
    except (ValueError, OverflowError):
        return None
    return None


def _week(year: int, number: int) -> Period:
    first = date.fromisocalendar(year, number, 1)
    return Period(f"{year:04d}-W{number:02d}", first, first + timedelta(days=6))
