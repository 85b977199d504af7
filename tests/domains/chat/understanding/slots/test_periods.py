"""Quarters and halves of a year by number, with and without their year."""

import pytest

from app.domains.chat.talk_types import LANGUAGES
from app.domains.chat.understanding.folding import fold
from app.domains.chat.understanding.slots.periods import numbered
from app.domains.chat.understanding.slots.recogniser import recognise

pytestmark = pytest.mark.row("CH4")


@pytest.mark.parametrize(
    ("text", "lang", "value"),
    [
        ("the first quarter of 2026", "en", "2026-01-01/2026-03-31"),
        ("Q3", "en", "july/september"),
        ("2nd half of 2025", "en", "2025-07-01/2025-12-31"),
        ("premier trimestre 2024", "fr", "2024-01-01/2024-03-31"),
        ("2e trimestre", "fr", "april/june"),
        ("im ersten Quartal", "de", "january/march"),
        ("3. Quartal 2025", "de", "2025-07-01/2025-09-30"),
        ("das erste Halbjahr", "de", "january/june"),
        ("primer semestre de 2025", "es", "2025-01-01/2025-06-30"),
        ("1º trimestre de 2025", "pt", "2025-01-01/2025-03-31"),
        ("2026 की पहली तिमाही", "hi", "2026-01-01/2026-03-31"),
        ("بالربع الثالث", "ar", "july/september"),
        ("النصف الثاني من عام 2025", "ar", "2025-07-01/2025-12-31"),
        ("2026年第一季度", "zh", "2026-01-01/2026-03-31"),
        ("下半年", "zh", "july/december"),
    ],
)
def test_numbered_part_of_a_year_is_its_months(text: str, lang: str, value: str) -> None:
    assert [found[3] for found in numbered(fold(text).text, lang)] == [value]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_knows_four_quarters_and_two_halves(lang: str) -> None:
    found = [v for n in (1, 2, 3, 4) for *_, v in numbered(f"q{n} 2025", lang)]
    assert [value[5:7] for value in found] == ["01", "04", "07", "10"]
    assert [value[-5:] for *_, value in numbered("h1 2025, h2 2025", lang)] == ["06-30", "12-31"]


def test_word_that_only_holds_one_is_none() -> None:
    assert list(numbered("faq1 and qq2, headquarter", "en")) == []


@pytest.mark.parametrize(
    ("text", "lang", "intent", "slots"),
    [
        ("l'IFU pour l'année 2025", "fr", "documents_proof", {"date_range": "2025"}),
        ("ما عائد محفظتي خلال عام 2025؟", "ar", "performance", {"date_range": "2025"}),
        (
            "les frais du premier trimestre 2026",
            "fr",
            "fees_costs",
            {"date_range": "2026-01-01/2026-03-31"},
        ),
        (
            "ce que j'ai payé la semaine passé",
            "fr",
            "spending_summary",
            {"date_range": "last_week"},
        ),
        ("اعرض رصيدي النقدي بالدينار الكويتي", "ar", "cash_balance", {"currency": "KWD"}),
        ("عندي كم بالريال القطري", "ar", "cash_balance", {"currency": "QAR"}),
        ("ORD/2026/117 आर्डर पूरा हो गया क्या", "hi", "order_status", {"reference": "ORD/2026/117"}),
    ],
)
def test_what_names_itself_wins_over_what_is_usual(
    text: str, lang: str, intent: str, slots: dict[str, str]
) -> None:
    found = {one.name: one.value for one in recognise(text, intent=intent, lang=lang)}
    assert found == slots
