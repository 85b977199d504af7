"""Identity cases in MongoDB: one per person, every change kept, decided under a revision."""

from datetime import datetime

from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store
from app.domains.onboarding.repository import people
from app.domains.onboarding.types import (
    KycCase,
    KycDecision,
    KycEvent,
    KycProposal,
    KycReason,
    KycState,
    RiskCode,
)

CASES = "kyc_cases"
HISTORY_LIMIT = 100
QUEUE_LIMIT = 100
SPECS = (
    CollectionSpec(
        CASES,
        validator={"bsonType": "object", "required": ["_id", "user", "state", "revision"]},
        indexes=(
            IndexSpec((("user", 1),), unique=True),
            # Only cases that wait for a reviewer carry `open`: the queue's index stays small.
            IndexSpec((("submitted_at", 1),), partial={"open": True}, name="queue"),
            IndexSpec((("decided_at", 1),)),
        ),
    ),
)
_WAITING = frozenset({KycState.PENDING, KycState.IN_REVIEW})


async def insert(store: Store, case: KycCase) -> None:
    """Keep a new case, in a transaction. Raises DuplicateKeyError when the person has one."""
    document = {"_id": case.case_id, "user": case.user_id, **_fields(case)}
    if _waits(case):
        document["open"] = True
    await store.insert_one(CASES, document)
    await people.note_kyc(store, case.user_id, case.state)


async def replace(store: Store, case: KycCase, *, expected_revision: int) -> bool:
    """Write a case's next revision, in a transaction; False when somebody else was first."""
    query = {"_id": case.case_id, "revision": expected_revision}
    update: Document = {"$set": _fields(case)}
    if _waits(case):
        update["$set"]["open"] = True
    else:
        update["$unset"] = {"open": ""}
    if await store.update_one(CASES, query, update) != 1:
        return False
    await people.note_kyc(store, case.user_id, case.state)
    return True


async def find(store: Store, case_id: str) -> KycCase | None:
    """Return a case by id."""
    document = await store.find_one(CASES, {"_id": case_id})
    return _case(document) if document else None


async def find_of(store: Store, user_id: str) -> KycCase | None:
    """Return a person's case."""
    document = await store.find_one(CASES, {"user": user_id})
    return _case(document) if document else None


async def queue(store: Store, *, proposed_since: datetime) -> list[KycCase]:
    """Return the cases that wait for a reviewer, the oldest first, at most 100.

    A decided case is among them only while a proposal to undo it is recent enough to count.
    """
    recent: Document = {"proposal.at": {"$gte": proposed_since}}
    waiting: Document = {"state": {"$in": sorted(state.value for state in _WAITING)}}
    query: Document = {"open": True, "$or": [waiting, recent]}
    rows = await store.find_many(CASES, query, sort=[("submitted_at", 1)], limit=QUEUE_LIMIT)
    return [_case(row) for row in rows]


def _waits(case: KycCase) -> bool:
    return case.state in _WAITING or case.proposal is not None


def _fields(case: KycCase) -> Document:
    return {
        "state": case.state.value,
        "revision": case.revision,
        "reason": case.reason.value if case.reason else None,
        "staff_note": case.staff_note,
        "reviewer": case.reviewer_id,
        "submitted_at": case.submitted_at,
        "decided_at": case.decided_at,
        "history": [
            {"at": e.at, "state": e.state.value, "actor": e.actor, "reason": e.reason}
            for e in case.history[-HISTORY_LIMIT:]
        ],
        "risk_codes": [code.value for code in case.risk_codes],
        "proposal": _proposal_document(case.proposal) if case.proposal else None,
    }


def _proposal_document(proposal: KycProposal) -> Document:
    return {
        "by": proposal.by,
        "at": proposal.at,
        "decision": proposal.decision.value,
        "reason": proposal.reason.value,
        "staff_note": proposal.staff_note,
    }


def _proposal(document: Document) -> KycProposal:
    return KycProposal(
        by=document["by"],
        at=document["at"],
        decision=KycDecision(document["decision"]),
        reason=KycReason(document["reason"]),
        staff_note=document["staff_note"],
    )


def _one_event(document: Document) -> KycEvent:
    at: datetime = document["at"]
    return KycEvent(at, KycState(document["state"]), document["actor"], document["reason"])


def _case(document: Document) -> KycCase:
    # Cases from before the two-person rule have neither codes nor a proposal.
    proposal = document.get("proposal")
    return KycCase(
        case_id=document["_id"],
        user_id=document["user"],
        state=KycState(document["state"]),
        revision=document["revision"],
        reason=KycReason(document["reason"]) if document["reason"] else None,
        staff_note=document["staff_note"],
        reviewer_id=document["reviewer"],
        submitted_at=document["submitted_at"],
        decided_at=document["decided_at"],
        history=tuple(_one_event(event) for event in document["history"]),
        risk_codes=tuple(RiskCode(code) for code in document.get("risk_codes", ())),
        proposal=_proposal(proposal) if proposal else None,
    )
