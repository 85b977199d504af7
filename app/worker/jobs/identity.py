"""Jobs of identity: what must happen after the database has ended a login session."""

from app.services import AppServices
from app.worker.job import JobRun


async def repeat_tombstones(services: AppServices, run: JobRun) -> None:
    """Put up again the gate's tombstones that were missed while Redis was away."""
    await services.identity.repeat_tombstones(run.ids["user_id"])
