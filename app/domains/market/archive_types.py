"""The words of archived prices: one source, whole, as it stands in files."""

from dataclasses import dataclass

from app.domains.market.action_types import Action
from app.domains.market.types import History, Source


@dataclass(frozen=True, slots=True, eq=False)
class PriceArchive:
    """A source with all its closes as they were and its corporate actions."""

    source: Source
    closes: History
    actions: tuple[Action, ...]
