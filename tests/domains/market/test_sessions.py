"""Sessions of exchanges: known days exactly, unknown days as unknown, whatever is asked."""

from datetime import UTC, date, datetime, timedelta
from importlib import util

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.market.errors import CalendarUnknownError
from app.domains.market.rules import sessions
from app.domains.market.rules.session_table import calendar_of, codes, home_of
from app.domains.market.rules.sessions import Calendar, Exchange
from app.domains.market.types import Session

FIRST, LAST = datetime(2007, 1, 3, tzinfo=UTC), datetime(2029, 12, 27, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
moments = st.datetimes(
    FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC)
)
calendars = st.sampled_from(codes()).map(calendar_of)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def session(code: str, day: str) -> Session | None:
    return calendar_of(code).session(date.fromisoformat(day))


@pytest.mark.row("MD3")
class TestKnownDays:
    def test_summer_and_winter_hours_of_new_york_are_in_utc(self) -> None:
        summer, winter = session("XNYS", "2026-07-06"), session("XNYS", "2026-11-24")
        assert summer is not None
        assert winter is not None
        assert (summer.opens_at, summer.closes_at) == (
            at("2026-07-06T13:30"),
            at("2026-07-06T20:00"),
        )
        assert (winter.opens_at, winter.closes_at) == (
            at("2026-11-24T14:30"),
            at("2026-11-24T21:00"),
        )

    @pytest.mark.parametrize(
        ("code", "day", "ends"),
        [
            ("XNYS", "2026-11-27", "2026-11-27T18:00"),
            ("XNAS", "2026-11-27", "2026-11-27T18:00"),
            ("XLON", "2026-12-24", "2026-12-24T12:30"),
            ("XETR", "2026-12-30", "2026-12-30T13:00"),
        ],
    )
    def test_half_day_ends_early(self, code: str, day: str, ends: str) -> None:
        found = session(code, day)
        assert found is not None
        assert found.half_day
        assert found.closes_at == at(ends)
        assert sessions.is_open(calendar_of(code), at(ends) - MINUTE) is True
        assert sessions.is_open(calendar_of(code), at(ends)) is False

    @pytest.mark.parametrize(
        ("code", "day"),
        [
            ("XNYS", "2026-11-26"),
            ("XNYS", "2012-10-29"),
            ("XNYS", "2025-01-09"),
            ("XLON", "2022-09-19"),
            ("XETR", "2026-12-24"),
            ("XNYS", "2026-11-28"),
        ],
    )
    def test_holidays_weekends_and_closures_have_no_session(self, code: str, day: str) -> None:
        assert session(code, day) is None

    def test_thanksgiving_opens_again_on_friday(self) -> None:
        found = sessions.next_open(calendar_of("XNYS"), at("2026-11-26T15:00"))
        assert found == at("2026-11-27T14:30")

    def test_closes_missing_after_friday_are_counted_in_sessions(self) -> None:
        new_york, friday = calendar_of("XNYS"), date(2026, 11, 20)
        behind = [
            sessions.sessions_behind(new_york, friday, at(text))
            for text in ("2026-11-22T12:00", "2026-11-23T20:59", "2026-11-23T21:00")
        ]
        assert behind == [0, 0, 1]

    def test_unknown_calendar_names_those_there_are(self) -> None:
        with pytest.raises(CalendarUnknownError, match="XNYS"):
            calendar_of("XMOON")

    def test_currency_without_a_calendar_of_its_own_never_closes(self) -> None:
        assert (home_of("USD"), home_of("EUR"), home_of("CHF")) == ("XNYS", "XETR", "24/7")

    @pytest.mark.skipif(
        util.find_spec("exchange_calendars") is None, reason="exchange_calendars is not installed"
    )
    def test_shipped_table_is_what_the_library_says(self) -> None:
        from tools import build_sessions

        assert build_sessions.FILE.read_text("utf-8") == build_sessions.text()
        # Expanded again, every opening and closing, not only the compact form.
        for code in build_sessions.EXCHANGES:
            exchange = calendar_of(code)
            assert isinstance(exchange, Exchange)
            assert dict(exchange.hours) == build_sessions.minutes_of(code)


