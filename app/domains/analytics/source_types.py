"""What analytics asks of the doors below: each sums what its domain owns, and only reads."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.domains.fraud.kpi_types import FraudSums
from app.domains.ledger.flow_types import Flow


class SignUpSource(Protocol):
    """Identity: who signed up when."""

    async def count(self, day: date) -> int:
        """Return how many people signed up on a UTC day, staff included."""
        ...

    def of_day(self, day: date) -> AsyncIterator[list[str]]:
        """Yield the ids of customers who signed up on a UTC day, page by page."""
        ...

    async def days_of(self, user_ids: list[str]) -> set[date]:
        """Return the UTC days on which these people signed up."""
        ...


class MoverSource(Protocol):
    """A door that knows who got further."""

    async def movers(self, start: datetime, end: datetime, *, limit: int) -> set[str]:
        """Return who got further in [start, end); `limit` or more means there may be others."""
        ...


class ProgressSource(MoverSource, Protocol):
    """Onboarding: identity approved, risk profile made."""

    async def counts(self, user_ids: list[str]) -> tuple[int, int]:
        """Return how many of these people have their identity approved, and a risk profile."""
        ...


class FlowSource(MoverSource, Protocol):
    """The ledger: sums of postings, and who ever had money or shares."""

    async def count(self, start: datetime, end: datetime) -> int:
        """Return how many postings [start, end) has."""
        ...

    async def of(self, start: datetime, end: datetime) -> tuple[Flow, ...]:
        """Return the flows of cash in [start, end)."""
        ...

    async def reached(self, user_ids: list[str]) -> tuple[int, int]:
        """Return how many of these people ever had money here, and ever shares."""
        ...


class FraudSource(Protocol):
    """Fraud: payments as they were judged, cases as they ended."""

    async def counts(self, start: datetime, end: datetime) -> tuple[int, int]:
        """Return how many decisions, and how many ended cases, [start, end) has."""
        ...

    async def of(self, start: datetime, end: datetime) -> FraudSums:
        """Return the sums of [start, end)."""
        ...


@dataclass(frozen=True, slots=True)
class Sources:
    """The doors' rooms that are asked."""

    sign_ups: SignUpSource
    progress: ProgressSource
    flows: FlowSource
    fraud: FraudSource
