"""The model card of the risk-tolerance ensemble, written from its manifest alone."""

from collections.abc import Mapping
from typing import Any


def risk_card(manifest: Mapping[str, Any]) -> str:
    """Return the card as Markdown; every figure comes from the manifest."""
    recipe, folds = manifest["recipe"], manifest["folds"]
    return f"""# Risk-tolerance ensemble {manifest["version"]}

Says which answers about risk are usual for a household of these facts. It only **challenges** a
stated answer that lies outside its set, with one more question. No output of it raises a risk
profile. Sex and race are not inputs.

| | |
|---|---|
| Data | household survey, {manifest["rows"]} rows of {folds["households"]} households, \
sha256 {manifest["data_sha256"][:16]} |
| Features | {manifest["feature_version"]}, {len(manifest["features"])} columns |
| Members | logistic or ridge; XGBoost {recipe["trees"]} trees of depth {recipe["xgboost_depth"]}; \
LightGBM {recipe["trees"]} trees of {recipe["lightgbm_leaves"]} leaves; mean of the margins |
| Targets | stated risk (none, average, substantial); equity share of financial assets |
| Libraries | {", ".join(f"{k} {v}" for k, v in manifest["libraries"].items())} |

## Measured on {folds["split"]}, weighted

| | ensemble | {" | ".join(folds["members"])} |
|---|---|{"---|" * len(folds["members"])}
{_rows(folds)}

Knowing nothing gives a log loss of {folds["log_loss_prior"]:.4f}, an AUC of .5, a QWK and R² of 0.
{_without(folds.get("without", {}))}
## The set of usual answers

{_sets(folds["sets"])}

The class "substantial" is rare: an ordinary set would leave it out and question every such
person, so each class has its own threshold.

## Parity of the extra question (bound {manifest["fairness"]["bound"]:.0%} points of gap)

{_parity(manifest["fairness"])}

## Known failures

- One country and one year; other countries are unverified. What people say changes with markets.
- "Substantial" is hardly predictable: treat its probability as weak evidence.
- The equity share reads liquid assets, which are part of its denominator; the client states them.
"""


def _rows(folds: Mapping[str, Any]) -> str:
    names = ("auc_none", "auc_substantial", "log_loss", "qwk", "equity_r2", "equity_mae")
    columns = [folds, *folds["members"].values()]
    return "\n".join(f"| {n} | " + " | ".join(f"{c[n]:.4f}" for c in columns) + " |" for n in names)


def _without(blind: Mapping[str, Any]) -> str:
    return "".join(
        f"Without {name}: AUC {row['auc_none']:.4f}, QWK {row['qwk']:.4f}, "
        f"R² {row['equity_r2']:.4f}.\n"
        for name, row in blind.items()
    )


def _sets(sets: Mapping[str, Any]) -> str:
    lines = [
        "| level | covers none / average / substantial | mean size | asks |",
        "|---|---|---|---|",
    ]
    for name, row in sets.items():
        covered = " / ".join(f"{value:.2f}" for value in row["coverage"].values())
        lines.append(f"| {name} | {covered} | {row['mean_size']:.2f} | {row['asked']:.1%} |")
    return "\n".join(lines)


def _parity(report: Mapping[str, Any]) -> str:
    lines = ["| attribute | group | households | asked | AUC none |", "|---|---|---|---|---|"]
    for name, row in report["attributes"].items():
        for label, group in row["groups"].items():
            auc = "–" if group["auc_none"] is None else f"{group['auc_none']:.3f}"
            lines.append(
                f"| {name} | {label} | {group['households']} | {group['asked']:.1%} | {auc} |"
            )
    wide = [name for name, row in report["attributes"].items() if row["ok"] is False]
    lines.append("")
    lines.append(f"Above the bound: {', '.join(wide) or 'none'}.")
    return "\n".join(lines)
