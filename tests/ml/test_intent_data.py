"""The project's own intent sentences: enough of each, marked where they say, in one place only."""

import csv
import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from app.ml.features.text import folded, normalise
from app.ml.serving.propose import ACTIONS
from app.ml.training.languages import LANGUAGES
from tests.architecture.test_sizes import ROOT

pytestmark = pytest.mark.row("CH4")

TRAIN = ROOT / "app" / "ml" / "data" / "intents"
TEST = ROOT / "tests" / "data" / "intents"
READ = [
    "portfolio_value",
    "performance",
    "allocation_drift",
    "holding_detail",
    "instrument_quote",
    "instrument_info",
    "cash_balance",
    "transaction_search",
    "spending_summary",
    "fees_costs",
    "portfolio_risk",
    "risk_profile",
    "advice_reason",
    "goal_progress",
    "goal_what_if",
    "order_status",
    "payment_status",
    "kyc_status",
    "documents_proof",
]
SERVICE = [
    "concept_explain",
    "app_help",
    "security_help",
    "privacy_data",
    "human_handoff",
    "complaint",
    "greeting_thanks",
]
INTENTS = {*READ, *ACTIONS, *SERVICE}
SLOTS = {
    "amount",
    "currency",
    "percent",
    "quantity",
    "instrument",
    "account",
    "goal",
    "merchant",
    "recipient",
    "date",
    "date_range",
    "frequency",
    "reference",
    "term",
}
TAGS = {"typo", "short", "long", "codeswitch", "translit", "dialect", "polite", "negated"}
LEAST = {TRAIN: (40, 150), TEST: (15, 60)}
OWN_SCRIPT = {"ar": "ARABIC", "hi": "DEVANAGARI", "zh": "CJK"}


def _rows(folder: Path, lang: str) -> list[dict[str, str]]:
    file = folder / f"{lang}.csv"
    if not file.is_file():
        pytest.skip(f"{file.relative_to(ROOT)} is not written yet")
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _pattern(row: dict[str, str]) -> str:
    text = row["text"]
    for slot in sorted(json.loads(row["slots"]), key=lambda one: -int(one["start"])):
        text = f"{text[: slot['start']]} {text[slot['end'] :]}"
    return re.sub(r"[\W\d_]+", " ", folded(normalise(text))).strip()


def _runs(text: str) -> frozenset[str]:
    plain = re.sub(r"\s+", " ", folded(normalise(text)))
    return frozenset(plain[at : at + 5] for at in range(max(1, len(plain) - 4)))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("folder", [TRAIN, TEST], ids=["train", "test"])
class TestSentences:
    def test_each_intent_has_enough_and_no_other_is_named(self, folder: Path, lang: str) -> None:
        counts = Counter(row["label"] for row in _rows(folder, lang))
        intent, outside = LEAST[folder]
        assert set(counts) == INTENTS | {"oos"}
        assert {name: n for name, n in counts.items() if n < intent} == {}
        assert counts["oos"] >= outside

    def test_each_span_is_inside_its_text_and_named_from_the_list(
        self, folder: Path, lang: str
    ) -> None:
        for row in _rows(folder, lang):
            end = 0
            for slot in json.loads(row["slots"]):
                assert slot["name"] in SLOTS, row
                assert end <= slot["start"] < slot["end"] <= len(row["text"]), row
                surface = row["text"][slot["start"] : slot["end"]]
                assert surface == surface.strip(), row
                assert slot["value"], row
                end = slot["end"]

    def test_tags_are_from_the_list(self, folder: Path, lang: str) -> None:
        assert {tag for row in _rows(folder, lang) for tag in row["tags"].split()} <= TAGS

    def test_no_sentence_stands_in_two_labels_or_twice(self, folder: Path, lang: str) -> None:
        rows = _rows(folder, lang)
        texts = [unicodedata.normalize("NFC", row["text"]) for row in rows]
        assert [text for text, n in Counter(texts).items() if n > 1] == []
        labels: dict[str, set[str]] = {}
        for row in rows:
            labels.setdefault(normalise(row["text"]).casefold(), set()).add(row["label"])
        assert {text: found for text, found in labels.items() if len(found) > 1} == {}

    def test_no_pattern_is_more_than_a_quarter_of_its_cell(self, folder: Path, lang: str) -> None:
        cells: dict[str, list[str]] = {}
        for row in _rows(folder, lang):
            cells.setdefault(row["label"], []).append(_pattern(row))
        often = {
            label: pattern
            for label, patterns in cells.items()
            for pattern, n in Counter(patterns).items()
            if n > 0.25 * len(patterns)
        }
        assert often == {}

    def test_the_language_is_written_in_its_script(self, folder: Path, lang: str) -> None:
        if lang not in OWN_SCRIPT:
            return
        rows = [row for row in _rows(folder, lang) if "translit" not in row["tags"]]
        script = OWN_SCRIPT[lang]
        native = sum(
            any(unicodedata.name(char, "").startswith(script) for char in row["text"])
            for row in rows
        )
        assert native >= 0.97 * len(rows)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_test_sentence_is_nearly_a_training_sentence(lang: str) -> None:
    train = [_runs(row["text"]) for row in _rows(TRAIN, lang)]
    holders: dict[str, list[int]] = {}
    for at, runs in enumerate(train):
        for run in runs:
            holders.setdefault(run, []).append(at)
    near = []
    for row in _rows(TEST, lang):
        runs = _runs(row["text"])
        shared = Counter(at for run in runs for at in holders.get(run, ()))
        if any(n >= 0.8 * len(runs | train[at]) for at, n in shared.items()):
            near.append(row["text"])
    assert near == []
