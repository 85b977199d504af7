"""What follows an analyst's decision for the next payments: they see the label."""

from app.services import AppServices
from app.worker.job import JobRun


async def relabel_payment(services: AppServices, run: JobRun) -> None:
    """Bring a payment's label into the state that screenings read; twice is once."""
    await services.fraud.relabel(run.ids["payment_id"])


async def relabel_ring(services: AppServices, run: JobRun) -> None:
    """Bring the labels of a refused ring's payments into those states; twice is once."""
    await services.fraud.relabel_ring(run.ids["case_id"])
