"""The texts that ship with onboarding: the questionnaire and the disclosures, per language."""

import json
from functools import cache
from pathlib import Path

from app.core.decisions import canonical_json, sha256_hex
from app.domains.onboarding.types import Disclosure, QuestionText

_FOLDER = Path(__file__).resolve().parents[1]
LANGUAGES = ("en", "ar")


def language_or_english(language: str) -> str:
    """Return the language when it is translated, else English."""
    short = language.split("-", 1)[0].lower()
    return short if short in LANGUAGES else "en"


@cache
def questionnaire(language: str) -> tuple[QuestionText, ...]:
    """Return the 13 items. Files are read once per process, at the first question."""
    data = json.loads((_FOLDER / "questionnaire" / f"{language}.json").read_text("utf-8"))
    return tuple(
        QuestionText(
            item["item"],
            item["question"],
            item["why"],
            tuple((option["option"], option["text"]) for option in item["options"]),
        )
        for item in data["items"]
    )


@cache
def disclosure(version: str, language: str) -> Disclosure:
    """Return a disclosure text with the hash that a consent is stored with."""
    data = json.loads((_FOLDER / "disclosures" / f"{version}.{language}.json").read_text("utf-8"))
    return Disclosure(
        version=data["version"],
        language=language,
        title=data["title"],
        paragraphs=tuple(data["paragraphs"]),
        sha256=sha256_hex(canonical_json(data)),
    )
