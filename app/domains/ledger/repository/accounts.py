"""Accounts in MongoDB: opened once, moved by guarded updates only."""

from app.core.mongo import long
from app.core.store import Document, DuplicateKeyError, Store
from app.domains.ledger.errors import AccountClosedError, InsufficientFundsError
from app.domains.ledger.repository.specs import ACCOUNTS
from app.domains.ledger.rules.entries import HOUSE
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
        owner, _, unit = account_id.rpartition(".")
        house = owner.startswith(f"{HOUSE}.")
        kind = AccountKind.HOLDING if account_id in holdings else AccountKind.CASH
        document: Document = {
            "_id": account_id,
            "owner": HOUSE if house else owner,
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


async def move(store: Store, leg: Leg, *, head: str) -> Document:
    """Apply one net leg and return the account as it was before.

    Raises InsufficientFundsError (with what is missing) or AccountClosedError.
    """
    query: Document = {"_id": leg.account_id, "status": "open"}
    if leg.amount < 0:
        query["$or"] = [{"available": {"$gte": -leg.amount}}, {"overdraft": True}]
    change = {"balance": long(leg.amount), "available": long(leg.amount), "v": long(1)}
    before = await store.find_one_and_update(
        ACCOUNTS, query, {"$inc": change, "$set": {"head": head}}, after=False
    )
    if before is None:
        raise await _refusal(store, leg)
    return before


async def reserve(store: Store, leg: Leg) -> None:
    """Set money aside. Raises InsufficientFundsError, AccountClosedError."""
    amount = -leg.amount
    query: Document = {"_id": leg.account_id, "status": "open"}
    query["$or"] = [{"available": {"$gte": amount}}, {"overdraft": True}]
    change = {"available": long(-amount), "held": long(amount)}
    if not await store.update_one(ACCOUNTS, query, {"$inc": change}):
        raise await _refusal(store, leg)


async def give_back(store: Store, leg: Leg) -> None:
    """End a reservation: what was set aside may be spent again."""
    amount = -leg.amount
    change = {"available": long(amount), "held": long(-amount)}
    query = {"_id": leg.account_id, "held": {"$gte": amount}}
    if not await store.update_one(ACCOUNTS, query, {"$inc": change}):
        raise AssertionError(f"{leg.account_id} holds less than was reserved")


async def _refusal(store: Store, leg: Leg) -> InsufficientFundsError | AccountClosedError:
    account = await find(store, leg.account_id)
    if account is None or not account.open:
        return AccountClosedError()
    return InsufficientFundsError(unit=leg.unit, missing_minor=-leg.amount - account.available)


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
