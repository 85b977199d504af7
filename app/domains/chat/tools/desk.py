"""What a tool works with: the owner of the turn, the doors, her handles, the figures so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Protocol

from app.domains.chat.evidence_types import Evidence
from app.domains.chat.grounding.calculating import calc
from app.domains.chat.talk_types import Turn
from app.domains.chat.tools.handles import Handles
from app.domains.ledger.service import LedgerService
from app.domains.market.service import MarketService
from app.domains.onboarding.service import OnboardingService
from app.domains.portfolio.service import PortfolioService


class Passage(Protocol):
    """A help article or a term: `kind` is `help` or `term`, `link` opens its page."""

    @property
    def id(self) -> str:
        """Return the id, the same in every language."""
        ...

    @property
    def kind(self) -> str:
        """Return `help` or `term`."""
        ...

    @property
    def title(self) -> str:
        """Return the title in the language."""
        ...

    @property
    def text(self) -> str:
        """Return some sentences in the language."""
        ...

    @property
    def link(self) -> str:
        """Return the path of the page."""
        ...


class Library(Protocol):
    """The help texts and the glossary that ship with the product."""

    def __call__(self, lang: str, /) -> Mapping[str, Passage]:
        """Return everything in a language by id."""
        ...


class Calculator(Protocol):
    """Arithmetic over evidence; a calculation that means nothing raises ValueError."""

    def __call__(
        self, op: str, refs: Sequence[str], *, evidence: Mapping[str, Evidence], new_id: str
    ) -> Evidence:
        """Return new evidence that cites its inputs."""
        ...


def no_library(_: str, /) -> Mapping[str, Passage]:
    """Return nothing: an installation without help texts."""
    return {}


@dataclass(frozen=True, slots=True)
class Doors:
    """The rooms below chat that its tools read."""

    portfolio: PortfolioService
    ledger: LedgerService
    market: MarketService
    onboarding: OnboardingService
    library: Library = no_library
    calculator: Calculator = calc


@dataclass(slots=True)
class Desk:
    """One turn's desk. `owner` is the caller; `now` is in her own time zone."""

    owner: str
    lang: str
    now: datetime
    doors: Doors
    handles: Handles
    seen: dict[str, Evidence] = field(default_factory=dict)
    """All evidence of this turn by id."""

    movements: dict[str, str] = field(default_factory=dict)
    """Handles of movements shown in this turn."""

    base_currency: str = "USD"
    turn: Turn | None = None
    """The turn, once it is understood; before that nothing can be drafted."""

    @property
    def today(self) -> date:
        """Return her own day."""
        return self.now.date()

    @property
    def doors_today(self) -> date:
        """Return the day of the reports below, which count days in UTC."""
        return self.now.astimezone(UTC).date()

    def next_id(self) -> str:
        """Return the id of the next figure."""
        return f"v{len(self.seen) + 1}"

    def movement_handle(self, movement_id: str) -> str:
        """Return the handle of a movement that a tool shows."""
        for handle, known in self.movements.items():
            if known == movement_id:
                return handle
        handle = f"mov_{len(self.movements) + 1}"
        self.movements[handle] = movement_id
        return handle
