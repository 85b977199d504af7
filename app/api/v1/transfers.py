"""/v1/deposits, /v1/withdrawals, /v1/transfers: money in, out and across."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.api.deps import CallerDep, IdempotencyKeyDep, IdempotencyKeyError, ServicesDep, StepUpDep
from app.api.errors import declared
from app.api.fields import Email, Input
from app.api.policy import policy
from app.api.shapes import Currency, DecimalText, MoneyOut, Note, Out
from app.core.money import Money
from app.domains.fraud.errors import PaymentBlockedError
from app.domains.identity.errors import StepUpRequiredError
from app.domains.identity.types import Caller, RateClass
from app.domains.ledger.errors import (
    AmountLimitError,
    IdempotencyMismatchError,
    InsufficientFundsError,
    JournalNotFoundError,
    PayeeUnknownError,
)
from app.domains.ledger.types import Journal, JournalKind, JournalState, Movement
from app.domains.onboarding.errors import AccountFrozenError, NotClearedError

router = APIRouter(prefix="/v1", tags=["money"])

MovementId = Annotated[
    str,
    Path(
        pattern=r"^[0-9a-z]{20}-[0-9a-f]{32}$",
        examples=["0123456789abcdefghjk-00112233445566778899aabbccddeeff"],
    ),
]
MONEY_ERRORS = (
    IdempotencyKeyError,
    NotClearedError,
    AccountFrozenError,
    StepUpRequiredError,
    PaymentBlockedError,
    InsufficientFundsError,
    IdempotencyMismatchError,
    AmountLimitError,
)


class AmountIn(Input):
    """How much, as decimal text with its currency."""

    amount: DecimalText
    currency: Currency


class TransferIn(AmountIn):
    """How much and to whom."""

    payee_email: Email
    memo: Note = Field(default="", max_length=140, examples=["rent"])


class MovementOut(Out):
    """A movement of money. `held` is a normal answer: a person looks at it, nothing is lost."""

    movement_id: str
    kind: JournalKind
    state: JournalState
    amount: MoneyOut
    counterparty: str
    memo: str
    decision_id: str
    reasons: list[str]
    at: datetime
    expires_at: datetime | None

    @classmethod
    def of(cls, journal: Journal) -> "MovementOut":
        """Return the public form."""
        return cls(
            movement_id=journal.journal_id,
            kind=journal.kind,
            state=journal.state,
            amount=MoneyOut.of(journal.amount),
            counterparty=journal.counterparty,
            memo=journal.memo,
            decision_id=journal.decision_id,
            reasons=list(journal.reasons),
            at=journal.at,
            expires_at=journal.expires_at,
        )


def _movement(body: AmountIn, caller: Caller, key: str, grant: str | None) -> Movement:
    return Movement(
        user_id=caller.user_id,
        session_id=caller.session_id,
        key=key,
        amount=Money.parse(body.amount, body.currency),
        grant=grant,
    )


def answer(journal: Journal, response: Response) -> MovementOut:
    """Return a movement; a repeated key is marked in a header."""
    if journal.replayed:
        response.headers["idempotency-replayed"] = "true"
    return MovementOut.of(journal)


@router.post("/deposits", status_code=201, responses=declared(*MONEY_ERRORS))
@policy("user", rate=RateClass.MONEY)
async def create_deposit(
    body: AmountIn,
    caller: CallerDep,
    services: ServicesDep,
    key: IdempotencyKeyDep,
    grant: StepUpDep,
    response: Response,
) -> MovementOut:
    """Put sandbox money into the caller's account."""
    wanted = _movement(body, caller, f"deposit:{key}", grant)
    return answer(await services.ledger.deposit(wanted), response)


@router.post("/withdrawals", status_code=201, responses=declared(*MONEY_ERRORS))
@policy("user", rate=RateClass.MONEY)
async def create_withdrawal(
    body: AmountIn,
    caller: CallerDep,
    services: ServicesDep,
    key: IdempotencyKeyDep,
    grant: StepUpDep,
    response: Response,
) -> MovementOut:
    """Pay money out to the caller's bank; needs a grant for exactly this amount."""
    wanted = _movement(body, caller, f"withdrawal:{key}", grant)
    return answer(await services.ledger.withdraw(wanted), response)


@router.post("/transfers", status_code=201, responses=declared(*MONEY_ERRORS, PayeeUnknownError))
@policy("user", rate=RateClass.MONEY)
async def create_transfer(
    body: TransferIn,
    caller: CallerDep,
    services: ServicesDep,
    key: IdempotencyKeyDep,
    grant: StepUpDep,
    response: Response,
) -> MovementOut:
    """Send money to another person."""
    amount = Money.parse(body.amount, body.currency)
    wanted = Movement(
        caller.user_id, caller.session_id, f"transfer:{key}", amount, body.memo, grant
    )
    journal = await services.ledger.transfer(wanted, payee_email=body.payee_email)
    return answer(journal, response)


@router.get("/transfers/{movement_id}", responses=declared(JournalNotFoundError))
@policy("user")
async def get_movement(
    movement_id: MovementId, caller: CallerDep, services: ServicesDep
) -> MovementOut:
    """Return a movement that the caller made or received, as it stands now."""
    return MovementOut.of(await services.ledger.books.movement(caller.user_id, movement_id))
