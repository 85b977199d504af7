"""The texts that ship with onboarding, per language: questions, follow-ups, disclosures."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from app.core.decisions import canonical_json, sha256_hex
from app.domains.onboarding.risk_types import FollowUpText, KnowledgeText, Topic
from app.domains.onboarding.types import Disclosure, QuestionText

_FOLDER = Path(__file__).resolve().parents[1]
LANGUAGES = ("en", "es", "fr", "de", "pt", "hi", "ar", "zh")


def language_or_english(language: str) -> str:
    """Return the language when it is translated, else English."""
    short = language.split("-", 1)[0].lower()
    return short if short in LANGUAGES else "en"


@cache
def questionnaire(language: str) -> tuple[QuestionText, ...]:
    """Return the 13 items. Files are read once per process, at the first question."""
    data = _read("questionnaire", language)
    return tuple(
        QuestionText(item["item"], item["question"], item["why"], _options(item))
        for item in data["items"]
    )


@cache
def knowledge(language: str) -> tuple[KnowledgeText, ...]:
    """Return the questions of fact with their explanations."""
    return tuple(
        KnowledgeText(
            topic=Topic(item["topic"]),
            question=item["question"],
            why=item["why"],
            options=_options(item),
            explanation=tuple(item["explanation"]),
            explanation_sha256=sha256_hex(canonical_json(item["explanation"])),
        )
        for item in _read("knowledge", language)["items"]
    )


@cache
def follow_ups(language: str) -> dict[str, FollowUpText]:
    """Return the words of the follow-up questions by code."""
    return {code: FollowUpText(**words) for code, words in _read("follow_ups", language).items()}


@cache
def disclosure(version: str, language: str) -> Disclosure:
    """Return a disclosure text with the hash that a consent is stored with."""
    data = _read("disclosures", f"{version}.{language}")
    return Disclosure(
        version=data["version"],
        language=language,
        title=data["title"],
        paragraphs=tuple(data["paragraphs"]),
        sha256=sha256_hex(canonical_json(data)),
    )


def _read(folder: str, name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((_FOLDER / folder / f"{name}.json").read_text("utf-8"))
    return data


def _options(item: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((option["option"], option["text"]) for option in item["options"])