@pytest.mark.row("MD3")
class TestOutsideTheTable:
    @pytest.mark.parametrize("moment", ["2006-12-29T15:00", "2030-01-02T15:00"])
    def test_nothing_is_guessed(self, moment: str) -> None:
        new_york, when = calendar_of("XNYS"), at(moment)
        assert sessions.is_open(new_york, when) is None
        assert sessions.next_open(new_york, when) is None
        assert sessions.last_session(new_york, when) is None
        assert sessions.sessions_between(new_york, date(2026, 1, 2), when.date()) is None
        assert sessions.sessions_behind(new_york, date(2026, 1, 2), when) is None

    def test_end_of_the_last_year_has_no_next_opening(self) -> None:
        assert sessions.next_open(calendar_of("XNYS"), at("2029-12-31T22:00")) is None


class TestInvariants:
    @settings(deadline=None)
    @given(calendars, moments)
    def test_next_opening_is_after_and_opens(self, calendar: Calendar, when: datetime) -> None:
        found = sessions.next_open(calendar, when)
        assert found is not None
        assert found > when
        assert sessions.is_open(calendar, found)

    @settings(deadline=None)
    @given(calendars, moments, st.timedeltas(timedelta(0), timedelta(days=20)))
    def test_next_opening_never_moves_back(
        self, calendar: Calendar, when: datetime, later: timedelta
    ) -> None:
        second = min(when + later, LAST)
        first, then = sessions.next_open(calendar, when), sessions.next_open(calendar, second)
        assert first is not None
        assert then is not None
        assert (second < when) or first <= then

    @settings(deadline=None)
    @given(calendars, moments)
    def test_open_means_inside_the_session_of_the_day(
        self, calendar: Calendar, when: datetime
    ) -> None:
        found = calendar.session(when.date())
        inside = found is not None and found.opens_at <= when < found.closes_at
        assert sessions.is_open(calendar, when) is inside

    @settings(deadline=None)
    @given(calendars, moments)
    def test_last_session_has_ended_and_none_lies_between(
        self, calendar: Calendar, when: datetime
    ) -> None:
        day = sessions.last_session(calendar, when)
        if day is None:
            assert when < at("2007-01-03T21:00")
            return
        found = calendar.session(day)
        assert found is not None
        assert found.closes_at <= when
        assert sessions.sessions_behind(calendar, day, when) == 0

    @settings(deadline=None)
    @given(calendars, moments, st.integers(0, 400), st.integers(0, 400))
    def test_counts_of_neighbouring_stretches_add_up(
        self, calendar: Calendar, when: datetime, first: int, second: int
    ) -> None:
        a = when.date()
        b = min(a + timedelta(days=first), LAST.date())
        c = min(b + timedelta(days=second), LAST.date())
        counts = [sessions.sessions_between(calendar, *pair) for pair in ((a, b), (b, c), (a, c))]
        assert None not in counts
        assert (counts[0] or 0) + (counts[1] or 0) == counts[2]

    @settings(max_examples=200, deadline=None)
    @given(st.sampled_from(["XNYS", "XLON", "XETR"]), st.dates(FIRST.date(), LAST.date()))
    def test_half_day_is_shorter_and_a_weekday(self, code: str, day: date) -> None:
        calendar = calendar_of(code)
        found = calendar.session(day)
        if found is None or not found.half_day:
            return
        usual = timedelta(hours=6, minutes=30) if code == "XNYS" else timedelta(hours=8, minutes=30)
        assert found.closes_at - found.opens_at < usual
        assert day.weekday() < 5


@pytest.mark.row("MD3")
class TestStale:
    AFTER = timedelta(seconds=60)

    @pytest.mark.parametrize(
        ("made", "now", "stale"),
        [
            ("2026-11-20T20:55", "2026-11-22T12:00", False),  # Friday's price on Sunday
            ("2026-11-19T20:55", "2026-11-22T12:00", True),  # Thursday's is not
            ("2026-11-20T20:55", "2026-11-23T14:30:30", False),  # Monday has just begun
            ("2026-11-20T20:55", "2026-11-23T14:32", True),  # Monday trades without it
            ("2026-11-23T15:00", "2026-11-23T15:00:59", False),
            ("2026-11-23T15:00", "2026-11-23T15:02", True),
        ],
    )
    def test_sessions_count_not_wall_days(self, made: str, now: str, stale: bool) -> None:
        found = sessions.is_stale(calendar_of("XNYS"), at(made), at(now), after=self.AFTER)
        assert found is stale

    @settings(deadline=None)
    @given(moments, st.integers(0, 10_000))
    def test_market_that_never_closes_goes_by_the_clock(self, when: datetime, seconds: int) -> None:
        made = when - timedelta(seconds=seconds)
        found = sessions.is_stale(calendar_of("24/7"), made, when, after=self.AFTER)
        assert found is (seconds > 60)
