"""The words of money flows that other rooms may use."""

from dataclasses import dataclass
from enum import StrEnum

from app.domains.ledger.types import JournalKind


class Party(StrEnum):
    """Whose accounts were moved: customers', or the house's for one purpose."""

    CUSTOMER = "customer"
    FUNDING = "funding"
    PAYOUT = "payout"
    BROKER = "broker"
    FEES = "fees"


@dataclass(frozen=True, slots=True)
class Flow:
    """Everything that one kind of movement did to one party's cash in a period.

    `incoming_minor` is the sum of what was added, `outgoing_minor` of what was taken (below
    zero), `count` the number of postings.
    """

    currency: str
    kind: JournalKind
    party: Party
    incoming_minor: int
    outgoing_minor: int
    count: int
