"""/v1/recommendations: outlook, what-if, declined with a reason, a question to a person."""

from fastapi import APIRouter

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.v1.advice_shapes import (
    AdviceModelOut,
    GivenOut,
    HelpIn,
    HelpOut,
    HistoryOut,
    OutlookOut,
    RejectIn,
    StandingOut,
    WhatIfIn,
)
from app.api.v1.recommendations import RecommendationId
from app.core.money import CurrencyMismatchError, InvalidAmountError
from app.domains.identity.types import RateClass
from app.domains.market.errors import NoPricesError
from app.domains.onboarding.errors import (
    FactsMissingError,
    QuestionnaireOpenError,
    RiskProfileMissingError,
)
from app.domains.portfolio.errors import (
    AdviceUnavailableError,
    HelpTakenError,
    NothingToAcceptError,
    OutlookNotReadyError,
    RecommendationNotFoundError,
    RecommendationOrderedError,
    RecommendationRejectedError,
    RiskProfileExpiredError,
    WhatIfAmountError,
)
from app.domains.portfolio.usecases.outlooks import WhatIf

router = APIRouter(prefix="/v1/recommendations", tags=["advice"])

# An advice that is still open is completed by looking at it, and can be refused then.
_FOUND = (
    RecommendationNotFoundError,
    RiskProfileMissingError,
    RiskProfileExpiredError,
    NoPricesError,
    AdviceUnavailableError,
    CurrencyMismatchError,
)


@router.get("", responses=declared())
@policy("user")
async def list_recommendations(caller: CallerDep, services: ServicesDep) -> HistoryOut:
    """Return the newest advice and what was said to each, at most 20."""
    found = await services.portfolio.answers.history(caller.user_id)
    return HistoryOut(recommendations=[GivenOut.of(one) for one in found])


@router.get("/{recommendation_id}/outlook", responses=declared(*_FOUND, OutlookNotReadyError))
@policy("user")
async def get_outlook(
    recommendation_id: RecommendationId, caller: CallerDep, services: ServicesDep
) -> OutlookOut:
    """Return what the advice means over her horizon, in money, and the mixes beside it."""
    return OutlookOut.of(
        await services.portfolio.outlooks.of(caller.user_id, recommendation_id, WhatIf())
    )


@router.get("/{recommendation_id}/model-card", responses=declared(*_FOUND, OutlookNotReadyError))
@policy("user")
async def get_advice_model_card(
    recommendation_id: RecommendationId, caller: CallerDep, services: ServicesDep
) -> AdviceModelOut:
    """Return the card of the model that the advice was made with."""
    version, card = await services.portfolio.outlooks.card(caller.user_id, recommendation_id)
    return AdviceModelOut(version=version, card=card)


@router.post(
    "/{recommendation_id}/what-if",
    responses=declared(
        *_FOUND,
        OutlookNotReadyError,
        WhatIfAmountError,
        InvalidAmountError,
        FactsMissingError,
        QuestionnaireOpenError,
    ),
)
@policy("user")
async def preview_what_if(
    recommendation_id: RecommendationId,
    body: WhatIfIn,
    caller: CallerDep,
    services: ServicesDep,
) -> OutlookOut:
    """Return the same figures with amount, horizon or monthly sum changed; nothing is saved.

    The same question has the same answer. Another horizon goes through the rules of the profile.
    """
    asked = WhatIf(
        amount=body.money(body.amount),
        horizon_years=body.horizon_years,
        monthly=body.money(body.monthly),
    )
    return OutlookOut.of(
        await services.portfolio.outlooks.of(caller.user_id, recommendation_id, asked)
    )


@router.get("/{recommendation_id}/standing", responses=declared(*_FOUND))
@policy("user")
async def get_standing(
    recommendation_id: RecommendationId, caller: CallerDep, services: ServicesDep
) -> StandingOut:
    """Return whether the advice can be accepted now, why not, and what was said to it."""
    return StandingOut.of(
        await services.portfolio.answers.standing(caller.user_id, recommendation_id)
    )


@router.post(
    "/{recommendation_id}/reject",
    responses=declared(
        *_FOUND, NothingToAcceptError, RecommendationOrderedError, RecommendationRejectedError
    ),
)
@policy("user", rate=RateClass.WRITE)
async def reject_recommendation(
    recommendation_id: RecommendationId, body: RejectIn, caller: CallerDep, services: ServicesDep
) -> StandingOut:
    """Decline the advice with a reason; the same again changes nothing."""
    answers = services.portfolio.answers
    await answers.reject(caller.user_id, recommendation_id, code=body.code, note=body.note)
    return await get_standing(recommendation_id, caller, services)


@router.post("/{recommendation_id}/help", responses=declared(*_FOUND, HelpTakenError))
@policy("user", rate=RateClass.WRITE)
async def ask_adviser(
    recommendation_id: RecommendationId, body: HelpIn, caller: CallerDep, services: ServicesDep
) -> HelpOut:
    """Ask a person about the advice; one question each, the same again changes nothing."""
    return HelpOut.of(
        await services.portfolio.answers.ask_person(caller.user_id, recommendation_id, body.message)
    )
