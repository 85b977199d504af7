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
MIN_CONFIDENCE: Final = 0.90
MIN_MARGIN: Final = 0.30
_MARKS: Final = re.compile(r"[?؟？]")
#: A sum of money; shares such as 60/40 or 60 % belong to a rebalancing.
_FIGURE: Final = re.compile(r"(?<![\d/])\d[\d.,]*(?![\d.,]*\s*(?:[%/]|percent|prozent))")
_STORIES: Final = frozenset({"dispute_payment"})
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
    return is_request(found.text, found.label, found.lang)


def is_request(normalised: str, label: str, lang: str) -> bool:
    """Return whether a text asks for an action to be done.

    It says the action's verb and what it acts on, and nothing that speaks against it: no denial,
    no question, no story of what happened, nobody else's account, no other direction.
    """
    table = _lexicon()
    if lang not in table["words"]:
        return False
    text = folded(normalised).replace("’", "'")
    if _MARKS.search(text) or (label == "rebalance" and _FIGURE.search(text)):
        return False

    def says(entries: list[str], *, whole: bool) -> bool:
        return (
            _any(tuple(entries), whole=whole, unspaced=lang in _UNSPACED).search(text) is not None
        )

    objects = table["objects"].get(label, {}).get(lang)
    return (
        says(table["words"][lang].get(label, []), whole=False)
        and (objects is None or says(objects, whole=False))
        and not says(table["negation"][lang], whole=True)
        and not says(table["asking"][lang], whole=True)
        and not says(table["against"].get(label, {}).get(lang, []), whole=True)
        # Who objects to a payment tells what happened.
        and (label in _STORIES or not says(table["reporting"][lang], whole=True))
    )


@cache
def _any(entries: tuple[str, ...], *, whole: bool, unspaced: bool) -> re.Pattern[str]:
    """Return a pattern for any entry: a word, or the beginning of one."""
    named = "|".join(re.escape(folded(entry)) for entry in entries) or r"(?!)"
    if unspaced:
        return re.compile(named)
    return re.compile(
        rf"(?<!\w)(?:{named})(?!\w)" if whole else rf"(?<!\w)(?:\w{{0,4}})?(?:{named})"
    )


@cache
def _lexicon() -> dict[str, Any]:
    stored = files("app.ml").joinpath("data/action_words.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(stored)
    return table
