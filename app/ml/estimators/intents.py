"""Which intent a text states: a linear model on tf-idf and sentence vectors, and its neighbours.

The two disagree on different texts, so their sum is better than either. Raw cosines of the
vectors are all high; the training mean is taken off before they mean anything.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from app.ml.features.sparse import GRAMS, pack
from app.ml.features.vectors import centred, projected
from app.ml.serving.text import nearest_means

FloatArray = NDArray[np.float64]
Vectors = NDArray[np.float32]
_INT8_MAX: Final = 127
OOS: Final = "oos"
#: Fewer texts out of scope than this teach nothing about the rest of the world.
MIN_OUTSIDE: Final = 20
#: With fewer labels the axes between them are too few to compare sentences by.
MIN_PROJECTED: Final = 20


@dataclass(frozen=True, slots=True)
class IntentRecipe:
    """What is fitted; chosen by cross-validation on training rows (docs/decisions/0053)."""

    C: float = 1.0
    vector_weight: float = 1.0
    near_weight: float = 4.0
    shrinkage: float = 0.3
    """Of the within-class covariance, in the projection under which neighbours are compared."""

    compact: bool = False
    """Compare neighbours under the projection only, not also as they are: a fifth of the size."""

    min_rows: tuple[int, int, int] = (1, 2, 2)
    """Rows that must hold a gram, for the blocks `word`, `char` and `sound`."""

    max_grams: int = 120_000
    """For each block; the most frequent are kept."""

    misspell: bool = False
    """Learn from a misspelt copy of each row as well."""

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as the manifest keeps it."""
        return asdict(self)

    def for_tuned(self) -> "IntentRecipe":
        """Return the recipe for an encoder that has learnt from the same rows.

        It shows them surer than it will show others, so its vectors weigh less; chosen on rows
        that neither had learnt from (docs/decisions/0069).
        """
        return replace(self, vector_weight=0.5, near_weight=3.0)


