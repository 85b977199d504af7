"""/v1/accounts: balances, postings, statements."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.shapes import Out
from app.core.money import exponent
from app.domains.ledger.errors import AccountNotFoundError
from app.domains.ledger.types import Account, AccountKind, JournalKind, Posting, quantity

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])

AccountId = Annotated[
    str, Path(pattern=r"^[0-9a-z]{20}\.[A-Z0-9.=^-]{1,15}$", examples=["0123456789abcdefghjk.USD"])
]


def amount_text(value: int, unit: str, *, is_holding: bool) -> str:
    """Return an amount of a unit as decimal text: shares with six places, money with its own."""
    if is_holding:
        return f"{quantity(value):f}"
    digits = exponent(unit)
    sign, whole = ("-" if value < 0 else ""), abs(value)
    if digits == 0:
        return f"{sign}{whole}"
    return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"


class AccountOut(Out):
    """One account in one unit: a currency, or an instrument."""

    account_id: str
    kind: AccountKind
    unit: str
    balance: str = Field(examples=["250.00"])
    held: str = Field(examples=["0.00"])
    available: str = Field(examples=["250.00"])
    movements: int

    @classmethod
    def of(cls, found: Account) -> "AccountOut":
        """Return the public form."""
        holding = found.kind is AccountKind.HOLDING
        return cls(
            account_id=found.account_id,
            kind=found.kind,
            unit=found.unit,
            balance=amount_text(found.balance, found.unit, is_holding=holding),
            held=amount_text(found.held, found.unit, is_holding=holding),
            available=amount_text(found.available, found.unit, is_holding=holding),
            movements=found.version,
        )


class PostingOut(Out):
    """One line of an account; `decision_id` names the fraud verdict that let it pass."""

    seq: int
    movement_id: str
    kind: JournalKind
    unit: str
    amount: str
    balance_after: str
    counterparty: str
    decision_id: str
    at: datetime

    @classmethod
    def of(cls, posting: Posting, account: Account) -> "PostingOut":
        """Return the public form."""
        holding = account.kind is AccountKind.HOLDING
        return cls(
            seq=posting.seq,
            movement_id=posting.journal_id,
            kind=posting.kind,
            unit=posting.unit,
            amount=amount_text(posting.amount, posting.unit, is_holding=holding),
            balance_after=amount_text(posting.balance_after, posting.unit, is_holding=holding),
            counterparty=posting.counterparty,
            decision_id=posting.decision_id,
            at=posting.at,
        )


class PostingsOut(Out):
    """A page of postings, the newest first; pass `next_before` as `before` for the next one."""

    postings: list[PostingOut]
    next_before: int | None


class StatementOut(Out):
    """A period: opening plus movements is closing."""

    account_id: str
    unit: str
    first: datetime
    last: datetime
    opening: str
    closing: str
    postings: list[PostingOut]


@router.get("", responses=declared())
@policy("user")
async def list_accounts(caller: CallerDep, services: ServicesDep) -> list[AccountOut]:
    """Return the caller's accounts: money and holdings."""
    return [AccountOut.of(found) for found in await services.ledger.books.accounts(caller.user_id)]


@router.get("/{account_id}/postings", responses=declared(AccountNotFoundError))
@policy("user")
async def list_postings(
    account_id: AccountId,
    caller: CallerDep,
    services: ServicesDep,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> PostingsOut:
    """Return up to 50 postings below a sequence number, the newest first."""
    books = services.ledger.books
    account = await books.account(caller.user_id, account_id)
    page = await books.page(caller.user_id, account_id, before=before)
    return PostingsOut(
        postings=[PostingOut.of(posting, account) for posting in page.postings],
        next_before=page.next_before,
    )


@router.get("/{account_id}/statement", responses=declared(AccountNotFoundError))
@policy("user")
async def get_statement(
    account_id: AccountId,
    caller: CallerDep,
    services: ServicesDep,
    first: Annotated[AwareDatetime, Query(alias="from")],
    last: Annotated[AwareDatetime, Query(alias="to")],
) -> StatementOut:
    """Return a period's movements with opening and closing balance."""
    found = await services.ledger.books.statement(
        caller.user_id, account_id, first=first, last=last
    )
    holding = found.account.kind is AccountKind.HOLDING
    unit = found.account.unit
    return StatementOut(
        account_id=account_id,
        unit=unit,
        first=found.first,
        last=found.last,
        opening=amount_text(found.opening, unit, is_holding=holding),
        closing=amount_text(found.closing, unit, is_holding=holding),
        postings=[PostingOut.of(posting, found.account) for posting in found.postings],
    )
