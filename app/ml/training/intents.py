"""Train the intent model: fit, calibrate on rows it has not learnt from, measure, store."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy
import sklearn
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from app.ml import registry
from app.ml.estimators.calibration import fit_calibration
from app.ml.estimators.intents import OOS, IntentEstimator, IntentRecipe
from app.ml.features.text import normalise
from app.ml.features.vectors import FloatRows, VectorSource
from app.ml.registry import Artefact
from app.ml.serving.intents import FEATURE_SET, MODEL_NAME, NO_VECTORS, PLAIN_NAME, IntentModel
from app.ml.serving.propose import ACTIONS
from app.ml.serving.text import FloatArray
from app.ml.training.held_out import marks_of
from app.ml.training.intent_card import intent_card
from app.ml.training.intent_measures import IN_SCOPE_LOSS, measure, threshold_of
from app.ml.training.intent_rows import Row, RowsError, Use, rows_sha256
from app.ml.training.languages import language_arrays
from app.ml.training.misspelling import misspelt
from app.ml.training.pattern_groups import pattern_groups

FOLDS: Final = 5
#: Marks of the rows that the layers under `encoder` have learnt.
LEARNT: Final = "learnt.marks"
_MEASURED: Final = (Use.CALIBRATE, Use.ASIDE)
MAX_ARTEFACT_BYTES: Final = 20 * 1024 * 1024
GOLDEN: Final = (
    "How much money do I have?",
    "Bitte 200 Euro einzahlen",
    "je veux annuler mon ordre",
    "¿cuánto he gastado este mes?",
    "quero falar com uma pessoa",
    "मेरा पोर्टफोलियो कितना है",
    "جمّد حسابي الآن",
    "这个月花了多少钱",
)

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows ready to learn from: normalised texts, labels, vectors or None."""

    rows: Sequence[Row]
    texts: NDArray[Any]
    labels: NDArray[Any]
    vectors: FloatRows | None
    copies: "Table | None" = None
    """The same rows misspelt: learnt from beside them, never measured."""

    def take(self, at: NDArray[np.int64]) -> "Table":
        """Return some of the rows."""
        vectors = None if self.vectors is None else self.vectors[at]
        copies = None if self.copies is None else self.copies.take(at)
        return Table([self.rows[i] for i in at], self.texts[at], self.labels[at], vectors, copies)


@dataclass(frozen=True, slots=True)
class Scored:
    """Class scores of rows that the classifier had not learnt from, and what is true of them."""

    scores: FloatArray
    outside: FloatArray
    truth: NDArray[np.int64]
    """Number of the right class; -1 out of scope."""

    rows: Sequence[Row]


def steps(rows: Sequence[Row], *, vectors: bool, misspell: bool = False) -> int:
    """Return how often training reports progress, by one for each row and stage."""
    stages = 1 + (_any_aside(rows) if _held_out(rows) else FOLDS)
    return len(rows) * (stages + vectors * (1 + misspell))


def train_intents(
    rows: Sequence[Row],
    out: Path,
    *,
    seed: int,
    vectors: VectorSource | None,
    recipe: IntentRecipe | None = None,
    progress: Progress = lambda _count: None,
) -> dict[str, Any]:
    """Write artefact, manifest and card; return the manifest. Same rows and seed, same bytes.

    Layers trained further that lie over the encoder of `vectors` are stored in the artefact,
    with marks of the rows not set aside from them, for the next training.

    Raises RowsError, and ArtefactError when the folder holds something else.
    """
    chosen = recipe or IntentRecipe()
    texts = np.array([normalise(row.text) for row in rows], dtype=object)
    labels = np.array([row.label for row in rows], dtype=object)
    copies = _misspelt(rows, texts, labels, vectors, seed) if chosen.misspell else None
    table = Table(rows, texts, labels, vectors.rows(list(texts)) if vectors else None, copies)
    fit = table.take(np.flatnonzero([row.use is Use.FIT for row in rows]))
    try:
        estimator = _fitted(fit, chosen, seed)
        progress(len(rows))
        scored = _scored(table, fit, estimator, progress)
        if _any_aside(rows):
            # Confidence is known; what gave it need not be wasted.
            both = [row.use in (Use.FIT, Use.ASIDE) for row in rows]
            estimator = _fitted(table.take(np.flatnonzero(both)), chosen, seed)
            progress(len(rows))
    except ValueError as exc:
        raise RowsError(str(exc)) from exc
    calibration = fit_calibration(scored.scores, scored.outside, scored.truth)
    arrays = estimator.export() | under("calibration", calibration)
    language, languages = language_arrays()
    arrays |= under("language", language)
    if vectors is not None and vectors.layers:
        arrays |= under("encoder", vectors.layers) | {LEARNT: marks_of(rows)}
    manifest = {
        "name": MODEL_NAME if vectors else PLAIN_NAME,
        "version": f"{rows_sha256(rows)[:8]}-{registry.arrays_sha256(arrays)[:8]}-s{seed}",
        "feature_version": FEATURE_SET,
        "labels": [str(label) for label in estimator.labels_],
        "languages": list(languages),
        "propose": list(ACTIONS) if set(ACTIONS) <= set(estimator.labels_) else [],
        "threshold": threshold_of(calibration, scored.scores, scored.outside, scored.truth),
        "in_scope_loss": IN_SCOPE_LOSS,
        "vectors": vectors.model_hash if vectors else NO_VECTORS,
        "seed": seed,
        "recipe": chosen.to_dict(),
        "data": _data(rows),
        "calibrated_on": "held out rows" if _held_out(rows) else f"{FOLDS} cross-fitted folds",
        "metrics": measure(scored.scores, scored.outside, scored.truth, scored.rows),
        "libraries": {
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
        },
    }
    served = IntentModel(Artefact(arrays, manifest), vectors)
    confidence = [one.confidence for one in served.understand_all(GOLDEN)]
    manifest["golden"] = {"texts": list(GOLDEN), "confidence": confidence}
    return dict(registry.save(out, arrays, manifest, intent_card(manifest)).manifest)


