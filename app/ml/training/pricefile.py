"""Read a wide price file (date plus one column per asset) for training and back-tests."""

from pathlib import Path

import numpy as np
import pandas as pd

from app.ml.features.prices import PriceTable, price_table
from app.ml.features.universe import Universe, UniverseError, universe_for


class PriceFileError(ValueError):
    """A price file that cannot be used; the message names the column or row."""


def read_prices(path: Path, universe: Universe | None = None) -> PriceTable:
    """Return the cleaned price table of a Parquet or CSV file.

    Without a universe the built-in one is used when it knows every column, else an
    equal-weight growth sleeve. Raises PriceFileError.
    """
    frame = _read_frame(path)
    if "date" not in frame.columns:
        raise PriceFileError(f"{path.name} has no column 'date'")
    names = [str(name) for name in frame.columns if name != "date"]
    if not names:
        raise PriceFileError(f"{path.name} has no asset column")
    dates = pd.to_datetime(frame["date"], errors="coerce", utc=False)
    if dates.isna().any():
        row = int(np.flatnonzero(dates.isna().to_numpy())[0]) + 1
        raise PriceFileError(f"{path.name}: row {row} has no readable date")
    columns = {name: pd.to_numeric(frame[name], errors="coerce").to_numpy(float) for name in names}
    try:
        chosen = universe_for(names, universe)
        return price_table(chosen, dates.to_numpy().astype("datetime64[D]"), columns)
    except UniverseError as error:
        raise PriceFileError(f"{path.name}: {error}") from error


def _read_frame(path: Path) -> pd.DataFrame:
    try:
        if path.suffix == ".csv":
            return pd.read_csv(path)
        return pd.read_parquet(path)
    except FileNotFoundError as error:
        raise PriceFileError(f"{path} does not exist") from error
    except (OSError, ValueError) as error:  # pyarrow's errors are ValueErrors
        raise PriceFileError(f"{path.name} is neither Parquet nor CSV: {error}") from error
