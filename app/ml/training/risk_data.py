"""Read a household survey file: one row per implicate, several implicates per household."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from app.ml.estimators.risk import RiskTargets
from app.ml.features.risk import SOURCE_COLUMNS, FloatArray, feature_rows

TARGET_COLUMNS: Final = ("NOFINRISK", "YESFINRISK", "EQUITY", "FIN", "WGT")
LEAST_FINANCIAL: Final = 1000.0
"""Below this amount of financial assets a share of them says nothing."""
FOLDS: Final = 5


class HouseholdFileError(ValueError):
    """A survey file that cannot be used; the message names the column or row."""


@dataclass(frozen=True, slots=True)
class Households:
    """A read file: ids, the features, and every column for groups and targets."""

    household: np.ndarray
    record: np.ndarray
    X: FloatArray
    frame: pd.DataFrame
    sha256: str

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.household)

    def take(self, rows: np.ndarray) -> "Households":
        """Return the chosen rows."""
        return replace(
            self,
            household=self.household[rows],
            record=self.record[rows],
            X=self.X[rows],
            frame=self.frame.loc[rows],
        )


def read_households(path: Path) -> Households:
    """Return the rows of a Parquet or CSV file in its order; targets may be missing.

    Raises HouseholdFileError.
    """
    frame = _read_frame(path)
    ids = ["Y1"] if "YY1" in frame.columns else ["YY1", "Y1"]
    missing = [name for name in (*ids, *SOURCE_COLUMNS) if name not in frame.columns]
    if missing:
        raise HouseholdFileError(f"{path.name} lacks columns: {', '.join(missing)}")
    if frame.empty:
        raise HouseholdFileError(f"{path.name} has no rows")
    numbers = {name: pd.to_numeric(frame[name], errors="coerce") for name in frame.columns}
    frame = pd.DataFrame(numbers).reset_index(drop=True)
    if frame["YY1"].isna().any() or frame["Y1"].isna().any():
        row = int(np.flatnonzero((frame["YY1"].isna() | frame["Y1"].isna()).to_numpy())[0]) + 1
        raise HouseholdFileError(f"{path.name}: row {row} has no household number (YY1, Y1)")
    X = feature_rows({name: frame[name].to_numpy(float) for name in SOURCE_COLUMNS})
    return Households(
        frame["YY1"].to_numpy(np.int64), frame["Y1"].to_numpy(np.int64), X, frame, _sha256(path)
    )


def targets_of(data: Households) -> RiskTargets:
    """Return the targets and weights of the rows. Raises HouseholdFileError without them."""
    missing = [name for name in TARGET_COLUMNS if name not in data.frame.columns]
    if missing:
        raise HouseholdFileError(f"the file lacks target columns: {', '.join(missing)}")
    column = {name: data.frame[name].to_numpy(float) for name in TARGET_COLUMNS}
    weight = column["WGT"]
    if not np.isfinite(weight).all() or (weight <= 0).any():
        raise HouseholdFileError("every row needs a weight WGT above 0")
    stated = np.where(column["NOFINRISK"] == 1, 0, np.where(column["YESFINRISK"] == 1, 2, 1))
    known = column["FIN"] > LEAST_FINANCIAL
    share = np.zeros(len(data))
    np.divide(column["EQUITY"], column["FIN"], out=share, where=known)
    return RiskTargets(stated, np.clip(share, 0.0, 1.0), known, weight / weight.mean())


def household_folds(household: np.ndarray, *, seed: int) -> np.ndarray:
    """Return each row's fold 0..4; all rows of a household share one. Never split by row.

    Raises HouseholdFileError with fewer households than folds.
    """
    ids, position = np.unique(household, return_inverse=True)
    if len(ids) < FOLDS * 10:
        raise HouseholdFileError(
            f"{len(ids)} households are too few for {FOLDS} folds; {FOLDS * 10} are needed"
        )
    return np.asarray((np.random.default_rng(seed).permutation(len(ids)) % FOLDS)[position])


def _read_frame(path: Path) -> pd.DataFrame:
    try:
        if path.name.lower().endswith((".csv", ".csv.gz")):
            return pd.read_csv(path)
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:  # pyarrow's errors are ValueErrors
        raise HouseholdFileError(f"{path.name} is neither Parquet nor CSV: {error}") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
