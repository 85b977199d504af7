"""The history of cases: lines that are only ever added."""

from app.core.store import Store
from app.domains.fraud.case_types import CaseEntry
from app.domains.fraud.repository.specs import ENTRIES

SHOWN = 500


async def add(store: Store, case_id: str, entry: CaseEntry) -> None:
    """Append one line."""
    await store.insert_one(
        ENTRIES,
        {
            "_id": f"{case_id}:{entry.entry_id}",
            "case": case_id,
            "at": entry.at,
            "actor": entry.actor,
            "action": entry.action,
            "text": entry.text,
        },
    )


async def of_case(store: Store, case_id: str) -> list[CaseEntry]:
    """Return a case's history, the oldest first, at most 500 lines."""
    rows = await store.find_many(
        ENTRIES, {"case": case_id}, sort=[("at", 1), ("_id", 1)], limit=SHOWN
    )
    return [
        CaseEntry(
            entry_id=row["_id"].partition(":")[2],
            at=row["at"],
            actor=row["actor"],
            action=row["action"],
            text=row["text"],
        )
        for row in rows
    ]
