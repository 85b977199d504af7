"""What the ledger says of one person and period, from its two sides: postings and entries. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domains.ledger.types import Activity, JournalKind, Statement


@dataclass(frozen=True, slots=True)
class Books:
    """Postings of every account in [start, until), and the movements of her whole story so far.

    `stories` by currency; nothing that was booked at `until` or later is in it.
    """

    start: datetime
    until: datetime
    cash: tuple[Statement, ...]
    holdings: tuple[Statement, ...]
    stories: Mapping[str, tuple[Activity, ...]]

    def inside(self, currency: str) -> tuple[Activity, ...]:
        """Return what was booked in the period."""
        story = self.stories.get(currency, ())
        return tuple(a for a in story if self.start <= booked(a))

    def posted(self, currency: str) -> dict[str, int]:
        """Return what each movement of the period did to her cash, as it was posted."""
        return {
            line.journal_id: line.amount
            for one in self.cash
            if one.account.unit == currency
            for line in one.postings
        }

    def settled_orders(self, currency: str) -> Iterator[Activity]:
        """Yield the period's orders that nothing has undone."""
        undone = {a.reverses for story in self.stories.values() for a in story if a.reverses}
        for activity in self.inside(currency):
            if activity.kind is JournalKind.ORDER and activity.movement_id not in undone:
                yield activity

    @property
    def begun(self) -> bool:
        """Tell whether anything was ever booked before the end."""
        return any(self.stories.values())


def booked(activity: Activity) -> datetime:
    """Return when a movement was booked: a corporate action counts from earlier."""
    return activity.booked_at or activity.at
