"""Whether a message needs help or a refusal rather than an answer: rules by class.

All languages' patterns are tried on every message, because people mix languages under stress and
an attack hides in the one not looked at. A pattern tells a class; it never decides about money.
"""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from app.domains.chat.understanding.folding import fold
from app.domains.chat.understanding.slots.lexicon import DATA, lexicon

#: A message is at most 4,000 characters; what is longer is screened at both ends.
HEAD: Final = 6_000
TAIL: Final = 2_000


class Class(StrEnum):
    """What a message was screened as, gravest first: the first that fits is told."""

    DISTRESS = "distress"
    SCAM = "scam_on_user"
    LAUNDERING = "laundering_or_structuring"
    INSIDER = "insider"
    TAX = "tax_evasion"
    INJECTION = "injection"


#: A question what something is, is no request to do it; distress is heard all the same.
_EXPLAINED: Final = frozenset({Class.LAUNDERING, Class.INSIDER, Class.TAX})


@dataclass(frozen=True, slots=True)
class _Rules:
    classes: tuple[tuple[Class, re.Pattern[str]], ...]
    asks: re.Pattern[str]


def screen(text: str) -> Class | None:
    """Return the class of a message, or None for one that may simply be answered."""
    part = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"
    read = re.sub(
        r"\s+", " ", fold(part, limit=HEAD + TAIL + 1, variants=lexicon("zh").variants).text
    )
    rules = _rules()
    asked = rules.asks.search(read) is not None
    for name, pattern in rules.classes:
        if pattern.search(read) and not (asked and name in _EXPLAINED):
            return name
    return None


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    raw = json.loads((DATA / "safety.json").read_text(encoding="utf-8"))
    classes = tuple((name, _joined(raw["classes"][name])) for name in Class)
    return _Rules(classes, _joined(raw["asks"]))


def _joined(patterns: list[str]) -> re.Pattern[str]:
    # No pattern begins inside a Latin word: "spend it all" is not "end it all".
    folded = "|".join(f"(?:{fold(pattern).text})" for pattern in patterns)
    return re.compile(f"(?<![a-z])(?:{folded})")
