"""The model that judges in this process: loaded at the start, swapped when another is promoted."""

import asyncio

import structlog

from app.core.clock import Clock
from app.core.errors import UnavailableError
from app.core.store import Store
from app.domains.fraud.repository import pointers
from app.domains.fraud.types import Scorer, ScorerSource
from app.ml.registry import ArtefactError

LOOK_EVERY_S = 1.5
TRY_AGAIN_S = 60.0
"""A version that was refused is looked at again after this: its folder may have been mended."""

log = structlog.get_logger(__name__)


class InForce:
    """Holds one scorer. Each process looks for itself, so nothing needs to be told to restart."""

    def __init__(
        self, *, db: Store, clock: Clock, scorer: Scorer | None, source: ScorerSource | None
    ) -> None:
        self._db = db
        self._clock = clock
        self._source = source
        self._refused: tuple[str, float] | None = None
        self.scorer = scorer
        """What judges now; None when rules and a fresh code stand in. Replaced whole."""

    @property
    def version(self) -> str | None:
        """Return the version that judges here."""
        return self.scorer.version if self.scorer else None

    def pin(self, scorer: Scorer | None) -> None:
        """Judge with this scorer from now on, whatever the pointer says: for benches and tests."""
        self._source, self.scorer = None, scorer

    async def refresh(self) -> None:
        """Load the version that the pointer names, unless it judges here already; never fails.

        A version that cannot be loaded leaves what judges now in place, loudly: the earlier
        model, or rules and a fresh code when there is none.
        """
        if self._source is None:
            return
        try:
            pointer = await pointers.find(self._db)
            wanted = pointer.version if pointer else self._source.shipped_version()
        except (UnavailableError, OSError) as error:
            log.warning("fraud_model_unknown", reason=str(error)[:200])
            return
        if wanted == self.version or self._waits(wanted):
            return
        try:
            # In a thread: checking the golden rows takes half a second.
            loaded = await asyncio.to_thread(self._source.load, wanted)
        except (ArtefactError, OSError) as error:
            self._refused = (wanted, self._clock.monotonic() + TRY_AGAIN_S)
            # No stack: the reason says which check failed.
            log.error(  # noqa: TRY400
                "fraud_model_refused", wanted=wanted, stays=self.version, reason=str(error)[:200]
            )
            return
        log.info("fraud_model_in_force", version=wanted, before=self.version)
        self._refused = None
        self.scorer = loaded

    def _waits(self, wanted: str) -> bool:
        refused = self._refused
        return refused is not None and refused[0] == wanted and self._clock.monotonic() < refused[1]

    async def keep(self) -> None:
        """Look for another version until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.refresh()
