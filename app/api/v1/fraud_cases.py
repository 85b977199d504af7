"""/v1/fraud/cases: held payments, for the analysts who decide on them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field, StringConstraints

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Input, Reason
from app.api.policy import policy
from app.api.shapes import MoneyOut, Out
from app.domains.fraud.errors import CaseClosedError, FraudCaseNotFoundError, OwnPaymentError
from app.domains.fraud.types import CaseState, FraudCase, PaymentKind
from app.domains.identity.types import RateClass, Role

router = APIRouter(prefix="/v1/fraud/cases", tags=["fraud cases"])

CaseId = Annotated[
    str, Path(pattern=r"^case-[0-9a-z]{26}$", examples=["case-01hzzzzzzzzzzzzzzzzzzzzzzz"])
]


class FraudReasonOut(Out):
    """One reason with its contribution to the score, when the model gave it."""

    code: str
    sentence: str
    contribution: float | None


class FraudCaseOut(Out):
    """A held payment that waits for a person."""

    case_id: str
    movement_id: str
    user_id: str
    decision_id: str
    state: CaseState
    amount: MoneyOut
    kind: PaymentKind
    expected_loss: MoneyOut
    reasons: list[FraudReasonOut]
    opened_at: datetime
    decided_at: datetime | None
    analyst_id: str | None
    note: str

    @classmethod
    def of(cls, case: FraudCase) -> "FraudCaseOut":
        """Return the staff's form."""
        loss = type(case.amount)(case.expected_loss_minor, case.amount.currency)
        return cls(
            case_id=case.case_id,
            movement_id=case.payment_id,
            user_id=case.user_id,
            decision_id=case.decision_id,
            state=case.state,
            amount=MoneyOut.of(case.amount),
            kind=case.kind,
            expected_loss=MoneyOut.of(loss),
            reasons=[
                FraudReasonOut(code=r.code, sentence=r.sentence, contribution=r.contribution)
                for r in case.reasons
            ],
            opened_at=case.opened_at,
            decided_at=case.decided_at,
            analyst_id=case.analyst_id,
            note=case.note,
        )


class CaseDecisionIn(Input):
    """Release or refuse, with the reason: closing without one is impossible."""

    release: bool
    note: Annotated[Reason, StringConstraints(min_length=3)] = Field(
        examples=["Customer confirmed by phone"]
    )


@router.get("", responses=declared())
@policy("staff", roles=(Role.FRAUD_ANALYST,))
async def list_fraud_cases(_: CallerDep, services: ServicesDep) -> list[FraudCaseOut]:
    """Return the open cases, the largest expected loss first, at most 100."""
    return [FraudCaseOut.of(case) for case in await services.fraud.cases.queue()]


@router.get("/{case_id}", responses=declared(FraudCaseNotFoundError))
@policy("staff", roles=(Role.FRAUD_ANALYST,))
async def get_fraud_case(case_id: CaseId, _: CallerDep, services: ServicesDep) -> FraudCaseOut:
    """Return one case."""
    return FraudCaseOut.of(await services.fraud.cases.get(case_id))


@router.post(
    "/{case_id}/decision",
    responses=declared(FraudCaseNotFoundError, OwnPaymentError, CaseClosedError),
)
@policy("staff", roles=(Role.FRAUD_ANALYST,), rate=RateClass.WRITE)
async def decide_fraud_case(
    case_id: CaseId, body: CaseDecisionIn, caller: CallerDep, services: ServicesDep
) -> FraudCaseOut:
    """Release the payment or refuse it; the money follows within a second, exactly once."""
    decided = await services.fraud.cases.decide(
        case_id, analyst_id=caller.user_id, release=body.release, note=body.note
    )
    return FraudCaseOut.of(decided)
