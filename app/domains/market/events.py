"""What market tells the domains above: ids only."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class DayClosed(Event):
    """The active source has another last day (a new day, or another source)."""

    name: ClassVar[str] = "market.day_closed.v1"
    source: str
    day: str
