"""The unit of work: one transaction's reads and writes, and what is to be written with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.events import Event
from app.core.store import Document, Store


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One privileged or money-moving act: who did what to which object, and why."""

    action: str
    actor: str
    object_id: str
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


class Transaction(Store):
    """One attempt at a transaction.

    The body may run again after a write conflict, so it must be a function of this object
    only. Events, audit entries and seals are collected per attempt and written with it.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.audits: list[AuditEntry] = []
        self.seals: list[tuple[str, str]] = []

    async def change(self, collection: str, query: Document, update: Document) -> None:
        """Change one document that was read in this transaction and must still match.

        It is sent with the inserts, at the latest by the commit.
        """
        raise NotImplementedError

    def publish(self, event: Event) -> None:
        """Tell the domains above: an outbox row is written in this transaction."""
        self.events.append(event)

    def audit(
        self,
        action: str,
        *,
        actor: str,
        object_id: str,
        reason: str = "",
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Record the act in the audit log. Ids and codes only: no personal data belongs here."""
        self.audits.append(
            AuditEntry(action, actor, object_id, reason, dict(before or {}), dict(after or {}))
        )

    def seal(self, entry_id: str, commitment: str) -> None:
        """Put an entry's commitment (hex SHA-256) into the ledger's transparency log."""
        self.seals.append((entry_id, commitment))
