"""What one figure's surroundings say, as far as they say anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.domains.chat.evidence_types import Metric
from app.domains.chat.grounding.figures import Figure, PartialDate


@dataclass(frozen=True, slots=True)
class Place:
    """Where one figure stands; empty sets and zero mean nothing is said."""

    metrics: frozenset[Metric] = frozenset()
    entities: frozenset[str] = frozenset()
    naming: bool = False
    """Whether the clause itself names a thing, not one before it."""

    direction: int = 0
    compared: bool = False
    """Whether that word is a comparative before the figure: "lower, at 1.98 %"."""

    below: bool = False
    sinking: bool = False
    """Whether the clause has a word that may tell a loss."""

    dates: Sequence[PartialDate] = ()
    spanning: bool = False
    """Whether a date begins or ends a span: "since May"."""

    relative: str | None = None
    hedged: bool = False
    over: bool = False
    under: bool = False
    names_currency: bool = False
    about_account: bool = False
    said: frozenset[Metric] = frozenset()
    """What all words of the sentence may measure."""

    beside: frozenset[Decimal] = frozenset()
    """The sizes of the other figures of the sentence."""

    whole: bool = False
    """Whether the clause speaks of all that is held."""

    lasting: bool = False
    """Whether a unit of time follows: "3 months" of a question."""

    requested: bool = False
    """Whether the clause says that the user asked for it, and nothing of the account."""

    labels: frozenset[Metric] = frozenset()
    """What the words right beside the figure say it measures."""

    side: int = 0
    """Above or below what it is compared with, as the nearest word of the clause says."""

    inflow: bool = False
    """Whether a word says that money came in, and none that it went out."""

    moved: bool = False
    """Whether the clause speaks only of an amount that moved, not of what for."""

    partner: Figure | None = None
    """The whole of "6 of 15", the other side of "6 against 15", where no word is beside it."""
