"""A person's whole story in one currency: what each booked movement did to her."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from app.core.db import Database
from app.core.money import Money
from app.domains.ledger.errors import PeriodTooLongError
from app.domains.ledger.repository import accounts, journals
from app.domains.ledger.rules import entries
from app.domains.ledger.types import (
    AccountKind,
    Activity,
    CorporateAction,
    Journal,
    JournalKind,
    JournalState,
    Side,
    Trade,
)

#: A report that leaves movements out would not add up, so longer stories are refused.
ACTIVITY_LIMIT: Final = 5_000
_BOOKED: Final = (JournalState.POSTED, JournalState.REVERSED)


class Activities:
    """Reads journals and postings; writes nothing."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    async def of(self, user_id: str, currency: str) -> tuple[Activity, ...]:
        """Return what was booked for a person in a currency, in order of time.

        Held and voided movements are not in it: nothing has happened yet. Raises
        PeriodTooLongError beyond 5,000 movements.
        """
        booked = await self._booked(user_id, currency)
        own = await journals.of_owner(self._db, user_id, limit=ACTIVITY_LIMIT + 1)
        if max(len(own), len(booked)) > ACTIVITY_LIMIT:
            raise PeriodTooLongError(limit=ACTIVITY_LIMIT)
        return await self._told(user_id, currency, own, booked)

    async def by_currency(self, user_id: str) -> dict[str, tuple[Activity, ...]]:
        """Return the same for every currency in which something was booked for a person.

        Raises PeriodTooLongError beyond 5,000 movements in all of them together.
        """
        held = [a for a in await accounts.of_owner(self._db, user_id) if a.kind is AccountKind.CASH]
        own = await journals.of_owner(self._db, user_id, limit=ACTIVITY_LIMIT + 1)
        if max(len(own), sum(account.version for account in held)) > ACTIVITY_LIMIT:
            raise PeriodTooLongError(limit=ACTIVITY_LIMIT)
        found = {
            account.unit: await self._told(
                user_id, account.unit, own, await self._booked(user_id, account.unit)
            )
            for account in held
        }
        return {currency: story for currency, story in found.items() if story}

    async def _told(
        self,
        user_id: str,
        currency: str,
        own: list[Journal],
        booked: dict[str, tuple[datetime, int]],
    ) -> tuple[Activity, ...]:
        known = {journal.journal_id: journal for journal in own}
        received = await journals.by_ids(self._db, set(booked) - set(known))
        known |= {journal.journal_id: journal for journal in received}
        found = [
            _activity(journal, user_id, booked.get(journal.journal_id, (journal.at, 0))[0])
            for journal in known.values()
            if journal.state in _BOOKED and journal.amount.currency == currency
        ]
        # Two movements of one millisecond are told apart by the cash account's own numbering.
        place = {journal_id: seq for journal_id, (_, seq) in booked.items()}
        last = len(booked) + 1
        return tuple(sorted(found, key=lambda a: (a.at, place.get(a.movement_id, last))))

    async def _booked(self, user_id: str, currency: str) -> dict[str, tuple[datetime, int]]:
        """Return when each movement reached her cash, and as which: a held one comes late."""
        account = await accounts.find(self._db, entries.cash_account(user_id, currency))
        if account is None:
            return {}
        if account.version > ACTIVITY_LIMIT:
            raise PeriodTooLongError(limit=ACTIVITY_LIMIT)
        lines = await journals.lines(self._db, account.account_id, after=0, through=account.version)
        return {line.journal_id: (line.at, line.seq) for line in lines}


def _activity(journal: Journal, user_id: str, at: datetime) -> Activity:
    currency = journal.amount.currency
    action = journal.details.get("action")
    cash, fee = 0, 0
    shares: dict[str, int] = defaultdict(int)
    for leg in journal.legs:
        if leg.account_id.startswith(f"{entries.HOUSE}.{entries.FEES}."):
            fee += leg.amount
        if entries.owner_of(leg.account_id) != user_id:
            continue
        if leg.unit == currency:
            cash += leg.amount
        else:
            shares[leg.unit] += leg.amount
    return Activity(
        movement_id=journal.journal_id,
        kind=journal.kind,
        at=at if action is None else action["effective_at"],
        counterparty=journal.counterparty,
        cash=Money(cash, currency),
        shares={symbol: amount for symbol, amount in shares.items() if amount},
        fee=Money(fee if journal.owner == user_id else 0, currency),
        trades=tuple(_trade(row, currency) for row in journal.details.get("fills", ())),
        reverses=journal.details.get("reverses") if journal.kind is JournalKind.REVERSAL else None,
        action=CorporateAction(
            journal.kind, action["symbol"], action["becomes"], int(action["entitled_micro"])
        )
        if action
        else None,
        booked_at=at,
    )


def _trade(row: Mapping[str, object], currency: str) -> Trade:
    return Trade(
        symbol=str(row["symbol"]),
        side=Side(str(row["side"])),
        quantity_micro=int(str(row["quantity_micro"])),
        price=Decimal(str(row["price"])),
        gross=Money(int(str(row["gross_minor"])), currency),
        fee=Money(int(str(row["fee_minor"])), currency),
    )
