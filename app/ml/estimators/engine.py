"""Where the members of a fraud model are fitted: the port, and this process as its default."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.errors import InvalidInputError
from app.ml.estimators.fraud import FraudMembers
from app.ml.estimators.parts import RowReader, fit_from_rows
from app.ml.serving.trees import FloatArray


class EngineError(InvalidInputError):
    """The engine cannot be reached, or the training on it failed."""

    code = "training_engine"
    title = "The training engine cannot be used"


class Engine(Protocol):
    """Fits the members on rows that stay on disk."""

    @property
    def name(self) -> str:
        """Return what the manifest calls it."""
        ...

    def fit(
        self, rows: RowReader, y: NDArray[np.int64], weight: FloatArray, *, seed: int
    ) -> FraudMembers:
        """Return the members; ValueError when a class is absent, EngineError when it fails."""
        ...


class LocalEngine:
    """This process, one thread: the same rows and seed give the same bytes."""

    name = "local"

    def fit(
        self, rows: RowReader, y: NDArray[np.int64], weight: FloatArray, *, seed: int
    ) -> FraudMembers:
        """Fit batch by batch."""
        return fit_from_rows(rows, y, weight, seed=seed)


LOCAL = LocalEngine()
