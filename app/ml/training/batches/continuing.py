"""`finnami train fraud --continue`: a model that goes on from an earlier one with new days only.

Boosters get a few more trees and the logistic member one more pass. Frozen means, calibration,
thresholds and the anomaly channel stay the parent's until the weekly training. Both are measured
on the later half of the new days (a week at most): the parent as it is, and the parent continued
on the earlier half. Then the parent is continued on all of them.
"""

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.errors import InvalidInputError
from app.ml import registry
from app.ml.estimators.continuing import CONTINUE_ROUNDS, continue_members
from app.ml.estimators.fraud import FraudMembers
from app.ml.estimators.parts import log_odds_of
from app.ml.features import fraud
from app.ml.features.behaviour import Habits
from app.ml.features.fraud import Constants
from app.ml.features.fraud_kernel import DAY
from app.ml.registry import Arrays, Artefact
from app.ml.serving.fraud_scorer import FraudScorer, calibrated
from app.ml.training.batches.day_store import DayStore
from app.ml.training.batches.feature_parts import FeatureParts, make_parts
from app.ml.training.batches.fraud import NO_LIMIT_S, BatchRun, Progress
from app.ml.training.batches.source import Source
from app.ml.training.batches.survey import Survey, survey_after
from app.ml.training.fraud_costs import CostMatrix
from app.ml.training.fraud_predict import day_start_s
from app.ml.training.fraud_shared import (
    CALIBRATION_DAYS,
    NEGATIVE_SHARE,
    WARM_UP_DAYS,
    TrainedFraud,
    TrainingDataError,
    golden_rows,
    manifest_of,
    refuse_one_class,
    week_metrics,
)

STAGES = ("payments", "features", "measure", "members", "report")
GENERATIONS_MAX = 14
"""So many updates may follow a whole training: each adds trees, and none forgets."""


class ContinueError(InvalidInputError):
    """The parent cannot be continued with these payments."""

    code = "training_continue"
    title = "The model cannot be continued"


@dataclass(frozen=True, slots=True)
class Parent:
    """A verified earlier model and what its child says of it."""

    artefact: Artefact
    scorer: FraudScorer
    manifest_sha256: str

    @staticmethod
    def load(folder: Path) -> "Parent":
        """Check hash, feature version and golden rows. Raises ArtefactError, ContinueError."""
        artefact = registry.load(folder, feature_version=fraud.VERSION)
        scorer = FraudScorer.load(folder)
        raw = registry.manifest_bytes(folder)
        parent = Parent(artefact, scorer, hashlib.sha256(raw).hexdigest())
        if parent.generation >= GENERATIONS_MAX:
            raise ContinueError(
                f"{artefact.version} is the update {parent.generation} of its training, "
                f"{GENERATIONS_MAX} are allowed: train on all payments again"
            )
        return parent

    @property
    def generation(self) -> int:
        """Return how many updates lie between the whole training and this model."""
        return int(self.artefact.manifest.get("continues", {}).get("generation", 0))

    @property
    def end_s(self) -> int:
        """Return the first second that it has not seen."""
        return day_start_s(str(self.artefact.manifest["training"]["until"])) + DAY

    def refuse_end(self, end_s: int) -> None:
        """Raise ContinueError unless days follow the parent's last one."""
        if end_s <= self.end_s:
            until = self.artefact.manifest["training"]["until"]
            last = np.datetime64(end_s - DAY, "s").astype("datetime64[D]")
            raise ContinueError(f"the new last day {last} is not later than the parent's, {until}")


def continue_in_batches(
    parent: Parent, source: Source, work: Path, *, seed: int, end_s: int = NO_LIMIT_S,
    progress: Progress = lambda _: None,
) -> BatchRun:  # fmt: skip
    """Continue the parent on the days after its own, before `end_s`.

    The payments must reach WARM_UP_DAYS back before the new days: windows fill there. `work` is
    an empty folder. The same parent, payments and seed give the same bytes. Raises
    ContinueError, PaymentDataError, TrainingDataError.
    """
    parent.refuse_end(end_s)
    progress(STAGES[0])
    store, duplicates = DayStore.build(work, source.batches(), end_s=end_s)
    known = _survey(parent, store)
    progress(STAGES[1])
    counts = make_parts(work, store, known, seed=seed)
    run = _Run(parent, FeatureParts(work), seed + parent.generation + 1)
    progress(STAGES[2])
    measured = run.measure(counts["before_last_week"])
    progress(STAGES[3])
    members = run.members(None)
    progress(STAGES[4])
    manifest = run.manifest(known, measured)
    held = parent.artefact.arrays
    arrays = {**_kept(held), **members.to_arrays(), "weights": held["weights"]}
    arrays |= golden_rows(arrays, manifest, held["golden.x"], held["golden.behaviour"])
    return BatchRun(TrainedFraud(arrays, manifest), duplicates, tuple(source.skipped))