class IntentEstimator:
    """Class scores of normalised texts. `vectors` are unit rows, or None for tf-idf alone."""

    def __init__(self, recipe: IntentRecipe, *, random_state: int) -> None:
        self.recipe = recipe
        self.random_state = random_state

    def fit(self, texts: Sequence[str], labels: Sequence[str], vectors: Vectors | None) -> Self:
        """Learn from rows; those labelled `oos` are no class, they teach what is outside.

        Raises ValueError when the rows in scope have fewer than two labels.
        """
        named = np.array(labels, dtype=object)
        inside = np.flatnonzero(named != OOS)
        self.labels_ = np.array(sorted(set(named[inside])))
        if len(self.labels_) < 2:
            raise ValueError(
                f"the rows to learn from have {len(self.labels_)} label: two are needed"
            )
        numbers = np.searchsorted(self.labels_, named[inside].astype(str))
        self.blocks_ = {
            name: TfidfVectorizer(
                analyzer=grams, sublinear_tf=True, min_df=least, max_features=self.recipe.max_grams
            )
            for (name, grams), least in zip(GRAMS.items(), self.recipe.min_rows, strict=True)
        }
        counted = [_fitted_block(block, texts) for block in self.blocks_.values()]
        self.mean_ = None if vectors is None else vectors[inside].mean(axis=0, dtype=np.float64)
        X = self._hstack(counted, vectors)
        self.linear_ = self._linear().fit(X[inside], numbers)
        known = len(named) - len(inside) >= MIN_OUTSIDE
        self.outside_ = (
            self._linear(class_weight="balanced").fit(X, (named == OOS).astype(int))
            if known
            else None
        )
        order = np.argsort(numbers, kind="stable")
        self.starts_ = np.searchsorted(numbers[order], np.arange(len(self.labels_) + 1))
        self.projection_ = self.near_ = None
        if vectors is not None:
            rows = centred(vectors[inside], self.mean_)
            self.projection_ = self._projection(rows, numbers)
            self.near_ = self._near(rows)[order]
        return self

    def scores(
        self, texts: Sequence[str], vectors: Vectors | None
    ) -> tuple[FloatArray, FloatArray]:
        """Return class scores, one row a text, and how much each looks out of scope (or 0)."""
        X = self._hstack([block.transform(texts) for block in self.blocks_.values()], vectors)
        weights, bias = self._weights()
        found = np.asarray(X @ weights.T + bias)
        classes = len(self.labels_)
        outside = found[:, classes] if self.outside_ is not None else np.zeros(len(found))
        found = found[:, :classes]
        if self.near_ is not None and vectors is not None:
            rows = self._near(centred(vectors, self.mean_))
            close = nearest_means(rows @ self.near_.T, list(self.starts_))
            found = found + self.recipe.near_weight * close
        return found, outside

    def export(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of app/ml/serving/text.py, tf-idf weights rounded to int8."""
        arrays: dict[str, NDArray[Any]] = {}
        for name, block in self.blocks_.items():
            arrays[f"{name}.grams"] = pack(block.get_feature_names_out())
            arrays[f"{name}.idf"] = block.idf_.astype(np.float64)
        weights, bias = self._weights()
        grams = weights.shape[1] - (0 if self.mean_ is None else len(self.mean_))
        top = np.abs(weights[:, :grams]).max(axis=1)
        scale = np.where(top > 0, top, 1.0) / _INT8_MAX
        arrays["linear.weights"] = np.rint(weights[:, :grams] / scale[:, None]).T.astype(np.int8)
        arrays["linear.scale"], arrays["linear.bias"] = scale, bias
        if self.mean_ is not None and self.near_ is not None and self.projection_ is not None:
            # The centred vector is scaled before it meets its weights; one product does all.
            folded = weights[:, grams:] * self.recipe.vector_weight
            arrays["vector.weights"] = folded.T.astype(np.float32)
            arrays["vector.mean"] = self.mean_
            near_scale = np.abs(self.near_).max(axis=1) / _INT8_MAX
            arrays["near.rows"] = np.rint(self.near_ / near_scale[:, None]).astype(np.int8)
            arrays["near.scale"] = near_scale.astype(np.float32)
            arrays["near.projection"] = self.projection_
            arrays["near.start"] = self.starts_.astype(np.int64)
            arrays["near.weight"] = np.array(self.recipe.near_weight)
        return arrays

    def _weights(self) -> tuple[FloatArray, FloatArray]:
        """Return one row of weights for each class, and one more for what is out of scope."""
        weights, bias = self.linear_.coef_, self.linear_.intercept_
        if len(weights) == 1:
            # Two classes give one row: the margin of the second.
            weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
        if self.outside_ is not None:
            weights = np.vstack([weights, self.outside_.coef_])
            bias = np.concatenate([bias, self.outside_.intercept_])
        return weights, bias

    def _near(self, rows: Vectors) -> Vectors:
        assert self.projection_ is not None  # noqa: S101 - fitted with vectors
        return projected(rows, self.projection_, beside=not self.recipe.compact)

    def _projection(self, rows: Vectors, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the axes that tell classes apart best against the spread inside them."""
        enough = len(self.labels_) >= MIN_PROJECTED and len(rows) > 2 * len(self.labels_)
        if not enough:
            return np.eye(rows.shape[1], dtype=np.float32)
        found = LinearDiscriminantAnalysis(solver="eigen", shrinkage=self.recipe.shrinkage)
        axes = found.fit(rows.astype(np.float64), numbers).scalings_
        return np.asarray(axes[:, : len(self.labels_) - 1], np.float32)

    def _linear(self, **extra: Any) -> LinearSVC:
        return LinearSVC(C=self.recipe.C, random_state=self.random_state, **extra)

    def _hstack(self, counted: list[Any], vectors: Vectors | None) -> Any:
        if self.mean_ is None or vectors is None:
            return sparse.hstack(counted).tocsr()
        dense = centred(vectors, self.mean_).astype(np.float64) * self.recipe.vector_weight
        return sparse.hstack([*counted, sparse.csr_matrix(dense)]).tocsr()


def _fitted_block(block: TfidfVectorizer, texts: Sequence[str]) -> Any:
    try:
        return block.fit_transform(texts)
    except ValueError:
        # Too few rows for the floor of a gram: keep all of them.
        return block.set_params(min_df=1).fit_transform(texts)
