"""`finnami train fraud` out of core: the recipe of training.fraud with bounded memory.

Payments lie on disk by day, feature rows as float32 parts; XGBoost bins them through an
iterator, LightGBM through a sequence. Stages that have finished survive a kill.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ml.estimators.anomaly import fit_anomaly, sample_of
from app.ml.estimators.engine import LOCAL, Engine
from app.ml.estimators.fraud import FraudMembers, fit_beta
from app.ml.estimators.parts import log_odds_of
from app.ml.serving.anomaly import TailAnomaly
from app.ml.serving.fraud_scorer import calibrated
from app.ml.training.batches.checkpoint import Checkpoints, Facts
from app.ml.training.batches.day_store import DayStore
from app.ml.training.batches.feature_parts import FeatureParts, make_parts
from app.ml.training.batches.source import Source
from app.ml.training.batches.survey import Survey, survey
from app.ml.training.fraud_costs import CostMatrix
from app.ml.training.fraud_shared import (
    NEGATIVE_SHARE,
    TrainedFraud,
    TrainingDataError,
    anomaly_auc,
    bands,
    compared_rows,
    drift_references,
    golden_choice,
    golden_rows,
    libraries,
    manifest_of,
    recipe,
    week_metrics,
)

STAGES = ("payments", "features", "members, last week hidden", "members", "anomaly and report")
LEGIT_SCORED_MAX = 1_000_000
AT_ONCE = 65_536
NO_LIMIT_S = 2**62

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes two runs on the same payments differ."""

    seed: int = 7
    costs: CostMatrix = field(default_factory=CostMatrix)
    end_s: int = NO_LIMIT_S
    """Payments from here on are left out."""
    engine: Engine = LOCAL


@dataclass(frozen=True, slots=True)
class BatchRun:
    """The model, and what reading left out."""

    trained: TrainedFraud
    duplicates: int
    skipped: tuple[str, ...]


def train_in_batches(
    source: Source, work: Path, plan: Plan, *, progress: Progress = lambda _: None
) -> BatchRun:
    """Train on payments; the same ones, seed and local engine give the same bytes.

    A run in `work` on the same source and settings goes on where it ended, another one is
    thrown away. Raises PaymentDataError, EngineError, TrainingDataError, the latter also for
    a full disk.
    """
    key = {
        "source": source.key(), "end_s": plan.end_s, "seed": plan.seed,
        "costs": asdict(plan.costs), "recipe": recipe(), "libraries": libraries(),
        "engine": plan.engine.name,
    }  # fmt: skip
    try:
        run = _Run(Checkpoints(work, key), plan)
        progress(STAGES[0])
        run.read(source)
        progress(STAGES[1])
        run.make_features()
        progress(STAGES[2])
        blind = run.members("blind", run.before_last_week)
        progress(STAGES[3])
        members = run.members("full", None)
        progress(STAGES[4])
        trained = run.finish(blind, members)
        return BatchRun(trained, run.duplicates, run.skipped)
    except OSError as exc:
        raise TrainingDataError(f"{work} cannot be written: {exc.strerror or exc}") from exc


