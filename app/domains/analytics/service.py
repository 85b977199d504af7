"""The door of analytics: daily rollups, kept right by a chore, read by reports."""

from app.core.clock import Clock
from app.core.db import Database
from app.domains.analytics.repository import rollups, runs
from app.domains.analytics.source_types import Sources
from app.domains.analytics.usecases.computing import Computing
from app.domains.analytics.usecases.reading import Reading
from app.domains.analytics.usecases.rebuilding import Rebuilding
from app.domains.analytics.usecases.refreshing import Refreshing

COLLECTIONS = (*rollups.SPECS, *runs.SPECS)


class AnalyticsService:
    """Analytics' door.

    `reports` read rollups and nothing else; `refreshing` keeps the last days right, `rebuilding`
    computes a range anew. What is summed belongs to the domains below: they own the pipelines.
    """

    def __init__(self, *, db: Database, clock: Clock, sources: Sources) -> None:
        computing = Computing(db=db, clock=clock, sources=sources)
        self.reports = Reading(db=db, clock=clock)
        self.rebuilding = Rebuilding(db=db, clock=clock, computing=computing)
        self.refreshing = Refreshing(db=db, clock=clock, sources=sources, computing=computing)
