"""Dates, ranges and how often, said as people say them in eight languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.chat.understanding.slots.recogniser import recognise
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
            ("march 3rd", "en", "march_3"),
            ("march the 3rd", "en", "march_3"),
            ("le trois mars", "fr", "march_3"),
            ("el tres de marzo", "es", "march_3"),
            ("am einundzwanzigsten Mai", "de", "may_21"),
            ("2026/4/3", "zh", "2026-04-03"),
            ("三月三号", "zh", "march_3"),
            ("十二月", "zh", "december"),
            ("六月底", "zh", "june"),
            ("un an plus tard", "fr", "one_year_later"),
            ("um ano depois", "pt", "one_year_later"),
            ("in einem halben Jahr", "de", "in_6_months"),
            ("半年后", "zh", "in_6_months"),
            ("du mois prochain", "fr", "next_month"),
            ("del año que viene", "es", "next_year"),
            ("at the end of next year", "en", "end_of_next_year"),
            ("übermorgen", "de", "day_after_tomorrow"),
            ("अगली गर्मियों में", "hi", "next_summer"),
            ("الربع الماضي", "ar", "last_quarter"),
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
            ("100/mês", "pt", "monthly"),
            ("every second week", "en", "biweekly"),
            ("alle zwei Monate", "de", "every_2_months"),
            ("tous les six mois", "fr", "half_yearly"),
            ("cada tres meses", "es", "quarterly"),
            ("हर दूसरे हफ्ते", "hi", "biweekly"),
            ("كل ستة أشهر", "ar", "half_yearly"),
            ("每半年", "zh", "half_yearly"),
        ],
    )
    def test_said_in_other_words(self, text: str, lang: str, value: str) -> None:
        assert values(text, lang, Sort.FREQUENCY) == [value]

    @pytest.mark.parametrize("text", ["छह महीने कुछ न डालूँ", "कितने महीने पीछे जाएगा", "do mahine ruku"])
    def test_a_length_is_none(self, text: str) -> None:
        assert values(text, "hi", Sort.FREQUENCY) == []

    def test_money_a_month_is_one(self) -> None:
        assert values("500 महीने", "hi", Sort.FREQUENCY) == ["monthly"]

    def test_one_not_sought_does_not_hide_a_date(self) -> None:
        slots = recognise("rendimento em relação ao ano passado", intent="performance", lang="pt")
        assert [(slot.name, slot.value) for slot in slots] == [("date_range", "last_year")]
