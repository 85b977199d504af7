"""Range words: the slots' vocabulary becomes days, anything else becomes nothing."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.chat.tools.goal_reads import due
from app.domains.chat.tools.ranges import Span, span_of

TODAY = date(2026, 11, 26)  # a Thursday


class TestSpanOf:
    @pytest.mark.row("CH2")
    @pytest.mark.parametrize(
        ("word", "first", "last"),
        [
            ("today", "2026-11-26", "2026-11-26"),
            ("yesterday", "2026-11-25", "2026-11-25"),
            ("this_week", "2026-11-23", "2026-11-26"),
            ("last_week", "2026-11-16", "2026-11-22"),
            ("last_weekend", "2026-11-21", "2026-11-22"),
            ("this_month", "2026-11-01", "2026-11-26"),
            ("last_month", "2026-10-01", "2026-10-31"),
            ("this_quarter", "2026-10-01", "2026-11-26"),
            ("last_quarter", "2026-07-01", "2026-09-30"),
            ("q1_2025", "2025-01-01", "2025-03-31"),
            ("this_year", "2026-01-01", "2026-11-26"),
            ("last_year", "2025-01-01", "2025-12-31"),
            ("last_7_days", "2026-11-20", "2026-11-26"),
            ("last_12_months", "2025-11-27", "2026-11-26"),
            ("2_months_ago", "2026-09-01", "2026-09-30"),
            ("since_2026-03", "2026-03-01", "2026-11-26"),
            ("2025", "2025-01-01", "2025-12-31"),
            ("2025-02", "2025-02-01", "2025-02-28"),
            ("2025-03-14", "2025-03-14", "2025-03-14"),
            ("2025-01-01/2025-03-31", "2025-01-01", "2025-03-31"),
            ("january/march", "2026-01-01", "2026-03-31"),
            ("december", "2025-12-01", "2025-12-31"),
            ("march_5", "2026-03-05", "2026-03-05"),
            ("monday", "2026-11-23", "2026-11-23"),
            ("last_thursday", "2026-11-19", "2026-11-19"),
        ],
    )
    def test_word_is_its_days(self, word: str, first: str, last: str) -> None:
        expected = Span(date.fromisoformat(first), date.fromisoformat(last))
        assert span_of(word, today=TODAY) == expected

    @pytest.mark.parametrize(
        "word",
        ["", "soon", "2025-13", "2025-02-30", "2027", "q5_2025", "2025-03/2025-01", "9" * 50],
    )
    def test_other_words_are_nothing(self, word: str) -> None:
        assert span_of(word, today=TODAY) is None

    @given(
        st.one_of(st.text(max_size=40), st.from_regex(r"last_\d{1,9}_(day|year)s", fullmatch=True))
    )
    def test_no_text_raises(self, word: str) -> None:
        found = span_of(word, today=TODAY)
        if found is not None and found.first is not None and found.last is not None:
            assert found.first <= found.last

    def test_days_begin_at_her_own_midnight(self) -> None:
        zone = ZoneInfo("America/Sao_Paulo")
        now = datetime(2026, 11, 26, 1, 0, tzinfo=UTC).astimezone(zone)
        found = span_of("today", today=now.date())
        assert found is not None
        first, last = found.times(zone, now=now)
        assert first.astimezone(UTC) == datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
        assert first <= now < last


class TestDue:
    @pytest.mark.parametrize(
        ("word", "day"),
        [
            ("2030-06-15", "2030-06-15"),
            ("2030-06", "2030-06-30"),
            ("2030", "2030-12-31"),
            ("march", "2027-03-31"),
            ("december", "2026-12-31"),
            ("may_2028", "2028-05-31"),
            ("next_month", "2026-12-26"),
            ("next_year", "2027-12-31"),
            ("in_5_years", "2031-11-26"),
        ],
    )
    def test_word_is_a_day_ahead(self, word: str, day: str) -> None:
        assert due(word, today=TODAY) == date.fromisoformat(day)

    @given(st.text(max_size=30))
    def test_no_text_raises(self, word: str) -> None:
        due(word, today=TODAY)
