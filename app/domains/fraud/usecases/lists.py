"""Allow and block lists: who wrote an entry, until when it works, how often it was met."""

from datetime import datetime

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.fraud.errors import (
    InvalidListEntryError,
    ListEntryNotFoundError,
    ListFullError,
    OwnPaymentError,
)
from app.domains.fraud.list_types import (
    ALLOW_FOR_MAX,
    BLOCK_FOR_MAX,
    ENTRIES_MAX,
    CountedEntry,
    ListEntry,
    ListName,
    LoggedHit,
    SubjectKind,
)
from app.domains.fraud.repository import lists, rule_sets
from app.domains.fraud.types import Verdict
from app.domains.fraud.usecases.rule_changes import in_one
from app.domains.identity.types import Caller


class Lists:
    """Each change moves the pointer's revision, so every process renews its copy."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def page(
        self, *, list_name: ListName | None = None, after: str | None = None
    ) -> list[CountedEntry]:
        """Return a page of the working entries with their hits of thirty days, at most 100."""
        now = self._clock.now()
        found = await lists.page(self._db, at=now, list_name=list_name, after=after)
        return await lists.counted(self._db, found, at=now)

    async def hits(self, entry_id: str) -> list[LoggedHit]:
        """Return the last hundred hits of an entry. Raises ListEntryNotFoundError."""
        if await lists.find(self._db, entry_id) is None:
            raise ListEntryNotFoundError
        return await lists.hits(self._db, entry_id, at=self._clock.now())

    async def add(
        self,
        list_name: ListName,
        kind: SubjectKind,
        subject: str,
        *,
        expires_at: datetime,
        reason: str,
        caller: Caller,
    ) -> ListEntry:
        """Put a party on a list. The same again is once; another end or reason renews it.

        Raises InvalidListEntryError, OwnPaymentError for oneself, ListFullError.
        """
        now = self._clock.now()
        longest = ALLOW_FOR_MAX if list_name is ListName.ALLOW else BLOCK_FOR_MAX
        if not now < expires_at <= now + longest:
            raise InvalidListEntryError(f"expires_at must be within {longest.days} days from now")
        if subject == caller.user_id:
            raise OwnPaymentError
        entry = ListEntry(
            entry_id=lists.entry_id(list_name, kind, subject),
            list_name=list_name,
            kind=kind,
            subject=subject,
            owner=caller.user_id,
            reason=reason,
            added_at=now,
            expires_at=expires_at,
        )
        kept: list[ListEntry] = []

        async def work(tx: Transaction) -> None:
            kept.clear()
            # Read first: writers of lists meet here, so that the count below is true.
            pointer = await rule_sets.pointer(tx)
            before = await lists.find(tx, entry.entry_id)
            if before is not None and (before.expires_at, before.reason) == (expires_at, reason):
                kept.append(before)
                return
            works = before is not None and before.expires_at > now
            if not works and await lists.count(tx, at=now) >= ENTRIES_MAX:
                raise ListFullError
            await rule_sets.move(tx, pointer)
            await lists.put(tx, entry)
            tx.audit(
                f"fraud_list.{'added' if before is None else 'renewed'}",
                actor=caller.user_id,
                object_id=entry.entry_id,
                reason=reason,
                after={
                    "list": list_name.value,
                    "kind": kind.value,
                    "subject": subject,
                    "expires_at": expires_at.isoformat(),
                },
            )
            kept.append(entry)

        await in_one(self._db, work)
        return kept[0]

    async def remove(self, entry_id: str, *, caller: Caller) -> None:
        """Take an entry off its list; its hits stay. Raises ListEntryNotFoundError."""

        async def work(tx: Transaction) -> None:
            pointer = await rule_sets.pointer(tx)
            before = await lists.find(tx, entry_id)
            if before is None or not await lists.remove(tx, entry_id):
                raise ListEntryNotFoundError
            await rule_sets.move(tx, pointer)
            tx.audit(
                "fraud_list.removed",
                actor=caller.user_id,
                object_id=entry_id,
                before={"list": before.list_name.value, "subject": before.subject},
            )

        await in_one(self._db, work)

    async def log(self, tx: Transaction, verdict: Verdict) -> None:
        """Log every entry a payment met, in the transaction that keeps its decision."""
        for hit in verdict.judged.hits if verdict.judged else ():
            await lists.log_hit(
                tx,
                hit,
                decision_id=verdict.decision_id,
                at=verdict.facts.at,
                outcome=verdict.outcome.value,
            )
