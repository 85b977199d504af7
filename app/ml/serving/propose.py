"""When an understood message may draft an action: sure, clearly ahead, and said as a request.

This is the propose gate without slots; who drafts also checks the required slots. Whatever it
holds back is asked for in a question, so that it may refuse too much but never too little.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from app.ml.features.text import folded

ACTIONS: Final = (
    "buy", "cancel_order", "deposit", "dispute_payment", "freeze_account",
    "goal_change", "rebalance", "recurring_plan", "sell", "withdraw",
)  # fmt: skip
#: So sure that the sentence says it as a whole, whatever words it is said in: chosen on lines set
#: aside, where none that is no request passes (docs/decisions/0070).
MIN_CONFIDENCE: Final = 0.98
MIN_MARGIN: Final = 0.80
#: Sure enough to ask for what is missing: "how much do you want to pay in?" can still be denied.
ASK_CONFIDENCE: Final = 0.90
ASK_MARGIN: Final = 0.30
_MARKS: Final = re.compile(r"[?؟？]")
#: A sum of money; shares such as 60/40 or 60 % belong to a rebalancing.
_FIGURE: Final = re.compile(r"(?<![\d/])\d[\d.,]*(?![\d.,]*\s*(?:[%/]|percent|prozent))")
_STORIES: Final = frozenset({"dispute_payment"})
#: A vowel sign of Hindi is a part of its word, though no letter to `\w`.
_LETTER: Final = r"[\w\u0900-\u0963]"
#: Spoken Arabic wraps the verb that it denies, as in متبيعش, in Latin letters matbi3sh.
_WRAPPED: Final = re.compile(r"(?<!\w)(?:م\w{3,}ش|ma\w{3,}sh?)(?!\w)")
#: Written without spaces between words: any place in the text counts.
_UNSPACED: Final = frozenset({"zh"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was understood of one normalised text."""

    label: str
    confidence: float
    margin: float
    lang: str
    text: str


def may_propose(found: Evidence) -> bool:
    """Return whether the gate opens for an action label."""
    if found.confidence < MIN_CONFIDENCE or found.margin < MIN_MARGIN:
        return False
    return not speaks_against(found.text, found.label, found.lang)


def may_ask(found: Evidence) -> bool:
    """Return whether the parts that an action lacks may be asked for, by the action's name."""
    if found.confidence < ASK_CONFIDENCE or found.margin < ASK_MARGIN:
        return False
    return not speaks_against(found.text, found.label, found.lang)


def speaks_against(normalised: str, label: str, lang: str) -> bool:
    """Return whether a text denies, asks, tells what happened, or means another direction.

    Of a language without words nothing is known: it always does.
    """
    table = _lexicon()
    if lang not in table["negation"]:
        return True
    if _MARKS.search(normalised) or (label == "rebalance" and _FIGURE.search(folded(normalised))):
        return True
    if lang == "ar" and _WRAPPED.search(folded(normalised)):
        return True
    against = [
        *table["negation"][lang],
        *table["asking"][lang],
        *table["against"].get(label, {}).get(lang, []),
        # Who objects to a payment tells what happened.
        *([] if label in _STORIES else table["reporting"][lang]),
    ]
    return _says(against, normalised, lang)


def _says(entries: list[str], normalised: str, lang: str) -> bool:
    text = folded(normalised).replace("’", "'")
    return _any(tuple(entries), unspaced=lang in _UNSPACED).search(text) is not None


@cache
def _any(entries: tuple[str, ...], *, unspaced: bool) -> re.Pattern[str]:
    """Return a pattern for any entry, as a word of its own where words are spaced."""
    named = "|".join(re.escape(folded(entry)) for entry in entries)
    return re.compile(named if unspaced else rf"(?<!{_LETTER})(?:{named})(?!{_LETTER})")


@cache
def _lexicon() -> dict[str, Any]:
    stored = files("app.ml").joinpath("data/action_words.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(stored)
    return table
