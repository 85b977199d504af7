"""Dates, ranges and how often, said as people say them in eight languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.chat.understanding.slots.token_types import Sort
from tests.domains.chat.understanding.slots.reading import values

pytestmark = pytest.mark.row("CH4")


class TestRanges:
    @pytest.mark.parametrize(
        ("text", "lang", "value"),
        [
            ("since January 2025", "en", "since_2025-01"),
            ("desde enero de 2025", "es", "since_2025-01"),
            ("depuis janvier 2025", "fr", "since_2025-01"),
            ("seit Januar 2025", "de", "since_2025-01"),
            ("desde março de 2025", "pt", "since_2025-03"),
            ("2023 से", "hi", "since_2023"),
            ("منذ يناير 2025", "ar", "since_2025-01"),
            ("2025年1月起", "zh", "since_2025-01"),
            ("1 to 15 May", "en", "may_1/may_15"),
            ("entre el 1 y el 15 de mayo", "es", "may_1/may_15"),
            ("zwischen 1. und 15. Mai", "de", "may_1/may_15"),
            ("from January to March", "en", "january/march"),
            ("2025-01-01/2025-03-31", "en", "2025-01-01/2025-03-31"),
            ("从2025年1月到3月", "zh", "2025-01-01/2025-03-31"),
        ],
    )
    def test_two_dates_or_a_start_are_one_range(self, text: str, lang: str, value: str) -> None:
        assert values(text, lang, Sort.DATE) == [value]

    @pytest.mark.parametrize(
        ("text", "lang"),
        [
            ("last week", "en"), ("la semana pasada", "es"), ("la semaine dernière", "fr"),
            ("letzte Woche", "de"), ("semana passada", "pt"), ("पिछले हफ़्ते", "hi"),
            ("الأسبوع الماضي", "ar"), ("上周", "zh"), ("上個禮拜", "zh"),
        ],
    )  # fmt: skip
    def test_last_week_is_the_same_in_all_languages(self, text: str, lang: str) -> None:
        assert values(text, lang, Sort.DATE) == ["last_week"]

    @pytest.mark.parametrize(
        ("text", "lang", "value"),
        [
            ("the first of July", "en", "july_1"),
            ("dez 2027", "pt", "2027-12"),
            ("fim do ano", "pt", "end_of_year"),
            ("am Montag", "de", "monday"),
            ("सोमवार", "hi", "monday"),
            ("يوم الخميس", "ar", "thursday"),
            ("上周五", "zh", "last_friday"),
            ("بأيلول", "ar", "september"),
            ("last month的", "zh", "last_month"),
        ],
    )
    def test_days_and_months(self, text: str, lang: str, value: str) -> None:
        assert values(text, lang, Sort.DATE) == [value]

    @pytest.mark.parametrize(
        ("text", "lang"), [("كل باب", "ar"), ("31 February 2025", "en"), ("dez euros", "pt")]
    )
    def test_what_only_looks_like_a_date_is_none(self, text: str, lang: str) -> None:
        assert values(text, lang, Sort.DATE) == []

    @given(st.integers(1, 27), st.integers(1, 4), st.sampled_from(["may", "march", "june"]))
    def test_a_range_in_a_month_keeps_both_days(self, first: int, more: int, month: str) -> None:
        found = values(f"{first} to {first + more} {month}", "en", Sort.DATE)
        assert found == [f"{month}_{first}/{month}_{first + more}"]


class TestFrequencies:
    @pytest.mark.parametrize(
        ("text", "lang", "value"),
        [
            ("each fortnight", "en", "biweekly"),
            ("una vez al mes", "es", "monthly"),
            ("aux deux semaines", "fr", "biweekly"),
            ("jeden Ersten", "de", "monthly"),
            ("de quinze em quinze dias", "pt", "biweekly"),
            ("हर पंद्रह दिन", "hi", "biweekly"),
            ("الشهري", "ar", "monthly"),
            ("kol chhar", "ar", "monthly"),
            ("كل أسبوعين", "ar", "biweekly"),
            ("双周", "zh", "biweekly"),
        ],
    )
    def test_said_in_other_words(self, text: str, lang: str, value: str) -> None:
        assert values(text, lang, Sort.FREQUENCY) == [value]
