"""A second look at a day's reasons: a local line around each asset's forecast, beside its parts.

Made once with the frontier and kept in it, so that every advice can say whether its reasons hold.
"""

from typing import Final

import numpy as np

from app.ml.features.prices import PriceTable
from app.ml.features.returns import FIRST_DAY, feature_rows
from app.ml.features.universe import FloatArray
from app.ml.serving.frontier import Frontier
from app.ml.serving.surrogate import second_opinion
from app.ml.serving.vol import VolatilityModel

#: Ordinary rows to compare with: every asset at one day a month of the last four years.
BACKGROUND_MONTHS: Final = 48
_MONTH_DAYS: Final = 21


def local_effects(
    model: VolatilityModel, table: PriceTable, frontier: Frontier, exact: FloatArray
) -> FloatArray:
    """Return the surrogate's effects, shape (risky, columns), of the rows behind a frontier.

    Both are measured from the training mean. The seed is the price data's, so the same data
    give the same effects.
    """
    background = background_rows(table, len(table) - 1)
    seed = int(frontier.data_sha256[:12], 16)
    return np.stack(
        [
            second_opinion(
                model.log_volatility,
                row,
                background,
                parts,
                seed=seed + number,
                reference=model.linear.centre,
            ).effects
            for number, (row, parts) in enumerate(zip(frontier.features, exact, strict=True))
        ]
    )


def background_rows(table: PriceTable, day: int) -> FloatArray:
    """Return the feature rows of one day a month up to a day; only known prices are read."""
    returns = table.returns_until(day)[:, :-1]
    ends = [len(returns) - _MONTH_DAYS * back for back in range(BACKGROUND_MONTHS)]
    return np.concatenate(
        [feature_rows(returns[:end], table.universe) for end in ends if end >= FIRST_DAY]
    )
