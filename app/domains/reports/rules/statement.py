"""The statement of a period: opening, movements, closing and fees of every account. Pure."""

from typing import Any

from app.domains.ledger.types import Statement
from app.domains.reports.rules.books import Books
from app.domains.reports.types import Compared, Draft


def draft(books: Books) -> Draft:
    """Return what the accounts did, each total beside what the entries say."""
    compared: list[Compared] = []
    accounts = []
    for found in books.cash:
        fees = sum(a.fee.amount_minor for a in books.inside(found.account.unit))
        accounts.append(_account(found, fees))
        compared += _checks(found, books, fees)
    holdings = []
    for found in books.holdings:
        holdings.append(_holding(found))
        compared.append(_closing(found))
    return Draft({"accounts": accounts, "holdings": holdings}, tuple(compared))


def _account(found: Statement, fees: int) -> dict[str, Any]:
    amounts = [line.amount for line in found.postings]
    return {
        "currency": found.account.unit,
        "opening_minor": found.opening,
        "in_minor": sum(amount for amount in amounts if amount > 0),
        "out_minor": sum(amount for amount in amounts if amount < 0),
        "closing_minor": found.closing,
        "fees_minor": fees,
        "lines": [
            {
                "at": line.at.isoformat(),
                "kind": line.kind.value,
                "movement_id": line.journal_id,
                "amount_minor": line.amount,
                "balance_minor": line.balance_after,
            }
            for line in found.postings
        ],
    }


def _holding(found: Statement) -> dict[str, Any]:
    return {
        "symbol": found.account.unit,
        "opening_micro": found.opening,
        "change_micro": sum(line.amount for line in found.postings),
        "closing_micro": found.closing,
    }


def _closing(found: Statement) -> Compared:
    moved = sum(line.amount for line in found.postings)
    return Compared(
        "opening and movements", found.account.unit, found.opening + moved, found.closing
    )


def _checks(found: Statement, books: Books, fees: int) -> list[Compared]:
    unit = found.account.unit
    inside = books.inside(unit)
    posted = books.posted(unit)
    told = {a.movement_id: a.cash.amount_minor for a in books.stories.get(unit, ())}
    # An entry of the period without a posting, and a posting without its entry, both show here.
    entered = sum(told.get(movement_id, 0) for movement_id in posted)
    entered += sum(a.cash.amount_minor for a in inside if a.movement_id not in posted)
    charged = sum(
        trade.fee.amount_minor for a in inside for trade in a.trades if not a.reverses
    ) + sum(a.fee.amount_minor for a in inside if a.reverses)
    checks = [
        _closing(found),
        Compared("movements", unit, sum(posted.values()), entered),
        Compared("fees", unit, fees, charged),
    ]
    checks += [
        Compared(f"movement {movement_id}", unit, amount, told.get(movement_id, 0))
        for movement_id, amount in posted.items()
        if told.get(movement_id, 0) != amount
    ]
    balance = found.opening
    for line in found.postings:
        balance += line.amount
        if balance != line.balance_after:
            checks.append(Compared(f"balance {line.seq}", unit, balance, line.balance_after))
            break
    return checks
