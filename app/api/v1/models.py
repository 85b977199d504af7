"""/v1/models/fraud: what judges payments, how it does, and changing it with four eyes."""

from typing import Annotated

from fastapi import APIRouter, Path

from app.api.deps import CallerDep, ServicesDep, StepUpDep
from app.api.errors import declared
from app.api.model_shapes import (
    ComparisonOut,
    ModelChangeDecisionIn,
    ModelChangeIn,
    ModelChangeOut,
    ModelDeskOut,
    ModelMonitorOut,
    ModelOut,
    ModelReportOut,
    ShadowIn,
    Version,
)
from app.api.policy import policy
from app.domains.fraud.errors import (
    ModelChangedError,
    ModelChangeNotFoundError,
    ModelNotFoundError,
    ModelRefusedError,
    NothingToRollBackError,
    PromotionRefusedError,
    SecondPersonError,
)
from app.domains.fraud.model_types import DRIFT_ROWS_MIN, ChangeAction, Pointer
from app.domains.identity.errors import StepUpRequiredError
from app.domains.identity.types import RateClass, Role
from app.ml.drift import PSI_ALERT
from app.services import AppServices

router = APIRouter(prefix="/v1/models/fraud", tags=["models"])

READERS = (Role.DATA_SCIENTIST, Role.FRAUD_ANALYST, Role.ADMIN)
CHANGERS = (Role.DATA_SCIENTIST, Role.ADMIN)
ChangeId = Annotated[str, Path(pattern=r"^[0-9a-z]{26}$", examples=["01hzzzzzzzzzzzzzzzzzzzzzzz"])]


async def _desk(services: AppServices, pointer: Pointer) -> ModelDeskOut:
    versions = await services.fraud.models.versions()
    return ModelDeskOut.of(pointer, versions, here=services.fraud.model_version)


@router.get("", responses=declared(ModelNotFoundError))
@policy("staff", roles=READERS)
async def get_fraud_models(_: CallerDep, services: ServicesDep) -> ModelDeskOut:
    """Return which version judges payments, and every stored one, at most a hundred."""
    return await _desk(services, await services.fraud.models.pointer())


@router.get("/monitor", responses=declared(ModelNotFoundError))
@policy("staff", roles=READERS)
async def get_fraud_model_monitor(_: CallerDep, services: ServicesDep) -> ModelMonitorOut:
    """Return the last ninety days of the version in force, and its challenger beside it."""
    pointer = await services.fraud.models.pointer()
    reports = await services.fraud.model_watch.reports(pointer.version)
    compared = None
    if pointer.challenger is not None:
        found = await services.fraud.models.comparison(pointer.challenger)
        if found is not None:
            compared = ComparisonOut.of(found, services.fraud.models.refusals(found))
    return ModelMonitorOut(
        reports=[ModelReportOut.of(report) for report in reports],
        comparison=compared,
        rows_min=DRIFT_ROWS_MIN,
        psi_alert=PSI_ALERT,
    )


@router.get("/changes", responses=declared())
@policy("staff", roles=CHANGERS)
async def list_fraud_model_changes(
    caller: CallerDep, services: ServicesDep
) -> list[ModelChangeOut]:
    """Return the last fifty changes that somebody asked for, the newest first."""
    found = await services.fraud.model_changes.list()
    return [ModelChangeOut.of(change, me=caller.user_id) for change in found]


@router.post(
    "/changes",
    status_code=201,
    responses=declared(
        ModelNotFoundError, ModelRefusedError, PromotionRefusedError, NothingToRollBackError
    ),
)
@policy("staff", roles=CHANGERS, rate=RateClass.WRITE)
async def ask_for_fraud_model_change(
    body: ModelChangeIn, caller: CallerDep, services: ServicesDep
) -> ModelChangeOut:
    """Ask for a promotion or a rollback; within a day another person has to agree.

    A promotion needs a comparison on two labelled weeks that the version won; a rollback needs
    no proof, it is the safe direction.
    """
    change = await services.fraud.model_changes.ask(
        ChangeAction(body.action), body.version, caller=caller, reason=body.reason
    )
    return ModelChangeOut.of(change, me=caller.user_id)


@router.post(
    "/changes/{change_id}/decision",
    responses=declared(
        ModelChangeNotFoundError,
        SecondPersonError,
        ModelChangedError,
        ModelNotFoundError,
        ModelRefusedError,
        PromotionRefusedError,
        StepUpRequiredError,
    ),
)
@policy("staff", roles=CHANGERS, rate=RateClass.WRITE)
async def decide_fraud_model_change(
    change_id: ChangeId,
    body: ModelChangeDecisionIn,
    caller: CallerDep,
    services: ServicesDep,
    grant: StepUpDep,
) -> ModelChangeOut:
    """Carry out a colleague's change, or turn it down; every process follows within 5 seconds."""
    decided = await services.fraud.model_changes.decide(
        change_id, caller=caller, agree=body.decision == "agree", grant=grant
    )
    return ModelChangeOut.of(decided, me=caller.user_id)


@router.put("/shadow", responses=declared(ModelNotFoundError, ModelRefusedError, ModelChangedError))
@policy("staff", roles=CHANGERS, rate=RateClass.WRITE)
async def set_fraud_model_shadow(
    body: ShadowIn, caller: CallerDep, services: ServicesDep
) -> ModelDeskOut:
    """Measure a version on what the one in force judges: it decides nothing."""
    pointer = await services.fraud.models.shadow(
        body.version, actor=caller.user_id, reason=body.reason
    )
    return await _desk(services, pointer)


@router.get("/versions/{version}", responses=declared(ModelNotFoundError))
@policy("staff", roles=READERS)
async def get_fraud_model(version: Version, _: CallerDep, services: ServicesDep) -> ModelOut:
    """Return one stored version with its card, figures, thresholds and training data."""
    return ModelOut.of(await services.fraud.models.find(version))