@dataclass(frozen=True, slots=True)
class _Run:
    parent: Parent
    parts: FeatureParts
    seed: int

    def members(self, count: int | None) -> FraudMembers:
        """Return the parent's members continued on the first `count` sampled new rows."""
        y = self.parts.labels()[:count]
        weight = np.where(y == 1, 1.0, 1.0 / NEGATIVE_SHARE)
        before = FraudMembers.of_arrays(self.parent.artefact.arrays)
        with self.parts.rows("train.x", count=count) as rows:
            return continue_members(before, rows, y, weight, seed=self.seed)

    def measure(self, count: int) -> dict[str, Any]:
        """Return the figures on the hidden days, before and after."""
        week, scorer = self.parts.week(), self.parent.scorer
        refuse_one_class("in the later half of the new days", int(week.fraud.sum()), week.ts_s.size)
        if count == 0:
            raise TrainingDataError("no labelled payment lies in the earlier half of the new days")
        after = self.members(count)
        found = {}
        with ExitStack() as stack:
            rows = stack.enter_context(self.parts.rows("week.x"))
            before = FraudMembers.of_arrays(self.parent.artefact.arrays)
            for name, members in (("before", before), ("after", after)):
                log_odds = log_odds_of(members, rows, weights=scorer.weights)
                probability = calibrated(log_odds, scorer.beta)
                found[name] = week_metrics(week, probability, seed=self.seed)
        return found

    def manifest(self, known: Survey, measured: dict[str, Any]) -> dict[str, Any]:
        """Return the parent's manifest with the new days' facts and the line of descent."""
        parent = self.parent.artefact.manifest
        facts = manifest_of(known.facts, seed=int(parent["seed"]), costs=CostMatrix())
        generation = self.parent.generation + 1
        kept = {k: v for k, v in parent.items() if k not in {"sha256", "held_out"}}
        kinds = sorted({*parent["training"].get("kinds", ()), *known.kinds})
        return {
            **kept,
            "version": f"{facts['version']}-c{generation}",
            "training": {**facts["training"], "kinds": kinds},
            "libraries": facts["libraries"],
            "metrics": measured["after"],
            "continues": {
                "version": parent["version"],
                "sha256": parent["sha256"],
                "manifest_sha256": self.parent.manifest_sha256,
                "generation": generation,
                "rounds": CONTINUE_ROUNDS,
                "seed": self.seed,
                **measured,
            },
        }


def _survey(parent: Parent, store: DayStore) -> Survey:
    days, begin = store.days, parent.end_s // DAY
    if not days or days[-1] < begin:
        raise ContinueError(
            f"no payment is later than the parent's last day, "
            f"{parent.artefact.manifest['training']['until']}"
        )
    if days[0] > begin - WARM_UP_DAYS:
        raise ContinueError(
            f"the new days need {WARM_UP_DAYS} days of payments before them as history: "
            f"the first is from {np.datetime64(days[0], 'D')}"
        )
    end_s = (days[-1] + 1) * DAY
    hidden_s = min(CALIBRATION_DAYS * DAY, (end_s - parent.end_s) // 2)
    manifest = parent.artefact.manifest
    return survey_after(
        store, begin,
        constants=Constants(**manifest["constants"]), habits=Habits(**manifest["habits"]),
        hidden_from_s=end_s - hidden_s,
    )  # fmt: skip


def _kept(arrays: Arrays) -> dict[str, NDArray[Any]]:
    """Return the parts that an update leaves as they are."""
    return {name: arrays[name] for name in ("beta", "anomaly.sorted", "anomaly.two_sided")}


def changes(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parent and the figures before and after, for a summary."""
    found = dict(manifest["continues"])
    keys = ("rows", "frauds", "average_precision", "average_precision_90", "auc", "ece")
    for name in ("before", "after"):
        found[name] = {key: found[name][key] for key in keys}
    return found
