"""The words of the allow and block lists: an entry with its end, and a hit on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ENTRIES_MAX = 2_000
"""Unexpired entries of both lists together: every process holds them in memory."""
BLOCK_FOR_MAX = timedelta(days=366)
ALLOW_FOR_MAX = timedelta(days=90)
HITS_COUNTED = timedelta(days=30)


BLOCKED_CODE = "list_block"
"""The reason of a block entry in a decision record; nobody outside is told of lists."""


class ListName(StrEnum):
    """Block refuses the payment; allow lowers what the model alone asks for."""

    ALLOW = "allow"
    BLOCK = "block"


class SubjectKind(StrEnum):
    """Which party of a payment an entry is about."""

    PAYEE = "payee"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One party on one list; it works for payments made before `expires_at`."""

    entry_id: str
    list_name: ListName
    kind: SubjectKind
    subject: str
    owner: str
    """Who answers for it: the analyst who wrote it last."""
    reason: str
    added_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ListHit:
    """An entry that one payment met."""

    entry_id: str
    list_name: ListName
    kind: SubjectKind


@dataclass(frozen=True, slots=True)
class LoggedHit:
    """A hit as it was logged with its decision."""

    entry_id: str
    decision_id: str
    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class CountedEntry:
    """An entry with how often it was met in the last thirty days."""

    entry: ListEntry
    hits: int
    last_hit_at: datetime | None
