"""The words of corporate actions: what a company does to everybody who holds its shares."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class ActionKind(StrEnum):
    """What happens on the day."""

    SPLIT = "split"
    DIVIDEND = "dividend"
    RENAME = "rename"


@dataclass(frozen=True, slots=True)
class Action:
    """One corporate action of a source.

    `day` is the first day that trades with it (ex-date). A split of `value` 10 makes ten shares
    of one; a dividend pays `value` per share; a rename gives the symbol the name `becomes`.
    """

    symbol: str
    kind: ActionKind
    day: date
    value: Decimal | None
    becomes: str | None

    @property
    def action_id(self) -> str:
        """Return the name that makes an action happen once within its source."""
        return f"{self.day.isoformat()}:{self.kind.value}:{self.symbol}"


@dataclass(frozen=True, slots=True)
class DueAction:
    """An action of a source whose day has begun and that is not booked for its holders yet."""

    source_id: str
    currency: str
    action: Action
    effective_at: datetime

    @property
    def key(self) -> str:
        """Return the idempotency key of its bookings."""
        return f"action:{self.source_id}:{self.action.action_id}"


@dataclass(frozen=True, slots=True)
class ActionFile:
    """A read file of actions, with everything that is wrong with it (row number, words)."""

    actions: tuple[Action, ...]
    problems: tuple[tuple[int | None, str], ...]
