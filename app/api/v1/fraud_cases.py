"""/v1/fraud/cases: the analysts' queue, and what they do to a case."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.deps import CallerDep, ServicesDep, StepUpDep
from app.api.errors import declared
from app.api.fraud_shapes import (
    CaseDecisionIn,
    CaseId,
    ClaimIn,
    FraudCaseEntryOut,
    FraudCaseOut,
    FraudQueueOut,
    LinkIn,
    NoteIn,
    SecondDecisionIn,
    UnmaskedOut,
    UnmaskIn,
)
from app.api.policy import policy
from app.domains.fraud.case_types import OPEN_STATES, CaseKind, CaseState, FraudCase, QueueQuery
from app.domains.fraud.errors import (
    CaseClosedError,
    CaseFullError,
    CustomerDeniedError,
    FraudCaseNotFoundError,
    FraudCaseTakenError,
    LinkTargetNotFoundError,
    NotProposedError,
    OwnPaymentError,
    SecondPersonError,
)
from app.domains.identity.errors import StepUpRequiredError
from app.domains.identity.types import Caller, RateClass, Role
from app.services import AppServices

router = APIRouter(prefix="/v1/fraud/cases", tags=["fraud cases"])

WORK_ERRORS = (FraudCaseNotFoundError, OwnPaymentError, CaseClosedError, FraudCaseTakenError)


def _out(case: FraudCase, caller: Caller, services: AppServices) -> FraudCaseOut:
    return FraudCaseOut.of(
        case,
        me=caller.user_id,
        now=services.clock.now(),
        four_eyes_minor=services.fraud.cases.four_eyes_minor,
    )


@router.get("", responses=declared())
@policy("staff", roles=(Role.FRAUD_ANALYST,))
async def list_fraud_cases(  # noqa: PLR0913 - one argument a filter
    caller: CallerDep,
    services: ServicesDep,
    state: Annotated[list[CaseState] | None, Query(max_length=5)] = None,
    kind: CaseKind | None = None,
    # FastAPI passes the query by name.
    mine: Annotated[bool, Query(description="Only what I hold the lock of")] = False,  # noqa: FBT002
    breached: Annotated[bool, Query(description="Only open cases past `due_at`")] = False,  # noqa: FBT002
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    after: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}\.case-[0-9a-z]{26}$")] = None,
) -> FraudQueueOut:
    """Return cases by expected loss, the largest first; the open ones unless told otherwise."""
    page = await services.fraud.cases.page(
        QueueQuery(
            states=frozenset(state or OPEN_STATES),
            kind=kind,
            mine=caller.user_id if mine else None,
            breached=breached,
            limit=limit,
            after=after,
        )
    )
    return FraudQueueOut.of(
        page, me=caller.user_id, four_eyes_minor=services.fraud.cases.four_eyes_minor
    )


@router.get("/{case_id}", responses=declared(FraudCaseNotFoundError))
@policy("staff", roles=(Role.FRAUD_ANALYST,))
async def get_fraud_case(case_id: CaseId, caller: CallerDep, services: ServicesDep) -> FraudCaseOut:
    """Return one case as it stands now."""
    return _out(await services.fraud.cases.get(case_id), caller, services)


@router.get("/{case_id}/timeline", responses=declared(FraudCaseNotFoundError))
@policy("staff", roles=(Role.FRAUD_ANALYST,))
async def list_fraud_case_entries(
    case_id: CaseId, _: CallerDep, services: ServicesDep
) -> list[FraudCaseEntryOut]:
    """Return the history of a case, the oldest first, at most 500 lines."""
    return [FraudCaseEntryOut.of(e) for e in await services.fraud.cases.timeline(case_id)]


@router.post("/{case_id}/claim", responses=declared(*WORK_ERRORS))
@policy("staff", roles=(Role.FRAUD_ANALYST,), rate=RateClass.WRITE)
async def claim_fraud_case(
    case_id: CaseId, body: ClaimIn, caller: CallerDep, services: ServicesDep
) -> FraudCaseOut:
    """Lock the case for 15 minutes; of two who claim at once one wins, the other is told who.

    Claiming again prolongs the lock. A living lock is taken over only with a reason and only
    when the case is past `due_at`.
    """
    reason = body.reason if body.take_over else None
    claimed = await services.fraud.cases.claim(
        case_id, analyst_id=caller.user_id, take_over_reason=reason
    )
    return _out(claimed, caller, services)


@router.delete("/{case_id}/claim", responses=declared(FraudCaseNotFoundError, FraudCaseTakenError))
@policy("staff", roles=(Role.FRAUD_ANALYST,), rate=RateClass.WRITE)
async def unclaim_fraud_case(
    case_id: CaseId, caller: CallerDep, services: ServicesDep
) -> FraudCaseOut:
    """Give the case back to the queue; repeating it changes nothing."""
    freed = await services.fraud.cases.unclaim(case_id, analyst_id=caller.user_id)
    return _out(freed, caller, services)


@router.post("/{case_id}/notes", responses=declared(*WORK_ERRORS, CaseFullError))
@policy("staff", roles=(Role.FRAUD_ANALYST,), rate=RateClass.WRITE)
async def add_fraud_case_note(
    case_id: CaseId, body: NoteIn, caller: CallerDep, services: ServicesDep
) -> FraudCaseOut:
    """Write a remark into the history; needs the lock, or takes a free one."""
    noted = await services.fraud.cases.note(case_id, analyst_id=caller.user_id, text=body.text)
    return _out(noted, caller, services)


@router.post(
    "/{case_id}/links", responses=declared(*WORK_ERRORS, CaseFullError, LinkTargetNotFoundError)
)
@policy("staff", roles=(Role.FRAUD_ANALYST,), rate=RateClass.WRITE)
async def add_fraud_case_link(
    case_id: CaseId, body: LinkIn, caller: CallerDep, services: ServicesDep
) -> FraudCaseOut:
    """Tie a related case or payment to this one; a repeat changes nothing."""
    linked = await services.fraud.cases.link(
        case_id, analyst_id=caller.user_id, target=body.target, ref=body.ref, why=body.why
    )
    return _out(linked, caller, services)


@router.post("/{case_id}/escalation", responses=declared(*WORK_ERRORS, CaseFullError))
@policy("staff", roles=(Role.FRAUD_ANALYST,), rate=RateClass.WRITE)
async def escalate_fraud_case(
    case_id: CaseId, body: NoteIn, caller: CallerDep, services: ServicesDep
) -> FraudCaseOut:
    """Mark the case urgent, due within the hour, and give it back to the queue."""
    raised = await services.fraud.cases.escalate(
        case_id, analyst_id=caller.user_id, reason=body.text
    )
    return _out(raised, caller, services)


@router.post("/{case_id}/question", responses=declared(*WORK_ERRORS, CaseFullError))
@policy("staff", roles=(Role.FRAUD_ANALYST,), rate=RateClass.WRITE)
async def ask_fraud_case_customer(
    case_id: CaseId, caller: CallerDep, services: ServicesDep
) -> FraudCaseOut:
    """Send the customer the "was this you?" letter again, at most once an hour."""
    asked = await services.fraud.cases.ask(case_id, analyst_id=caller.user_id)
    return _out(asked, caller, services)


@router.post(
    "/{case_id}/decision",
    responses=declared(*WORK_ERRORS, CustomerDeniedError, StepUpRequiredError),
)
@policy("staff", roles=(Role.FRAUD_ANALYST,), rate=RateClass.WRITE)
async def decide_fraud_case(
    case_id: CaseId,
    body: CaseDecisionIn,
    caller: CallerDep,
    services: ServicesDep,
    grant: StepUpDep,
) -> FraudCaseOut:
    """Release the payment or refuse it; the money follows within a second, exactly once.

    Needs a step-up for `case_decision` with `case` and `decision` (`release` or `refuse`). A
    release above the limit becomes a proposal: `awaiting_second`.
    """
    decided = await services.fraud.cases.decide(
        case_id, caller=caller, release=body.release, note=body.note, grant=grant
    )
    return _out(decided, caller, services)


@router.post(
    "/{case_id}/second-decision",
    responses=declared(
        *WORK_ERRORS, SecondPersonError, NotProposedError, CustomerDeniedError, StepUpRequiredError
    ),
)
@policy("staff", roles=(Role.FRAUD_ANALYST,), rate=RateClass.WRITE)
async def second_fraud_case_decision(
    case_id: CaseId,
    body: SecondDecisionIn,
    caller: CallerDep,
    services: ServicesDep,
    grant: StepUpDep,
) -> FraudCaseOut:
    """Confirm a colleague's proposed release, or send the case back to the queue.

    Needs a step-up for `case_decision` with `case` and `decision` (`agree` or `disagree`).
    """
    decided = await services.fraud.cases.second(
        case_id, caller=caller, agree=body.agree, note=body.note, grant=grant
    )
    return _out(decided, caller, services)


@router.post("/{case_id}/unmask", responses=declared(FraudCaseNotFoundError, OwnPaymentError))
@policy("staff", roles=(Role.FRAUD_ANALYST,), rate=RateClass.WRITE)
async def unmask_fraud_case_person(
    case_id: CaseId, body: UnmaskIn, caller: CallerDep, services: ServicesDep
) -> UnmaskedOut:
    """Return name and address of a person of the case; it is written to the audit log."""
    person = await services.fraud.cases.unmask(
        case_id, analyst_id=caller.user_id, user_id=body.user_id, reason=body.reason
    )
    return UnmaskedOut(user_id=person.user_id, name=person.name, email=person.email)
