"""/v1/analytics: cohorts, money flows and fraud for staff, from daily rollups alone."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from app.api.analytics_shapes import CohortReportOut, FlowReportOut, FraudReportOut
from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.domains.analytics.errors import AnalyticsRangeError
from app.domains.identity.types import Role

router = APIRouter(prefix="/v1/analytics", tags=["analytics"])

FirstDay = Annotated[
    date | None, Query(alias="from", description="First UTC day; 30 days in all by default")
]
LastDay = Annotated[
    date | None, Query(alias="to", description="Last UTC day, at most 400 in all; today by default")
]


@router.get("/cohorts", responses=declared(AnalyticsRangeError))
@policy("staff", roles=(Role.ADMIN, Role.DATA_SCIENTIST))
async def get_cohorts(
    caller: CallerDep,  # noqa: ARG001 - the dependency is the check
    services: ServicesDep,
    first: FirstDay = None,
    last: LastDay = None,
) -> CohortReportOut:
    """Return who signed up in a range, by week, and how far they have come since."""
    return CohortReportOut.of(await services.analytics.reports.cohorts(first, last))


@router.get("/flows", responses=declared(AnalyticsRangeError))
@policy("staff", roles=(Role.ADMIN, Role.DATA_SCIENTIST))
async def get_flows(
    caller: CallerDep,  # noqa: ARG001 - the dependency is the check
    services: ServicesDep,
    first: FirstDay = None,
    last: LastDay = None,
) -> FlowReportOut:
    """Return deposits, withdrawals, transfers, orders and fees per day and currency."""
    return FlowReportOut.of(await services.analytics.reports.flows(first, last))


@router.get("/fraud", responses=declared(AnalyticsRangeError))
@policy("staff", roles=(Role.ADMIN, Role.DATA_SCIENTIST, Role.FRAUD_ANALYST))
async def get_fraud_figures(
    caller: CallerDep,  # noqa: ARG001 - the dependency is the check
    services: ServicesDep,
    first: FirstDay = None,
    last: LastDay = None,
) -> FraudReportOut:
    """Return what fraud judged, held and prevented, per day and per channel."""
    return FraudReportOut.of(await services.analytics.reports.fraud(first, last))
