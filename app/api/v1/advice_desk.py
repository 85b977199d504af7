"""/v1/advice-requests: what customers ask a person about their advice, for advisers."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.shapes import Out
from app.api.v1.advice_shapes import HelpIn
from app.api.v1.recommendations import RecommendationId
from app.domains.identity.types import RateClass, Role
from app.domains.portfolio.advice_types import HelpRequest, HelpState
from app.domains.portfolio.errors import HelpNotFoundError, HelpTakenError

router = APIRouter(prefix="/v1/advice-requests", tags=["advice desk"])


class AdviceRequestOut(Out):
    """One question: about which advice, whose, in her words, and the answer."""

    recommendation_id: str
    user_id: str
    state: HelpState
    message: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None

    @classmethod
    def of(cls, found: HelpRequest) -> "AdviceRequestOut":
        """Return the adviser's form."""
        return cls(
            recommendation_id=found.recommendation_id,
            user_id=found.user_id,
            state=found.state,
            message=found.message,
            asked_at=found.at,
            answer=found.answer,
            answered_at=found.answered_at,
        )


class AdviceRequestsOut(Out):
    """The questions in one state, the oldest first, at most 50."""

    requests: list[AdviceRequestOut]


@router.get("", responses=declared())
@policy("staff", roles=(Role.ADVISER,))
async def list_advice_requests(
    services: ServicesDep,
    _caller: CallerDep,
    state: Annotated[HelpState, Query()] = HelpState.OPEN,
) -> AdviceRequestsOut:
    """Return the questions in a state, the oldest first."""
    found = await services.portfolio.answers.queue(state)
    return AdviceRequestsOut(requests=[AdviceRequestOut.of(one) for one in found])


@router.post("/{recommendation_id}/answer", responses=declared(HelpNotFoundError, HelpTakenError))
@policy("staff", roles=(Role.ADVISER,), rate=RateClass.WRITE)
async def answer_advice_request(
    recommendation_id: RecommendationId, body: HelpIn, caller: CallerDep, services: ServicesDep
) -> AdviceRequestOut:
    """Answer a question; the first answer stands, the same again changes nothing."""
    return AdviceRequestOut.of(
        await services.portfolio.answers.answer(caller.user_id, recommendation_id, body.message)
    )
