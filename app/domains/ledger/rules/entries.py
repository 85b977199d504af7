"""The legs of each kind of movement, and the checks that every entry passes."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from app.core.decisions import canonical_json, sha256_hex
from app.core.money import Money
from app.domains.ledger.errors import AmountLimitError, IdempotencyMismatchError
from app.domains.ledger.types import Fill, Journal, JournalKind, Leg, Side

HOUSE = "house"
HOUSE_PARTS = 16
MINIMUM_MINOR = 1
# For people with little money: a larger sum in one piece is more likely a slip or a theft.
MAXIMUM_MINOR = 50_000_00
DAILY_MAXIMUM_MINOR = 100_000_00
FUNDING, PAYOUT, BROKER, FEES = "funding", "payout", "broker", "fees"


def cash_account(user_id: str, currency: str) -> str:
    """Return the id of a person's cash account."""
    return f"{user_id}.{currency}"


def holding_account(user_id: str, symbol: str) -> str:
    """Return the id of a person's holding of an instrument."""
    return f"{user_id}.{symbol}"


def house_account(purpose: str, unit: str, journal_id: str) -> str:
    """Return one of the sixteen parts of a house account, picked by the entry's id.

    One part would be touched by every movement of the product: a hot row.
    """
    part = hashlib.sha256(journal_id.encode()).digest()[0] % HOUSE_PARTS
    return f"{HOUSE}.{purpose}.{part:02d}.{unit}"


def owner_of(account_id: str) -> str:
    """Return whose account this is: a user id, or the house. Symbols may contain dots."""
    return account_id.partition(".")[0]


def unit_of(account_id: str) -> str:
    """Return the unit that an account counts."""
    parts = 3 if owner_of(account_id) == HOUSE else 1
    return account_id.split(".", parts)[parts]


def require_limits(amount: Money) -> None:
    """Raise AmountLimitError unless the amount is one that a single movement may have."""
    if not MINIMUM_MINOR <= amount.amount_minor <= MAXIMUM_MINOR:
        low, high = (Money(x, amount.currency) for x in (MINIMUM_MINOR, MAXIMUM_MINOR))
        raise AmountLimitError(
            f"from {low.decimal_string()} to {high.decimal_string()} {amount.currency}",
            minimum=low.decimal_string(),
            maximum=high.decimal_string(),
        )


def spends(kind: JournalKind) -> bool:
    """Tell whether a movement counts towards the payer's limit of the day: money that leaves."""
    return kind in (JournalKind.TRANSFER, JournalKind.WITHDRAWAL)


def pair(source: str, target: str, amount: Money) -> tuple[Leg, ...]:
    """Return the two legs of a simple movement of money."""
    return (
        Leg(source, amount.currency, -amount.amount_minor),
        Leg(target, amount.currency, amount.amount_minor),
    )


def order_legs(
    user_id: str, currency: str, fills: Sequence[Fill], journal_id: str
) -> tuple[Leg, ...]:
    """Return the legs of executed orders: cash, shares and fees, against the broker."""
    cash = cash_account(user_id, currency)
    legs: list[Leg] = []
    for fill in fills:
        sign = -1 if fill.side is Side.BUY else 1
        broker_cash = house_account(BROKER, currency, journal_id)
        broker_shares = house_account(BROKER, fill.symbol, journal_id)
        legs += [
            Leg(cash, currency, sign * fill.gross.amount_minor),
            Leg(broker_cash, currency, -sign * fill.gross.amount_minor),
            Leg(holding_account(user_id, fill.symbol), fill.symbol, -sign * fill.quantity_micro),
            Leg(broker_shares, fill.symbol, sign * fill.quantity_micro),
        ]
        if fill.fee.amount_minor:
            legs += pair(cash, house_account(FEES, currency, journal_id), fill.fee)
    return tuple(leg for leg in legs if leg.amount)


def require_balanced(legs: Iterable[Leg]) -> None:
    """Assert that the legs sum to zero in every unit: anything else is a programmer's mistake."""
    totals: dict[str, int] = defaultdict(int)
    for leg in legs:
        totals[leg.unit] += leg.amount
    broken = {unit: total for unit, total in totals.items() if total}
    if broken:
        raise AssertionError(f"the legs do not balance: {broken}")


def net(legs: Iterable[Leg]) -> list[Leg]:
    """Return one leg per account, in the order of account ids: all writers lock alike."""
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for leg in legs:
        totals[leg.account_id, leg.unit] += leg.amount
    return [Leg(account, unit, amount) for (account, unit), amount in sorted(totals.items())]


def journal_id(user_id: str, key: str) -> str:
    """Return the id that makes a key good for one movement of one person.

    The key is hashed: it is the client's text, and ids appear in addresses and logs.
    """
    return f"{user_id}-{sha256_hex(key.encode())[:32]}"


def request_hash(kind: str, body: Mapping[str, object]) -> str:
    """Return the hash that binds a key to what was asked."""
    return sha256_hex(canonical_json({"kind": kind, "body": dict(body)}))


def same_request(earlier: Journal, wanted_hash: str) -> Journal:
    """Return the earlier answer to the same request. Raises IdempotencyMismatchError."""
    if earlier.request_hash != wanted_hash:
        raise IdempotencyMismatchError
    return earlier
