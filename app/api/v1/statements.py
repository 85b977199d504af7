"""/v1/recommendations/{id}/statement: why an advice suits its owner, as data and as pages."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.shapes import Out
from app.api.v1.recommendations import RecommendationId
from app.domains.portfolio.errors import (
    RecommendationNotFoundError,
    StatementNotReadyError,
    StatementStaleError,
)
from app.domains.portfolio.types import AdviceOutcome

router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"])

PDF = "application/pdf"
_REFUSALS = (RecommendationNotFoundError, StatementNotReadyError, StatementStaleError)
_PAGES: dict[int | str, dict[str, Any]] = {
    200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}
}


class ObjectiveOut(Out):
    """What the advice is for."""

    profile: int
    sentence: str


class HorizonOut(Out):
    """When the money is needed."""

    years: int
    sentence: str


class LossCapacityOut(Out):
    """What the person is willing and able to bear, 1 to 10, and what limits it."""

    tolerance: int
    capacity: int
    sentence: str
    limits: list[str]
    worst_year_loss: str | None


class AdvisedShareOut(Out):
    """One line of the mix."""

    symbol: str
    name: str
    asset_class: str
    share: str


class StatedCostsOut(Out):
    """What following the advice costs and what it buys."""

    basis: str
    one_off: str
    yearly: str
    yearly_share: str
    sentence: str


class SuitabilityStatementOut(Out):
    """A suitability statement. From the sealed record alone: asked again it is byte-equal."""

    statement: str
    recommendation_id: str
    record_hash: str
    made_at: str
    good_until: str
    outcome: AdviceOutcome
    objective: ObjectiveOut
    horizon: HorizonOut
    loss_capacity: LossCapacityOut
    mix: list[AdvisedShareOut] | None
    costs: StatedCostsOut | None
    reasons: list[str]
    limits: list[str]
    versions: dict[str, str | int | None]


@router.get("/{recommendation_id}/statement", responses=declared(*_REFUSALS))
@policy("user")
async def get_suitability_statement(
    recommendation_id: RecommendationId, caller: CallerDep, services: ServicesDep
) -> SuitabilityStatementOut:
    """Return why this advice suits you: objective, horizon, loss capacity, costs and benefit."""
    found = await services.portfolio.statements.statement(caller.user_id, recommendation_id)
    return SuitabilityStatementOut.model_validate(found)


@router.get(
    "/{recommendation_id}/statement.pdf",
    response_class=Response,
    responses=declared(*_REFUSALS) | _PAGES,
)
@policy("user")
async def get_suitability_statement_pdf(
    recommendation_id: RecommendationId, caller: CallerDep, services: ServicesDep
) -> Response:
    """Return the same statement as a PDF to keep."""
    pages = await services.portfolio.statements.pdf(caller.user_id, recommendation_id)
    name = f"finnami-advice-{recommendation_id}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pages, media_type=PDF, headers=headers)
