"""Jobs that tell people something: the letters identity has prepared."""

from app.services import AppServices
from app.worker.job import JobRun


async def deliver_mail(services: AppServices, run: JobRun) -> None:
    """Deliver one prepared letter; one that was delivered before is left alone."""
    await services.identity.deliver_mail(run.ids["mail_id"])
