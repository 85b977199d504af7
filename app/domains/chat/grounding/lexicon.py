"""The words that say what a figure measures and which way it goes, by language."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from app.domains.chat.evidence_types import Kind, Metric
from app.domains.chat.grounding.tables import words
from app.domains.chat.grounding.tries import Finder

_CLITICS: Final = "(?:(?:[وفبكل]?ال)|لل|[وفبكل](?=[\u0621-\u064a]{3}))?"
ACCOUNT: Final = frozenset(
    {
        Metric.VALUE, Metric.CASH, Metric.GAIN, Metric.RETURN, Metric.PRICE, Metric.WEIGHT,
        Metric.FEE, Metric.RISK,
    }
)  # fmt: skip
# A share of spending is a weight, a change of income a return: such words bind no percentage.
_OF_PERCENT: Final = frozenset(
    {
        Metric.GAIN, Metric.RETURN, Metric.WEIGHT, Metric.TARGET, Metric.DRIFT, Metric.FEE,
        Metric.RISK, Metric.PROBABILITY, Metric.RATE, Metric.SCORE,
    }
)  # fmt: skip
_OF_MONEY: Final = frozenset(Metric) - {
    Metric.WEIGHT, Metric.QUANTITY, Metric.COUNT, Metric.PROBABILITY, Metric.RATE, Metric.SCORE,
    Metric.DATE,
}  # fmt: skip
PLAUSIBLE: Final = {Kind.PERCENT: _OF_PERCENT, Kind.MONEY: _OF_MONEY}

#: "Took out", "put in", "at most": said of many things, of what measures they are not.
VAGUE: Final = frozenset(
    {
        Metric.AMOUNT, Metric.CONTRIBUTION, Metric.LIMIT, Metric.SCORE, Metric.RATE,
        Metric.COUNT, Metric.QUANTITY,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of the lexicon at `start` to `end` with what it may mean."""

    start: int
    end: int
    metrics: frozenset[Metric]
    up: bool
    down: bool
    whole: bool
    relative: str | None
    above: bool = False
    below: bool = False
    inflow: bool = False
    sinking: bool = False
    """Whether the word may tell a loss; it contradicts no gain."""

    comparative: bool = False
    """Whether the word sets two levels against each other: "lower, at 1.98 %"."""

    hints: frozenset[Metric] = frozenset()
    """What the word may also speak of: it allows these measures and demands none."""


@cache
def _finder(language: str) -> Finder:
    own = words(language)
    tags: dict[str, set[str]] = {}
    for metric, found in own["metrics"].items():
        for word in found:
            tags.setdefault(word, set()).add(f"m:{metric}")
    for metric, found in own["hints"].items():
        for word in found:
            tags.setdefault(word, set()).add(f"h:{metric}")
    for key in ("up", "down", "whole", "above", "below", "inflow", "sinking", "comparatives"):
        for word in own[key]:
            tags.setdefault(word, set()).add(key)
    for word in own["neutral"]:
        # Longer than the word within it, and of no meaning: "time-weighted" is no weight.
        tags.setdefault(word, set())
    for word, code in own["relative"].items():
        tags.setdefault(word, set()).add(f"r:{code}")
    return Finder(
        {word: frozenset(given) for word, given in tags.items()}, edge=language != "zh",
        clitics=_CLITICS if language == "ar" else "",
    )  # fmt: skip


def hits(folded: str, language: str, *, offset: int = 0) -> list[Hit]:
    """Return the words of the lexicon in a folded sentence."""
    out = []
    for start, end, tags in _finder(language).find(folded):
        metrics = frozenset(Metric(tag[2:]) for tag in tags if tag.startswith("m:"))
        hints = frozenset(Metric(tag[2:]) for tag in tags if tag.startswith("h:"))
        relative = next((tag[2:].upper() for tag in tags if tag.startswith("r:")), None)
        out.append(
            Hit(start + offset, end + offset, metrics, "up" in tags, "down" in tags,
                "whole" in tags, relative, "above" in tags, "below" in tags, "inflow" in tags,
                "sinking" in tags, "comparatives" in tags, hints)
        )  # fmt: skip
    return out


def metrics_of(found: Sequence[Hit], kind: Kind) -> frozenset[Metric]:
    """Return what the words say a figure of this kind measures; empty when it can be none of it."""
    said: frozenset[Metric] = frozenset().union(*(hit.metrics for hit in found))
    if not said & PLAUSIBLE.get(kind, said):
        return frozenset()
    return said.union(*(hit.hints for hit in found))


def names_account(found: Sequence[Hit]) -> bool:
    """Tell whether a word speaks of the account itself, not of what somebody plans."""
    return any(hit.metrics and hit.metrics <= ACCOUNT for hit in found)
