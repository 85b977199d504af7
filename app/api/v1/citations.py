"""/v1/citations: the row that a figure of an answer rests on, for its owner only."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.shapes import MoneyOut, Out
from app.api.v1.accounts import AccountOut
from app.api.v1.receipts import ReceiptOut
from app.api.v1.transfers import MovementOut
from app.domains.chat.citation_types import (
    Cited,
    CitedCheck,
    CitedDecision,
    CitedMovement,
    CitedPrice,
    CitedProfile,
)
from app.domains.chat.errors import CitationNotFoundError
from app.domains.chat.evidence_types import Source
from app.domains.market.errors import NoPricesError

router = APIRouter(prefix="/v1/citations", tags=["chat"])

Ref = Annotated[
    str,
    Path(
        min_length=1,
        max_length=80,
        pattern=r"^[0-9A-Za-z.=^@-]+$",
        description="As a citation of an answer names it",
        examples=["VTI@2026-11-25"],
    ),
]


class CitedSource(StrEnum):
    """What is opened here; figures of portfolio and goals have a page of their own."""

    LEDGER = "ledger"
    PRICE = "price"
    PROFILE = "profile"
    DECISION = "decision"


class CitedLedgerOut(Out):
    """A movement with its proof; `account` when a balance was cited, after its newest movement."""

    movement: MovementOut
    receipt: ReceiptOut
    account: AccountOut | None


class CitedPriceOut(Out):
    """A price with its time and who gave it; a close has only its day and its data's hash."""

    symbol: str
    price: str = Field(examples=["105.2500"])
    currency: str
    day: date
    kind: str = Field(examples=["quote"])
    provider: str
    at: datetime | None
    received_at: datetime | None
    data_hash: str | None


class CitedProfileOut(Out):
    """One version of the caller's risk profile."""

    version: int
    final: int
    tolerance: int
    capacity: int
    band: str
    rules_version: str
    made_at: datetime
    expires_at: datetime


class CitedCheckOut(Out):
    """The caller's identity check."""

    state: str
    submitted_at: datetime | None
    decided_at: datetime | None


class CitedDecisionOut(Out):
    """A sealed advice: its versions and the hash that seals it."""

    recommendation_id: str
    made_at: datetime
    outcome: str
    profile: int
    record_hash: str
    frontier_version: str | None
    model_version: str | None
    worst_year: MoneyOut | None


class CitationOut(Out):
    """The row behind a figure; exactly one of the last five is there."""

    source: CitedSource
    ref: str
    ledger: CitedLedgerOut | None
    price: CitedPriceOut | None
    profile: CitedProfileOut | None
    identity_check: CitedCheckOut | None
    decision: CitedDecisionOut | None

    @classmethod
    def of(cls, found: Cited, *, source: CitedSource, ref: str) -> "CitationOut":
        """Return the public form."""
        return cls(
            source=source,
            ref=ref,
            ledger=_ledger(found) if isinstance(found, CitedMovement) else None,
            price=_price(found) if isinstance(found, CitedPrice) else None,
            profile=_profile(found) if isinstance(found, CitedProfile) else None,
            identity_check=_check(found) if isinstance(found, CitedCheck) else None,
            decision=_decision(found) if isinstance(found, CitedDecision) else None,
        )


@router.get("/{source}/{ref}", responses=declared(CitationNotFoundError, NoPricesError))
@policy("user")
async def get_citation(
    source: CitedSource, ref: Ref, caller: CallerDep, services: ServicesDep
) -> CitationOut:
    """Return the row that a figure rests on: a movement with its proof, a price, a version."""
    found = await services.chat_tools.citing.open(caller.user_id, Source(source.value), ref)
    return CitationOut.of(found, source=source, ref=ref)


def _ledger(found: CitedMovement) -> CitedLedgerOut:
    return CitedLedgerOut(
        movement=MovementOut.of(found.movement),
        receipt=ReceiptOut.of(found.receipt),
        account=None if found.account is None else AccountOut.of(found.account),
    )


def _price(found: CitedPrice) -> CitedPriceOut:
    return CitedPriceOut(
        symbol=found.symbol,
        price=f"{found.price:f}",
        currency=found.currency,
        day=found.day,
        kind=found.kind,
        provider=found.provider,
        at=found.at,
        received_at=found.received_at,
        data_hash=found.data_hash,
    )


def _profile(found: CitedProfile) -> CitedProfileOut:
    return CitedProfileOut(
        version=found.version,
        final=found.final,
        tolerance=found.tolerance,
        capacity=found.capacity,
        band=found.band,
        rules_version=found.rules_version,
        made_at=found.made_at,
        expires_at=found.expires_at,
    )


def _check(found: CitedCheck) -> CitedCheckOut:
    return CitedCheckOut(
        state=found.state, submitted_at=found.submitted_at, decided_at=found.decided_at
    )


def _decision(found: CitedDecision) -> CitedDecisionOut:
    return CitedDecisionOut(
        recommendation_id=found.recommendation_id,
        made_at=found.made_at,
        outcome=found.outcome,
        profile=found.profile,
        record_hash=found.record_hash,
        frontier_version=found.frontier_version,
        model_version=found.model_version,
        worst_year=None if found.worst_year is None else MoneyOut.of(found.worst_year),
    )
