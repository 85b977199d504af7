"""What the routes of the allow and block lists take and give; all times UTC."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import AwareDatetime, Field

from app.api.fields import Input, ObjectId, Reason
from app.api.shapes import Out
from app.domains.fraud.list_types import CountedEntry, ListEntry, ListName, LoggedHit, SubjectKind
from app.domains.fraud.types import Outcome

EntryId = Annotated[str, Path(pattern=r"^[0-9a-f]{26}$", examples=["0" * 26])]


class ListEntryIn(Input):
    """A person, as payer (`customer`) or as receiver (`payee`), on a list until a moment."""

    list_name: Annotated[ListName, Field(strict=False)]
    kind: Annotated[SubjectKind, Field(strict=False)]
    subject: ObjectId
    expires_at: Annotated[AwareDatetime, Field(strict=False)]
    reason: Reason


class ListEntryOut(Out):
    """One entry; it works for payments made before `expires_at`."""

    entry_id: str
    list_name: ListName
    kind: SubjectKind
    subject: str
    owner: str
    reason: str
    added_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, entry: ListEntry) -> "ListEntryOut":
        """Return the public form."""
        return cls(
            entry_id=entry.entry_id,
            list_name=entry.list_name,
            kind=entry.kind,
            subject=entry.subject,
            owner=entry.owner,
            reason=entry.reason,
            added_at=entry.added_at,
            expires_at=entry.expires_at,
        )


class CountedEntryOut(Out):
    """An entry with its hits of the last thirty days."""

    entry: ListEntryOut
    hits: int
    last_hit_at: datetime | None

    @classmethod
    def of(cls, counted: CountedEntry) -> "CountedEntryOut":
        """Return the public form."""
        return cls(
            entry=ListEntryOut.of(counted.entry),
            hits=counted.hits,
            last_hit_at=counted.last_hit_at,
        )


class ListHitOut(Out):
    """One payment that met an entry."""

    decision_id: str
    at: datetime
    outcome: Outcome

    @classmethod
    def of(cls, hit: LoggedHit) -> "ListHitOut":
        """Return the public form."""
        return cls(decision_id=hit.decision_id, at=hit.at, outcome=Outcome(hit.outcome))
