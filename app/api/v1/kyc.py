"""/v1/kyc: the identity check, for the person and for the reviewer."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Input
from app.api.policy import policy
from app.api.shapes import Note, Out
from app.domains.identity.types import Caller, RateClass, Role
from app.domains.onboarding.errors import (
    CaseNotFoundError,
    CaseTakenError,
    FactsMissingError,
    KycReasonError,
    KycStateError,
    OwnCaseError,
    SecondPersonNeededError,
    StaleCaseError,
)
from app.domains.onboarding.types import (
    KycCase,
    KycDecision,
    KycReason,
    KycReview,
    KycState,
    RiskCode,
)

router = APIRouter(prefix="/v1/kyc", tags=["identity check"])

CaseId = Annotated[str, Path(pattern=r"^[0-9a-z]{20}$", examples=["0123456789abcdefghjk"])]


class KycOut(Out):
    """What the person herself sees: never the reviewer's name or note."""

    case_id: str
    state: KycState
    reason: KycReason | None
    submitted_at: datetime | None
    decided_at: datetime | None
    checked_by: str = Field(examples=["person"])

    @classmethod
    def of(cls, case: KycCase) -> "KycOut":
        """Return the public form."""
        return cls(
            case_id=case.case_id,
            state=case.state,
            reason=case.reason,
            submitted_at=case.submitted_at,
            decided_at=case.decided_at,
            checked_by="person",
        )


class KycEventOut(Out):
    """One change in a case's history."""

    at: datetime
    state: KycState
    actor: str
    reason: str


class KycReviewItemOut(Out):
    """A case in the reviewer's queue, without personal facts."""

    case_id: str
    state: KycState
    revision: int
    reviewer_id: str | None
    submitted_at: datetime | None
    needs_second_person: bool = Field(
        description="One reviewer alone only proposes to approve or reject this case."
    )
    risk_codes: list[RiskCode]
    proposed_decision: KycDecision | None = Field(
        description="What a first reviewer proposed within the last week."
    )
    proposed_by_me: bool


class KycReviewOut(KycReviewItemOut):
    """A case with the typed facts that the reviewer decides on."""

    legal_name: str
    birth_date: date
    age_years: int
    country: str
    address: str
    document_number: str
    staff_note: str
    history: list[KycEventOut]


class KycDecisionIn(Input):
    """A decision from the revision that was read."""

    decision: Annotated[KycDecision, Field(strict=False)]
    reason: Annotated[KycReason, Field(strict=False)]
    staff_note: Note = ""
    revision: Annotated[int, Field(ge=0, le=1_000_000)]


def _item(case: KycCase, caller: Caller) -> KycReviewItemOut:
    proposal = case.proposal
    return KycReviewItemOut(
        case_id=case.case_id,
        state=case.state,
        revision=case.revision,
        reviewer_id=case.reviewer_id,
        submitted_at=case.submitted_at,
        needs_second_person=case.needs_second_person,
        risk_codes=list(case.risk_codes),
        proposed_decision=proposal.decision if proposal else None,
        proposed_by_me=proposal is not None and proposal.by == caller.user_id,
    )


def _review(review: KycReview, caller: Caller) -> KycReviewOut:
    facts = review.facts
    return KycReviewOut(
        **_item(review.case, caller).model_dump(),
        legal_name=facts.legal_name,
        birth_date=facts.birth_date,
        age_years=review.age_years,
        country=facts.country,
        address=facts.address,
        document_number=facts.document_number,
        staff_note=review.case.staff_note,
        history=[
            KycEventOut(at=e.at, state=e.state, actor=e.actor, reason=e.reason)
            for e in review.case.history
        ],
    )


@router.post("/submit", status_code=202, responses=declared(FactsMissingError, KycStateError))
@policy("user", rate=RateClass.WRITE)
async def submit_kyc(caller: CallerDep, services: ServicesDep) -> KycOut:
    """Put the typed facts before a reviewer; a case that already waits stays as it is."""
    return KycOut.of(await services.onboarding.kyc.submit(caller.user_id))


@router.get("", responses=declared(CaseNotFoundError))
@policy("user")
async def get_kyc(caller: CallerDep, services: ServicesDep) -> KycOut:
    """Return where the identity check stands."""
    return KycOut.of(await services.onboarding.kyc.of(caller.user_id))


@router.get("/reviews", responses=declared())
@policy("staff", roles=(Role.KYC_REVIEWER,))
async def list_kyc_reviews(caller: CallerDep, services: ServicesDep) -> list[KycReviewItemOut]:
    """Return the cases that wait, the oldest first, at most 100."""
    return [_item(case, caller) for case in await services.onboarding.kyc.queue()]


@router.get("/reviews/{case_id}", responses=declared(CaseNotFoundError, FactsMissingError))
@policy("staff", roles=(Role.KYC_REVIEWER,))
async def get_kyc_review(case_id: CaseId, caller: CallerDep, services: ServicesDep) -> KycReviewOut:
    """Return a case with its facts; reading it is written to the audit log."""
    review = await services.onboarding.kyc.open(case_id, reviewer_id=caller.user_id)
    return _review(review, caller)


@router.post(
    "/reviews/{case_id}/claim",
    responses=declared(
        CaseNotFoundError, OwnCaseError, SecondPersonNeededError, CaseTakenError, KycStateError
    ),
)
@policy("staff", roles=(Role.KYC_REVIEWER,), rate=RateClass.WRITE)
async def claim_kyc_review(
    case_id: CaseId, caller: CallerDep, services: ServicesDep
) -> KycReviewItemOut:
    """Take a waiting case, so that no two reviewers work on it."""
    claimed = await services.onboarding.kyc.claim(case_id, reviewer_id=caller.user_id)
    return _item(claimed, caller)


@router.post(
    "/reviews/{case_id}/decision",
    responses=declared(
        CaseNotFoundError,
        OwnCaseError,
        SecondPersonNeededError,
        CaseTakenError,
        StaleCaseError,
        KycStateError,
        KycReasonError,
        FactsMissingError,
    ),
)
@policy("staff", roles=(Role.KYC_REVIEWER,), rate=RateClass.WRITE)
async def decide_kyc_review(
    case_id: CaseId, body: KycDecisionIn, caller: CallerDep, services: ServicesDep
) -> KycReviewItemOut:
    """Approve, reject or ask for a correction; a decision from an old reading is refused.

    A case that needs two persons keeps the first decision as a proposal: the answer shows it.
    """
    decided = await services.onboarding.kyc.decide(
        case_id,
        reviewer_id=caller.user_id,
        decision=body.decision,
        reason=body.reason,
        staff_note=body.staff_note,
        revision=body.revision,
    )
    return _item(decided, caller)
