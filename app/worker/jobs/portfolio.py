"""Jobs of portfolio: the day's frontier, computed where nobody waits for it."""

from app.domains.portfolio.errors import AdviceUnavailableError
from app.services import AppServices
from app.worker.job import JobRun, PermanentError


async def rebuild_frontier(services: AppServices, run: JobRun) -> None:  # noqa: ARG001 - job shape
    """Build the frontier of the active source's last day; a second run changes nothing."""
    try:
        await services.portfolio.rebuild_frontier()
    except AdviceUnavailableError as error:
        # These prices will never allow advice; the next day's event tries again.
        raise PermanentError(error.detail) from error