class _Run:
    """The stages of one run; each reads what the ones before it left on disk."""

    def __init__(self, checkpoints: Checkpoints, plan: Plan) -> None:
        self._checkpoints, self._plan, self._seed = checkpoints, plan, plan.seed

    def read(self, source: Source) -> None:
        def run(folder: Path) -> Facts:
            store, duplicates = DayStore.build(folder, source.batches(), end_s=self._plan.end_s)
            found = survey(store).to_json()
            return {"duplicates": duplicates, "skipped": source.skipped, "survey": found}

        folder, facts = self._checkpoints.stage("payments", run)
        self._store = DayStore(folder)
        self.duplicates = int(facts["duplicates"])
        self.skipped = tuple(facts["skipped"])
        self._known = Survey.of_json(facts["survey"])

    def make_features(self) -> None:
        folder, facts = self._checkpoints.stage(
            "features",
            lambda folder: make_parts(folder, self._store, self._known, seed=self._seed),
        )
        self._parts = FeatureParts(folder)
        self.before_last_week = int(facts["before_last_week"])

    def members(self, name: str, count: int | None) -> FraudMembers:
        """Return the members fitted on the first `count` sampled rows, which are in time order."""

        def run(folder: Path) -> Facts:
            y = self._parts.labels()[:count]
            weight = np.where(y == 1, 1.0, 1.0 / NEGATIVE_SHARE)
            with self._parts.rows("train.x", count=count) as rows:
                fitted = self._plan.engine.fit(rows, y, weight, seed=self._seed)
            np.savez(folder / "members.npz", allow_pickle=False, **fitted.to_arrays())
            return {}

        folder, _ = self._checkpoints.stage(f"members-{name}", run)
        with np.load(folder / "members.npz") as held:
            return FraudMembers.of_arrays({key: held[key] for key in held.files})

    def finish(self, blind: FraudMembers, members: FraudMembers) -> TrainedFraud:
        seed, week, known = self._seed, self._parts.week(), self._known
        costs = self._plan.costs
        with ExitStack() as stack:
            week_x, week_acts, train_x, train_acts, legit_acts = (
                stack.enter_context(self._parts.rows(name))
                for name in ("week.x", "week.acts", "train.x", "train.acts", "legit.acts")
            )
            log_odds = log_odds_of(blind, week_x)
            beta = fit_beta(log_odds, week.fraud)
            probability = calibrated(log_odds, beta)
            legit = legit_acts.take(sample_of(legit_acts.count, seed=seed))
            channel = fit_anomaly(legit, seed=seed)
            thresholds = bands(
                known.mean_fraud_amount, self._legit_scores(legit_acts, channel), costs
            )
            arrays: dict[str, NDArray[Any]] = {
                **members.to_arrays(),
                "beta": np.array(beta),
                "anomaly.sorted": channel.sorted_columns,
                "anomaly.two_sided": channel.two_sided,
            }
            compared = compared_rows(week.fraud, seed=seed)
            manifest = manifest_of(known.facts, seed=seed, costs=costs)
            manifest["training"]["kinds"] = list(known.kinds)
            if self._plan.engine.name != LOCAL.name:
                # Other trees than the local ones: never two models under one version.
                manifest["version"] += f"-{self._plan.engine.name}"
            manifest |= {
                "constants": asdict(known.constants),
                "habits": asdict(known.habits),
                "thresholds": asdict(thresholds),
                "metrics": week_metrics(week, probability, seed=seed),
                "drift": drift_references(week_x.slice(0, week_x.count), probability),
                "anomaly_auc": anomaly_auc(
                    week_acts.take(compared), week.fraud[compared], channel, legit, seed=seed
                ),
            }
            golden = golden_choice(self._parts.labels(), seed=seed)
            arrays |= golden_rows(arrays, manifest, train_x.take(golden), train_acts.take(golden))
        return TrainedFraud(arrays=arrays, manifest=manifest)

    def _legit_scores(self, legit: Any, channel: TailAnomaly) -> NDArray[np.float64]:
        """Return scores of all legit rows, or of a million drawn from more."""
        chosen = np.arange(legit.count)
        if legit.count > LEGIT_SCORED_MAX:
            rng = np.random.default_rng(self._seed)
            chosen = np.sort(rng.choice(legit.count, LEGIT_SCORED_MAX, replace=False))
        parts = []
        for start in range(0, legit.count, AT_ONCE):
            low, high = np.searchsorted(chosen, (start, start + AT_ONCE))
            if low < high:
                block = legit.slice(start, start + AT_ONCE)
                parts.append(channel.score_rows(block[chosen[low:high] - start]))
        return np.concatenate(parts)
