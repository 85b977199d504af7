"""The model card of the volatility ensemble, written from its manifest alone."""

from collections.abc import Mapping
from typing import Any


def volatility_card(manifest: Mapping[str, Any]) -> str:
    """Return the card as Markdown; every figure comes from the manifest."""
    recipe, universe = manifest["recipe"], manifest["universe"]
    assets = [*universe["sleeves"]["growth"], *universe["sleeves"]["defensive"]]
    return f"""# Volatility ensemble {manifest["version"]}

Forecasts the volatility of each asset over the next 21 trading days. It picks the rung of the
asset ladder whose predicted risk keeps the promise of a profile. It forecasts no return.

| | |
|---|---|
| Data | daily total-return prices, {manifest["trained_from"]} to {manifest["trained_until"]}, \
sha256 {manifest["data_sha256"][:16]} |
| Assets | {", ".join(assets)} |
| Rows | {manifest["rows"]}: every {recipe["step_days"]}th day, labels end inside the data |
| Features | {manifest["feature_version"]}, {len(manifest["features"])} columns |
| Members | ridge; XGBoost and LightGBM, {recipe["trees"]} trees x {recipe["seeds"]} seeds, \
leaves of at least {recipe["min_leaf_rows"]} rows; mean of the three log volatilities |
| Target | log volatility of the next 21 days minus today's EWMA log volatility |
| Libraries | {", ".join(f"{k} {v}" for k, v in manifest["libraries"].items())} |

## Measured on the last fifth of the data (trained on the first four fifths)

{_skill(manifest.get("holdout"))}

## Known failures

- A sudden break (March 2020 kind) is seen only after it happened: a month of higher risk than
  promised must be expected.
- Pooled over one universe of surviving funds; other assets are unverified.
- Above {manifest["disagreement_bound"]:.2f} log points of mean member spread no advice is given.
"""


def _skill(holdout: Mapping[str, Any] | None) -> str:
    if holdout is None:
        return "Not measured: the history is too short for an honest split."
    return f"""Split by time, {holdout["blocks"]} blocks of 21 days from {holdout["from"]}.

| | ensemble | EWMA, half-life 20 days |
|---|---|---|
| QLIKE (0 is perfect) | {holdout["qlike"]:.4f} | {holdout["qlike_ewma20"]:.4f} |
| RMSE of log volatility | {holdout["rmse"]:.4f} | {holdout["rmse_ewma20"]:.4f} |

QLIKE against EWMA: {holdout["qlike_change"]:+.1%}, 90 % block-bootstrap interval \
{holdout["qlike_change_low"]:+.1%} to {holdout["qlike_change_high"]:+.1%}."""
