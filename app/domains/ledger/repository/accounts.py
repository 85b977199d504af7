"""Accounts in MongoDB: opened once, moved by guarded updates only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.mongo import long
from app.core.store import Document, DuplicateKeyError, Store
from app.core.uow import Transaction
from app.domains.ledger.errors import (
    AccountClosedError,
    DailyLimitError,
    InsufficientFundsError,
)
from app.domains.ledger.repository.specs import ACCOUNTS
from app.domains.ledger.rules import entries
from app.domains.ledger.types import Account, AccountKind, Leg

MAX_ACCOUNTS = 200
GENESIS = "0" * 64


async def ensure(store: Store, account_ids: set[str], *, holdings: set[str]) -> None:
    """Open the accounts that are missing; `holdings` are those that count shares."""
    found = await store.find_many(
        ACCOUNTS,
        {"_id": {"$in": sorted(account_ids)}},
        limit=len(account_ids) + 1,
        projection={"_id": 1},
    )
    for account_id in sorted(account_ids - {row["_id"] for row in found}):
        owner, unit = entries.owner_of(account_id), entries.unit_of(account_id)
        house = owner == entries.HOUSE
        kind = AccountKind.HOLDING if account_id in holdings else AccountKind.CASH
        document: Document = {
            "_id": account_id,
            "owner": owner,
            "unit": unit,
            "kind": (AccountKind.HOUSE if house else kind).value,
            "balance": long(0),
            "held": long(0),
            "available": long(0),
            "v": long(0),
            "head": GENESIS,
            "status": "open",
            "overdraft": house,
        }
        try:
            await store.insert_one(ACCOUNTS, document)
        except DuplicateKeyError:
            continue  # opened by a neighbour at the same moment


@dataclass(frozen=True, slots=True)
class Spending:
    """How much may leave an account within one UTC day, whatever screens each payment alone."""

    day: str
    limit_minor: int


async def read(store: Store, legs: Sequence[Leg]) -> dict[str, Document]:
    """Return the accounts of net legs by id, in one read. Raises AccountClosedError."""
    ids = [leg.account_id for leg in legs]
    rows = await store.find_many(ACCOUNTS, {"_id": {"$in": ids}}, limit=len(ids))
    found = {row["_id"]: row for row in rows if row["status"] == "open"}
    if len(found) < len(ids):
        raise AccountClosedError
    return found


async def move(
    tx: Transaction,
    before: Document,
    leg: Leg,
    *,
    head: str,
    at: datetime,
    spending: Spending | None = None,
) -> None:
    """Apply one net leg to an account as it was read in this transaction.

    `last_at` never goes back, so that an account's postings are in order of time as well.
    Raises InsufficientFundsError (with what is missing), DailyLimitError.
    """
    change = {"balance": long(leg.amount), "available": long(leg.amount), "v": long(1)}
    update: Document = {"$inc": change, "$set": {"head": head}, "$max": {"last_at": at}}
    await _guarded(tx, before, leg, update, spending)


async def reserve(
    tx: Transaction, before: Document, leg: Leg, *, spending: Spending | None = None
) -> None:
    """Set money aside. Raises InsufficientFundsError, DailyLimitError."""
    change = {"available": long(leg.amount), "held": long(-leg.amount)}
    await _guarded(tx, before, leg, {"$inc": change}, spending)


async def _guarded(
    tx: Transaction, before: Document, leg: Leg, update: Document, spending: Spending | None
) -> None:
    """Apply an update only while the account is open, covered and within the day's limit.

    What was read decides the answer; the guard says the same once more to the server. A
    neighbour's change in between is a write conflict, and the whole transaction runs again.
    """
    query: Document = {"_id": leg.account_id, "status": "open"}
    if leg.amount < 0 and not before["overdraft"]:
        missing = -leg.amount - int(before["available"])
        if missing > 0:
            raise InsufficientFundsError(unit=leg.unit, missing_minor=missing)
        query["available"] = {"$gte": long(-leg.amount)}
    if leg.amount < 0 and spending is not None:
        guard, update = _counted(before, leg, update, spending)
        query |= guard
    await tx.change(ACCOUNTS, query, update)


def _counted(
    before: Document, leg: Leg, update: Document, spending: Spending
) -> tuple[Document, Document]:
    """Return guard and update that count a payment towards its day.

    The counter moves in the same update: two payments at once are judged without seeing each
    other. The first payment of a day starts it anew. Raises DailyLimitError.
    """
    amount = -leg.amount
    same_day = before.get("day") == spending.day
    spent = int(before["day_out"]) if same_day else 0
    if spent + amount > spending.limit_minor:
        raise DailyLimitError(unit=leg.unit)
    if same_day:
        guard: Document = {"day": spending.day, "day_out": {"$lte": spending.limit_minor - amount}}
        return guard, {**update, "$inc": {**update["$inc"], "day_out": long(amount)}}
    first = {**update.get("$set", {}), "day": spending.day, "day_out": long(amount)}
    return {"day": {"$ne": spending.day}}, {**update, "$set": first}


async def give_back(store: Store, leg: Leg) -> None:
    """End a reservation: what was set aside may be spent again."""
    amount = -leg.amount
    change = {"available": long(amount), "held": long(-amount)}
    query = {"_id": leg.account_id, "held": {"$gte": amount}}
    if not await store.update_one(ACCOUNTS, query, {"$inc": change}):
        raise AssertionError(f"{leg.account_id} holds less than was reserved")


async def find(store: Store, account_id: str) -> Account | None:
    """Return one account."""
    row = await store.find_one(ACCOUNTS, {"_id": account_id})
    return account_of(row) if row else None


async def of_owner(store: Store, owner: str) -> list[Account]:
    """Return a person's accounts, at most 200."""
    rows = await store.find_many(ACCOUNTS, {"owner": owner}, limit=MAX_ACCOUNTS)
    return sorted((account_of(row) for row in rows), key=lambda found: found.account_id)


async def holders(store: Store, symbol: str, *, after: str, limit: int) -> list[Account]:
    """Return people's holdings of an instrument by account id, from behind one on."""
    query = {"unit": symbol, "_id": {"$gt": after}, "kind": AccountKind.HOLDING.value}
    rows = await store.find_many(ACCOUNTS, query, sort=[("_id", 1)], limit=limit)
    return [account_of(row) for row in rows]


def account_of(row: Document) -> Account:
    """Return the account of a stored document."""
    return Account(
        account_id=row["_id"],
        owner=row["owner"],
        unit=row["unit"],
        kind=AccountKind(row["kind"]),
        balance=int(row["balance"]),
        held=int(row["held"]),
        available=int(row["available"]),
        version=int(row["v"]),
        open=row["status"] == "open",
        overdraft=row["overdraft"],
    )
