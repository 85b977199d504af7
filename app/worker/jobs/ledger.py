"""What follows an analyst's decision: the held movement is booked, or its money freed."""

from app.domains.ledger.errors import JournalStateError
from app.services import AppServices
from app.worker.job import JobRun


async def release_movement(services: AppServices, run: JobRun) -> None:
    """Book a released movement; a second run finds it booked."""
    try:
        await services.ledger.holds.release(run.ids["payment_id"], actor="fraud")
    except JournalStateError:
        return  # it expired before the analyst decided: the money is already free


async def void_movement(services: AppServices, run: JobRun) -> None:
    """Free a refused movement's money; a second run finds it freed."""
    await services.ledger.holds.void(run.ids["payment_id"], actor="fraud", why="refused")


async def ask_customer(services: AppServices, run: JobRun) -> None:
    """Write the "was this you?" letter; an answered question and a second run write none."""
    await services.ledger.confirmations.write_letter(
        run.ids["payment_id"], mail_id=run.ids["mail_id"]
    )
