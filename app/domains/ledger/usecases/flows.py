"""What moved in a period, summed by currency: the ledger as those see it who count."""

from datetime import datetime

from app.core.db import Database
from app.core.store import Document
from app.domains.ledger.flow_types import Flow, Party
from app.domains.ledger.repository import flows
from app.domains.ledger.types import AccountKind, JournalKind

TIMEOUT_S = 30.0
# Accounts of these parties hold money and never shares.
_CASH_ONLY = frozenset({Party.FUNDING, Party.PAYOUT, Party.FEES})


class Flows:
    """Reads only. Postings are never edited, so a period that is over stays as it is."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    async def count(self, start: datetime, end: datetime) -> int:
        """Return how many postings [start, end) has, shares included."""
        return await flows.count(self._db, start, end, timeout_s=TIMEOUT_S)

    async def of(self, start: datetime, end: datetime) -> tuple[Flow, ...]:
        """Return the flows of cash in [start, end), in order of currency, kind and party."""
        rows = await flows.sums(self._db, start, end, timeout_s=TIMEOUT_S)
        owned = {row["account"] for row in rows if row["_id"]["party"] == flows.CUSTOMER}
        kinds = await flows.kinds(self._db, owned)
        # A unit is text, and a symbol may look like a currency: its accounts tell what it is.
        cash = {row["_id"]["unit"] for row in rows if _is_cash(row, kinds)}
        found = [_flow(row) for row in rows if row["_id"]["unit"] in cash]
        return tuple(sorted(found, key=lambda flow: (flow.currency, flow.kind, flow.party)))

    async def reached(self, user_ids: list[str]) -> tuple[int, int]:
        """Return how many of these people ever had money here, and ever shares."""
        return await flows.reached_counts(self._db, user_ids, timeout_s=TIMEOUT_S)

    async def movers(self, start: datetime, end: datetime, *, limit: int) -> set[str]:
        """Return whose first money or shares came in [start, end)."""
        return await flows.beginners(self._db, start, end, limit=limit, timeout_s=TIMEOUT_S)


def _is_cash(row: Document, kinds: dict[str, AccountKind]) -> bool:
    party = Party(row["_id"]["party"])
    return party in _CASH_ONLY or kinds.get(row["account"]) is AccountKind.CASH


def _flow(row: Document) -> Flow:
    key = row["_id"]
    return Flow(
        currency=key["unit"],
        kind=JournalKind(key["kind"]),
        party=Party(key["party"]),
        incoming_minor=int(row["incoming"]),
        outgoing_minor=int(row["outgoing"]),
        count=int(row["count"]),
    )
