"""What follows analysts' decisions, samples to look at, the models' hour, back-tests of rules."""

from app.services import AppServices
from app.worker.job import JobRun


async def relabel_payment(services: AppServices, run: JobRun) -> None:
    """Bring a payment's label into the state that screenings read; twice is once."""
    await services.fraud.relabel(run.ids["payment_id"])


async def open_sample(services: AppServices, run: JobRun) -> None:
    """Open the case of a payment drawn at random; a second run finds it open."""
    await services.fraud.samples.open(run.ids["decision_id"])


async def relabel_ring(services: AppServices, run: JobRun) -> None:
    """Bring the labels of a refused ring's payments into those states; twice is once."""
    await services.fraud.relabel_ring(run.ids["case_id"])


async def watch_models(services: AppServices, run: JobRun) -> None:  # noqa: ARG001 - takes nothing
    """Report on the model in force and its challenger; twice replaces once."""
    await services.fraud.model_watch.run()


async def backtest_rules(services: AppServices, run: JobRun) -> None:
    """Make the back-test that was asked for; one that is there stays as it is."""
    await services.fraud.rules.backtests.run(run.ids["backtest_id"])
