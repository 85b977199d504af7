"""/v1/receipts and /v1/log: what a person needs to verify her entries herself."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.shapes import Out
from app.api.v1.transfers import MovementId
from app.core import merkle, receipts, translog
from app.core.errors import NotFoundError
from app.domains.ledger.errors import JournalNotFoundError
from app.domains.ledger.types import Receipt

router = APIRouter(prefix="/v1", tags=["proof"])

LogName = Annotated[Literal["ledger", "audit"], Path()]
Size = Annotated[int, Query(ge=1, le=2**53)]


class HeadMissingError(NotFoundError):
    """No head of this size was ever signed."""

    code = "head_not_found"
    title = "No such signed head"


class ReceiptLegOut(Out):
    """The caller's own leg with its salt; other parties' legs as bare commitments."""

    commitment: str
    salt: str | None
    account_id: str | None
    unit: str | None
    amount: int | None


class ReceiptOut(Out):
    """Check it with `finnami receipt verify FILE`, offline. Hashes are lower-case hex."""

    format: str = Field(examples=["finnami/receipt/1"])
    movement_id: str
    kind: str
    at: datetime
    decision_id: str
    legs: list[ReceiptLegOut]
    commitment: str
    index: int | None
    path: list[str]
    size: int | None
    root: str | None
    head_at: datetime | None
    signature: str | None
    public_key: str

    @classmethod
    def of(cls, found: Receipt) -> "ReceiptOut":
        """Return the public form."""
        return cls(
            format=receipts.FORMAT,
            movement_id=found.journal_id,
            kind=found.kind,
            at=found.at,
            decision_id=found.decision_id,
            legs=[
                ReceiptLegOut(
                    commitment=leg.commitment,
                    salt=leg.salt,
                    account_id=leg.account_id,
                    unit=leg.unit,
                    amount=leg.amount,
                )
                for leg in found.legs
            ],
            commitment=found.commitment,
            index=found.index,
            path=list(found.path),
            size=found.size,
            root=found.root,
            head_at=found.head_at,
            signature=found.signature,
            public_key=found.public_key,
        )


class HeadOut(Out):
    """A signed promise: after `size` entries the tree's root was `root`."""

    log: str
    size: int
    root: str
    at: datetime
    signature: str

    @classmethod
    def of(cls, found: translog.Head) -> "HeadOut":
        """Return the public form."""
        return cls(
            log=found.log,
            size=found.size,
            root=found.root,
            at=found.at,
            signature=found.signature,
        )


class ConsistencyOut(Out):
    """The proof that the older tree is a prefix of the newer one (RFC 6962)."""

    log: str
    old: HeadOut
    new: HeadOut
    proof: list[str]


@router.get("/receipts/{movement_id}", responses=declared(JournalNotFoundError))
@policy("user")
async def get_receipt(
    movement_id: MovementId, caller: CallerDep, services: ServicesDep
) -> ReceiptOut:
    """Return the proof of a movement; its place in the log follows within seconds."""
    return ReceiptOut.of(await services.ledger.books.receipt(caller.user_id, movement_id))


@router.get("/log/{log}/head", responses=declared(HeadMissingError))
@policy("user")
async def get_log_head(log: LogName, _: CallerDep, services: ServicesDep) -> HeadOut:
    """Return the newest signed head: keep it, and history cannot be rewritten unseen."""
    found = await translog.head(services.db, log)
    if found is None:
        raise HeadMissingError
    return HeadOut.of(found)


@router.get("/log/{log}/consistency", responses=declared(HeadMissingError))
@policy("user")
async def get_log_consistency(
    log: LogName, _: CallerDep, services: ServicesDep, old: Size, new: Size
) -> ConsistencyOut:
    """Return the proof between two signed heads."""
    heads = [await translog.head(services.db, log, size=size) for size in (old, new)]
    older, newer = heads
    if older is None or newer is None or old > new:
        raise HeadMissingError
    leaves = await translog.leaves(services.db, log, new)
    proof = [] if old == new else merkle.consistency_proof(leaves, old)
    return ConsistencyOut(
        log=log,
        old=HeadOut.of(older),
        new=HeadOut.of(newer),
        proof=[node.hex() for node in proof],
    )
