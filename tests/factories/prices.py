"""Seeded synthetic price tables: regime-switching volatility, never a row of real data."""

import numpy as np

from app.ml.features.prices import PriceTable, price_table
from app.ml.features.universe import Universe, built_in_universe

CALM_YEARLY = {"growth": 0.14, "defensive": 0.05, "cash": 0.003}


def synthetic_prices(
    *, days: int = 700, seed: int = 7, universe: Universe | None = None
) -> PriceTable:
    """Return prices of a universe whose volatility doubles in seeded turbulent spells."""
    chosen = universe or built_in_universe()
    dates, columns = synthetic_columns(days=days, seed=seed, universe=chosen)
    return price_table(chosen, dates, columns)


def synthetic_columns(
    *, days: int, seed: int, universe: Universe
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return business days and raw price columns; the same seed gives the same prefix."""
    generator = np.random.default_rng(seed)
    growth = len(universe.growth)
    yearly = np.array(
        [CALM_YEARLY["growth"]] * growth
        + [CALM_YEARLY["defensive"]] * len(universe.defensive)
        + [CALM_YEARLY["cash"]]
    )
    turbulent, regime = False, np.empty(days)
    for day in range(days):
        turbulent = generator.random() < (0.97 if turbulent else 0.015)
        regime[day] = 2.2 if turbulent else 1.0
    noise = generator.standard_normal((days, len(yearly)))
    noise[:, :growth] = 0.7 * noise[:, :1] + 0.7 * noise[:, :growth]
    steps = 2e-4 + noise * regime[:, None] * yearly / np.sqrt(252)
    prices = 100.0 * np.exp(np.cumsum(steps, axis=0))
    start = np.datetime64("2012-01-02")
    dates = np.busday_offset(start, np.arange(days), roll="forward").astype("datetime64[D]")
    return dates, {name: prices[:, i] for i, name in enumerate(universe.assets)}
