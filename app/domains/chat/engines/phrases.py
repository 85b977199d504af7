"""The adviser's own sentences in a language, and the choice between their variants."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from app.domains.chat.engines.facts import spoken
from app.domains.chat.engines.plans import Choice, Plan
from app.domains.chat.engines.plurals import plural
from app.domains.chat.talk_types import LANGUAGES
from app.domains.chat.tool_types import ToolResult

_HERE: Final = Path(__file__).resolve().parents[1] / "templates"
_HOLE: Final = re.compile(r"\{([a-z_]+)\}")
OTHER: Final = "other"

Text = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """All texts of one language: group → key → a sentence, or its variants by name."""

    lang: str
    groups: Mapping[str, Mapping[str, Text]]

    def say(self, group: str, key: str, **words: str) -> str:
        """Return a fixed sentence with its words put in; an unknown key reads `other`."""
        texts = self.groups[group]
        text = texts.get(key, texts.get(OTHER, ""))
        return fill(text if isinstance(text, str) else text[OTHER], words) or ""

    def has(self, group: str, key: str) -> bool:
        """Tell whether there is a sentence of this key."""
        return key in self.groups[group]

    def sentences(self, intent: str, plan: Plan, result: ToolResult) -> list[str]:
        """Return what is said of a result: each sentence whose facts are all there."""
        facts = spoken(result)
        found = []
        for choice in plan.sentences:
            text = self._variant(self.groups["answers"][f"{intent}.{choice.key}"], choice, result)
            sentence = fill(text, facts) if text else None
            if sentence:
                found.append(sentence)
        return found

    def _variant(self, text: Text, choice: Choice, result: ToolResult) -> str | None:
        if isinstance(text, str):
            return text
        form = _form(choice, result, self.lang)
        if form is None:
            return None
        return text.get(form, text.get(OTHER))


@cache
def phrases(lang: str) -> Phrases:
    """Return the texts of a language; one we do not speak is answered in English."""
    own = lang if lang in LANGUAGES else "en"
    return Phrases(own, json.loads((_HERE / f"{own}.json").read_text(encoding="utf-8")))


def disclaimer(lang: str) -> str:
    """Return what is told once per conversation and on each proposal."""
    return phrases(lang).say("notes", "disclaimer")


def badge(lang: str, code: str) -> str:
    """Return the words of a badge: `no_vectors`, `degraded`, `embedded`; else an empty text."""
    return phrases(lang).say("badges", code)


def fill(text: str, words: Mapping[str, str]) -> str | None:
    """Put words into the holes of a sentence; None when one of them is not there."""
    if any(name not in words for name in _HOLE.findall(text)):
        return None
    return _HOLE.sub(lambda hole: words[hole[1]], text)


def _form(choice: Choice, result: ToolResult, lang: str) -> str | None:
    """Return the variant a fact chooses, None when the fact is not there or of another kind."""
    fact = result.facts.get(choice.fact)
    if fact is None:
        return None
    if choice.by == "word":
        return fact if isinstance(fact, str) else OTHER
    value = next((one.value for one in result.evidence if one.id == fact), None)
    if not isinstance(value, Decimal) or not value.is_finite():
        return None
    if choice.by == "count":
        return plural(value, lang)
    return "zero" if value == 0 else "pos" if value > 0 else "neg"
