"""What portfolio tells the rooms above: ids only."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class FrontierWanted(Event):
    """Somebody asked for advice and the day's frontier is not there yet."""

    name: ClassVar[str] = "portfolio.frontier_wanted.v1"
    universe_id: str
