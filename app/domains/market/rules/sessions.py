"""When a market is open: sessions, half days, the next opening. Pure; never a guess.

A calendar answers for the days its table has. Outside of them every answer is None: unknown.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from app.domains.market.types import Session

ALWAYS = "24/7"


class Calendar(Protocol):
    """Which days a market has a session, and from when to when."""

    @property
    def code(self) -> str:
        """Return its name: a market identifier code, or 24/7."""
        ...

    def session(self, day: date) -> Session | None:
        """Return the session of a day; None on a closed day and outside the table."""
        ...

    def covers(self, day: date) -> bool:
        """Tell whether anything is known of a day."""
        ...

    def last_session(self, at: datetime) -> Session | None:
        """Return the newest session that had begun at a moment; None when unknown."""
        ...

    def next_session(self, at: datetime) -> Session | None:
        """Return the first session that begins after a moment; None when unknown."""
        ...

    def count(self, after: date, through: date) -> int | None:
        """Return how many sessions lie after one day up to another; None when unknown."""
        ...


@dataclass(frozen=True, slots=True)
class AlwaysOpen:
    """A market that never closes: a session is a UTC day."""

    code: str = ALWAYS

    def session(self, day: date) -> Session | None:
        """Return the whole UTC day."""
        begins = _at(day, 0)
        return Session(day, begins, begins + timedelta(days=1), half_day=False)

    def covers(self, day: date) -> bool:
        """Tell that every day is known."""
        return day > date.min

    def last_session(self, at: datetime) -> Session | None:
        """Return the day of a moment."""
        return self.session(at.astimezone(UTC).date())

    def next_session(self, at: datetime) -> Session | None:
        """Return the day after a moment's."""
        return self.session(at.astimezone(UTC).date() + timedelta(days=1))

    def count(self, after: date, through: date) -> int | None:
        """Return the days between."""
        return max(0, (through - after).days)


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange's sessions: days and their hours in minutes after midnight UTC, both sorted."""

    code: str
    first: date
    last: date
    days: Sequence[date]
    hours: Mapping[date, tuple[int, int]]
    half_days: frozenset[date]

    def covers(self, day: date) -> bool:
        """Tell whether the table has the day."""
        return self.first <= day <= self.last

    def session(self, day: date) -> Session | None:
        """Return the session of a day; None on a closed day and outside the table."""
        if day not in self.hours:
            return None
        begins, ends = self.hours[day]
        return Session(day, _at(day, begins), _at(day, ends), half_day=day in self.half_days)

    def last_session(self, at: datetime) -> Session | None:
        """Return the newest session that had begun at a moment; None when unknown."""
        day = at.astimezone(UTC).date()
        if not self.covers(day):
            return None
        place = bisect_right(self.days, day) - 1
        if place >= 0 and self._begins(place) > at:
            place -= 1
        return self.session(self.days[place]) if place >= 0 else None

    def next_session(self, at: datetime) -> Session | None:
        """Return the first session that begins after a moment; None when unknown."""
        day = at.astimezone(UTC).date()
        if not self.covers(day):
            return None
        place = bisect_left(self.days, day)
        if place < len(self.days) and self._begins(place) <= at:
            place += 1
        return self.session(self.days[place]) if place < len(self.days) else None

    def count(self, after: date, through: date) -> int | None:
        """Return how many sessions lie after one day up to another; None when unknown."""
        if not (self.covers(after) and self.covers(through)):
            return None
        return max(0, bisect_right(self.days, through) - bisect_right(self.days, after))

    def _begins(self, place: int) -> datetime:
        return _at(self.days[place], self.hours[self.days[place]][0])


def is_open(calendar: Calendar, at: datetime) -> bool | None:
    """Tell whether the market trades at a moment; None when nothing is known of the day."""
    if not calendar.covers(at.astimezone(UTC).date()):
        return None
    session = calendar.session(at.astimezone(UTC).date())
    return session is not None and session.opens_at <= at < session.closes_at


def next_open(calendar: Calendar, at: datetime) -> datetime | None:
    """Return the first opening after a moment; None when unknown."""
    session = calendar.next_session(at)
    return session.opens_at if session else None


def last_session(calendar: Calendar, at: datetime) -> date | None:
    """Return the day of the newest session that had ended at a moment; None when unknown."""
    session = calendar.last_session(at)
    if session is None or session.closes_at <= at:
        return session.day if session else None
    earlier = calendar.last_session(session.opens_at - timedelta(microseconds=1))
    return earlier.day if earlier else None


def sessions_between(calendar: Calendar, after: date, through: date) -> int | None:
    """Return how many sessions lie after one day up to and with another; None when unknown."""
    return calendar.count(after, through)


def sessions_behind(calendar: Calendar, day: date, at: datetime) -> int | None:
    """Return how many closes are missing after the close of a day; None when unknown.

    Friday's close is behind by nothing until Monday's session has ended.
    """
    newest = last_session(calendar, at)
    return None if newest is None else calendar.count(day, newest)


def begins(calendar: Calendar, day: date) -> datetime:
    """Return when a day begins to trade; its midnight in UTC where there is no session."""
    session = calendar.session(day)
    return session.opens_at if session else _at(day, 0)


def is_stale(calendar: Calendar, made_at: datetime, now: datetime, *, after: timedelta) -> bool:
    """Tell whether a price is too old to trade on.

    While the market is open a price is good for `after`. While it is closed nothing newer can
    come: any price of the newest session is good. The same holds just after the opening, and
    where the calendar knows nothing the clock alone decides.
    """
    oldest = now - after
    session = calendar.last_session(oldest)
    if session is None or oldest < session.closes_at:
        return made_at < oldest
    return made_at < session.opens_at


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(minutes=minutes)
