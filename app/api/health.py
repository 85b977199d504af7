"""Whether this process lives, may take traffic, and how it is doing."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from app.api.errors import declared
from app.api.policy import policy
from app.core.errors import UnavailableError

router = APIRouter(tags=["operations"])


class Liveness(BaseModel):
    """The event loop turns."""

    status: Literal["alive"]


class Readiness(BaseModel):
    """May traffic come here; a lost dependency shows as degraded, the status stays 200."""

    status: Literal["ready", "degraded"]
    dependencies: dict[str, bool]
    models: dict[str, str]


class NotReadyError(UnavailableError):
    """The process is starting, draining, or without something it cannot work without."""

    code = "not_ready"
    title = "Not ready"


@router.get("/livez", operation_id="livez")
@policy("public")
async def livez() -> Liveness:
    """Tell that the event loop turns."""
    return Liveness(status="alive")


@router.get("/readyz", operation_id="readyz", responses=declared(NotReadyError))
@policy("public")
async def readyz(
    request: Request,
    *,
    deps: Annotated[bool, Query(description="503 also for lost dependencies")] = False,
) -> Readiness:
    """Tell whether traffic may come here. Raises NotReadyError."""
    state = request.app.state
    if not getattr(state, "ready", False):
        raise NotReadyError("starting or draining")
    dependencies = await state.services.dependencies()
    if deps and not all(dependencies.values()):
        away = sorted(name for name, up in dependencies.items() if not up)
        raise NotReadyError(f"away: {', '.join(away)}")
    return Readiness(
        status="ready" if all(dependencies.values()) else "degraded",
        dependencies=dependencies,
        models=state.services.models(),
    )


@router.get("/metrics", include_in_schema=False)
@policy("public")
async def metrics(request: Request) -> Response:
    """Return the process's metrics in the Prometheus text format."""
    return Response(request.app.state.metrics.text(), media_type="text/plain; version=0.0.4")
