"""The watch over the models: drift of what they see, their truth, and the challenger beside."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.fraud.events import ModelWatchDue
from app.domains.fraud.model_types import (
    DRIFT_ROWS_MIN,
    ColumnDrift,
    Comparison,
    ModelReport,
    Pointer,
)
from app.domains.fraud.repository import comparisons, logged
from app.domains.fraud.repository.logged import Logged
from app.domains.fraud.types import MeasuredScorer, ScorerSource
from app.domains.fraud.usecases.models import Models
from app.ml import comparing, drift
from app.ml.comparing import Judgement, Labelled
from app.ml.drift import Reference
from app.ml.registry import ArtefactError

REPORT_WINDOW = timedelta(days=1)
LABEL_WINDOW = timedelta(days=28)
ROWS_MAX = 20_000
SCORE = "score"
SEED = 7

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Matrix:
    vectors: NDArray[np.float32]
    behaviours: NDArray[np.float32]


class ModelWatch:
    """Runs in the slow worker; reads logged vectors, so that no payment waits for it."""

    def __init__(
        self, *, db: Database, clock: Clock, models: Models, source: ScorerSource | None
    ) -> None:
        self._db = db
        self._clock = clock
        self._models = models
        self._source = source

    async def due(self) -> None:
        """Have the slow worker look at the models; asking again within the hour asks once."""
        hour = f"{self._clock.now():%Y-%m-%dT%H}"

        async def work(tx: Transaction) -> None:
            if await comparisons.mark_hour(tx, hour):
                tx.publish(ModelWatchDue(hour))

        await self._db.transaction(work)

    async def run(self) -> None:
        """Report on the model in force and compare the challenger with it; again replaces both.

        Without a store of models there is nothing to watch.
        """
        if self._source is None:
            return
        now = self._clock.now()
        pointer = await self._models.pointer()
        rows = await logged.window(
            self._db, since=now - LABEL_WINDOW, until=now, limit=ROWS_MAX, labels=True
        )
        report = await asyncio.to_thread(self._report, pointer.version, rows, now)
        await comparisons.put_report(self._db, report)
        if report.alerts:
            log.warning("fraud_model_drift", version=report.version, columns=report.alerts)
        if pointer.challenger is not None and pointer.challenger_since is not None:
            compared = await asyncio.to_thread(self._compare, pointer, rows, now)
            await comparisons.put(self._db, compared)

    async def reports(self, version: str) -> list[ModelReport]:
        """Return the daily reports of a version, the newest first, at most ninety."""
        return await comparisons.reports(self._db, version)

    def _report(self, version: str, rows: list[Logged], now: datetime) -> ModelReport:
        today = [row for row in rows if row.at > now - REPORT_WINDOW]
        scored = [row for row in today if row.vector and row.model == version]
        columns = _drifts(self._manifest(version), scored)
        enough = len(scored) >= DRIFT_ROWS_MIN
        probabilities = np.array([row.probability for row in scored], dtype=np.float64)
        return ModelReport(
            version=version,
            day=now.date().isoformat(),
            at=now,
            rows=len(today),
            scored=len(scored),
            degraded=sum(row.model is None for row in today),
            # A plain dict: `asdict` turns a Counter into one of its own pairs.
            outcomes=dict(Counter(row.outcome for row in today)),
            mean_probability=float(probabilities.mean()) if scored else 0.0,
            columns=columns,
            alerts=tuple(c.name for c in columns if c.psi > drift.PSI_ALERT) if enough else (),
            changes=drift.mean_changes(probabilities) if scored else 0,
            labelled=self._labelled(version, rows),
        )

    def _labelled(self, version: str, rows: list[Logged]) -> dict[str, float]:
        """Return how the recorded scores of this version did where the truth is known."""
        known = [r for r in rows if r.fraud is not None and r.vector and r.model == version]
        frauds = sum(bool(row.fraud) for row in known)
        counts = {"rows": float(len(known)), "frauds": float(frauds)}
        if not 0 < frauds < len(known):
            return counts
        loaded = self._load(version)
        judged = _judged(loaded, _matrix(known))
        return counts | comparing.measures(_truth(known), judged, self._costs(version))

    def _compare(self, pointer: Pointer, rows: list[Logged], now: datetime) -> Comparison:
        challenger = str(pointer.challenger)
        usable = [row for row in rows if row.vector and row.model == pointer.version]
        known = [row for row in usable if row.fraud is not None]
        frauds = sum(bool(row.fraud) for row in known)
        old, new = self._load(pointer.version), self._load(challenger)
        agreement = 1.0
        if usable:
            matrix = _matrix(usable)
            agreement = float((_judged(old, matrix).action == _judged(new, matrix).action).mean())
        champion: dict[str, float] = {}
        challenging: dict[str, float] = {}
        precision = cost = (0.0, 0.0)
        if 0 < frauds < len(known):
            truth, matrix = _truth(known), _matrix(known)
            one, other = _judged(old, matrix), _judged(new, matrix)
            costs = self._costs(pointer.version)
            champion = comparing.measures(truth, one, costs)
            challenging = comparing.measures(truth, other, costs)
            precision, cost = comparing.gains(truth, one, other, costs, seed=SEED)
        return Comparison(
            champion_version=pointer.version,
            challenger_version=challenger,
            since=usable[0].at if usable else now,
            until=now,
            at=now,
            rows=len(usable),
            labelled=len(known),
            frauds=frauds,
            labelled_days=(known[-1].at - known[0].at) / timedelta(days=1) if known else 0.0,
            agreement=agreement,
            champion=champion,
            challenger=challenging,
            precision_gain=precision,
            cost_saving=cost,
        )

    def _load(self, version: str) -> MeasuredScorer:
        assert self._source is not None  # noqa: S101 - `run` returned without one
        return self._source.load(version)

    def _manifest(self, version: str) -> Mapping[str, Any]:
        assert self._source is not None  # noqa: S101 - as above
        try:
            return self._source.find(version).manifest
        except ArtefactError:
            return {}

    def _costs(self, version: str) -> Mapping[str, float]:
        found: Mapping[str, float] = self._manifest(version)["costs"]
        return found


def _drifts(manifest: Mapping[str, Any], rows: list[Logged]) -> tuple[ColumnDrift, ...]:
    """Return the drift of every feature and of the score; nothing without a reference or rows."""
    references = manifest.get("drift")
    if not references or not rows:
        return ()
    vectors = np.array([row.vector for row in rows], dtype=np.float64)
    columns = dict(zip(manifest["features"], vectors.T, strict=True))
    columns[SCORE] = np.array([row.probability for row in rows], dtype=np.float64)
    found = []
    for name, values in columns.items():
        measured = drift.drift(Reference.from_json(references[name]), values)
        found.append(ColumnDrift(name, measured.psi, measured.ks, drift.default_share(values)))
    return tuple(found)


def _matrix(rows: list[Logged]) -> _Matrix:
    return _Matrix(
        np.array([row.vector for row in rows], dtype=np.float32),
        np.array([row.behaviour for row in rows], dtype=np.float32),
    )


def _judged(scorer: MeasuredScorer, matrix: _Matrix) -> Judgement:
    return Judgement(*scorer.judge_rows(matrix.vectors, matrix.behaviours))


def _truth(rows: list[Logged]) -> Labelled:
    _, customer = np.unique([row.user_id for row in rows], return_inverse=True)
    return Labelled(
        customer=customer.astype(np.int64),
        amount=np.array([row.amount_minor for row in rows], dtype=np.float64) / 100,
        fraud=np.array([bool(row.fraud) for row in rows], dtype=np.bool_),
    )