def _scored(table: Table, fit: Table, fitted: IntentEstimator, progress: Progress) -> Scored:
    """Return scores on the held-out rows, or ones cross-fitted alike when there are none."""
    labels = np.array(sorted({label for label in fit.labels if label != OOS}), dtype=object)
    if _held_out(table.rows):
        held = table.take(np.flatnonzero([r.use in _MEASURED for r in table.rows]))
        return Scored(*_spread(fitted, held, labels), _truth(held, labels), held.rows)
    scores = np.zeros((len(fit.rows), len(labels)))
    outside = np.zeros(len(fit.rows))
    for learn, held_at in folds(fit, fitted.random_state):
        estimator = _fitted(fit.take(learn), fitted.recipe, fitted.random_state)
        scores[held_at], outside[held_at] = _spread(estimator, fit.take(held_at), labels)
        progress(len(table.rows))
    return Scored(scores, outside, _truth(fit, labels), fit.rows)


def folds(fit: Table, seed: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield five pairs of row numbers; where slots are marked, variants of one sentence stay
    on one side. Sets without slots are cut as their own authors cut them, row by row.

    Raises ValueError when no label has two rows.
    """
    groups = np.arange(len(fit.rows))
    if any(row.slots for row in fit.rows):
        cells = [f"{row.source}/{row.label}" for row in fit.rows]
        groups = pattern_groups([r.text for r in fit.rows], cells, [r.slots for r in fit.rows])
    _, counts = np.unique(fit.labels.astype(str), return_counts=True)
    parts = min(FOLDS, int(counts.max()), len(set(groups)))
    if parts < 2:
        raise ValueError("every label has a single sentence: nothing can be held out")
    cut = StratifiedGroupKFold(parts, shuffle=True, random_state=seed)
    for learn, held in cut.split(fit.texts, fit.labels.astype(str), groups):
        yield learn.astype(np.int64), held.astype(np.int64)


def _misspelt(
    rows: Sequence[Row],
    texts: NDArray[Any],
    labels: NDArray[Any],
    vectors: VectorSource | None,
    seed: int,
) -> Table:
    copies = misspelt(list(texts), seed=seed)
    found = vectors.rows(copies) if vectors else None
    return Table(rows, np.array(copies, dtype=object), labels, found)


def _fitted(table: Table, recipe: IntentRecipe, seed: int) -> IntentEstimator:
    estimator = IntentEstimator(recipe, random_state=seed)
    texts, labels, vectors = table.texts, table.labels, table.vectors
    if table.copies is not None:
        other = table.copies.take(np.flatnonzero(table.copies.texts != texts))
        texts = np.concatenate([texts, other.texts])
        labels = np.concatenate([labels, other.labels])
        if vectors is not None and other.vectors is not None:
            vectors = np.concatenate([vectors, other.vectors])
    return estimator.fit(list(texts), list(labels), vectors)


def _spread(
    estimator: IntentEstimator, table: Table, labels: NDArray[Any]
) -> tuple[FloatArray, FloatArray]:
    """Return scores in the columns of all labels; a label the fold lacks scores lowest."""
    scores, outside = estimator.scores(list(table.texts), table.vectors)
    out = np.full((len(scores), len(labels)), scores.min(initial=0.0))
    out[:, np.searchsorted(labels.astype(str), estimator.labels_.astype(str))] = scores
    return out, outside


def _truth(table: Table, labels: NDArray[Any]) -> NDArray[np.int64]:
    number = {label: at for at, label in enumerate(labels)}
    return np.array([number.get(label, -1) for label in table.labels], np.int64)


def _held_out(rows: Sequence[Row]) -> bool:
    return any(row.use in _MEASURED and row.label != OOS for row in rows)


def _any_aside(rows: Sequence[Row]) -> bool:
    return any(row.use is Use.ASIDE for row in rows)


def _data(rows: Sequence[Row]) -> dict[str, Any]:
    count = {use: sum(row.use is use for row in rows) for use in Use}
    return {
        "sha256": rows_sha256(rows),
        "sources": sorted({row.source for row in rows}),
        "fit_rows": count[Use.FIT] + count[Use.ASIDE],
        "calibration_rows": count[Use.CALIBRATE] + count[Use.ASIDE],
        "rows_in_both": count[Use.ASIDE],
        "out_of_scope_rows": sum(row.label == OOS for row in rows),
    }


def under(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return arrays by names that `Artefact.group` finds again."""
    return {f"{prefix}.{key}": value for key, value in arrays.items()}
