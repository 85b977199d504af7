"""What the ledger tells the domains above: ids only."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class MovementPosted(Event):
    """A movement is booked."""

    name: ClassVar[str] = "ledger.movement_posted.v1"
    journal_id: str


@dataclass(frozen=True, slots=True)
class MovementHeld(Event):
    """A movement's money is reserved until a person has looked at it."""

    name: ClassVar[str] = "ledger.movement_held.v1"
    journal_id: str


@dataclass(frozen=True, slots=True)
class MovementVoided(Event):
    """A held movement ended without being booked; the money is free again."""

    name: ClassVar[str] = "ledger.movement_voided.v1"
    journal_id: str
