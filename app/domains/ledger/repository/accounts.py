"""Accounts in MongoDB: opened once, moved by guarded updates only."""

from dataclasses import dataclass
from datetime import datetime

from app.core.mongo import long
from app.core.store import Document, DuplicateKeyError, Store
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


async def move(
    store: Store, leg: Leg, *, head: str, at: datetime, spending: Spending | None = None
) -> Document:
    """Apply one net leg and return the account as it was before.

    `last_at` never goes back, so that an account's postings are in order of time as well.
    Raises InsufficientFundsError (with what is missing), DailyLimitError, AccountClosedError.
    """
    change = {"balance": long(leg.amount), "available": long(leg.amount), "v": long(1)}
    update: Document = {"$inc": change, "$set": {"head": head}, "$max": {"last_at": at}}
    return await _guarded(store, leg, update, spending)


async def reserve(store: Store, leg: Leg, *, spending: Spending | None = None) -> None:
    """Set money aside. Raises InsufficientFundsError, DailyLimitError, AccountClosedError."""
    change = {"available": long(leg.amount), "held": long(-leg.amount)}
    await _guarded(store, leg, {"$inc": change}, spending)


async def _guarded(store: Store, leg: Leg, update: Document, spending: Spending | None) -> Document:
    """Apply an update only while the account is open, covered and within the day's limit.

    The counter of the day moves in the same update: two payments at once are judged without
    seeing each other. The first payment of a day starts the counter anew.
    """
    query: Document = {"_id": leg.account_id, "status": "open"}
    if leg.amount < 0:
        query["$or"] = [{"available": {"$gte": -leg.amount}}, {"overdraft": True}]
    if spending is None or leg.amount >= 0:
        before = await store.find_one_and_update(ACCOUNTS, query, update, after=False)
    else:
        before = await _counted(store, leg, query, update, spending)
    if before is None:
        raise await _refusal(store, leg, spending)
    return before


async def _counted(
    store: Store, leg: Leg, query: Document, update: Document, spending: Spending
) -> Document | None:
    amount = -leg.amount
    today = {"day": spending.day, "day_out": {"$lte": spending.limit_minor - amount}}
    counted = {**update, "$inc": {**update["$inc"], "day_out": long(amount)}}
    before = await store.find_one_and_update(ACCOUNTS, {**query, **today}, counted, after=False)
    if before is not None or amount > spending.limit_minor:
        return before
    first = {"$set": {**update.get("$set", {}), "day": spending.day, "day_out": long(amount)}}
    other_day = {**query, "day": {"$ne": spending.day}}
    return await store.find_one_and_update(ACCOUNTS, other_day, {**update, **first}, after=False)


async def give_back(store: Store, leg: Leg) -> None:
    """End a reservation: what was set aside may be spent again."""
    amount = -leg.amount
    change = {"available": long(amount), "held": long(-amount)}
    query = {"_id": leg.account_id, "held": {"$gte": amount}}
    if not await store.update_one(ACCOUNTS, query, {"$inc": change}):
        raise AssertionError(f"{leg.account_id} holds less than was reserved")


async def _refusal(
    store: Store, leg: Leg, spending: Spending | None
) -> InsufficientFundsError | AccountClosedError | DailyLimitError:
    account = await find(store, leg.account_id)
    if account is None or not account.open:
        return AccountClosedError()
    missing = -leg.amount - account.available
    if spending is not None and missing <= 0:
        return DailyLimitError(unit=leg.unit)
    return InsufficientFundsError(unit=leg.unit, missing_minor=missing)


async def find(store: Store, account_id: str) -> Account | None:
    """Return one account."""
    row = await store.find_one(ACCOUNTS, {"_id": account_id})
    return account_of(row) if row else None


async def of_owner(store: Store, owner: str) -> list[Account]:
    """Return a person's accounts, at most 200."""
    rows = await store.find_many(ACCOUNTS, {"owner": owner}, limit=MAX_ACCOUNTS)
    return sorted((account_of(row) for row in rows), key=lambda found: found.account_id)


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
