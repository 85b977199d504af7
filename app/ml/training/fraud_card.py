"""The model card of a fraud artefact, written from its manifest alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MEASURES = (
    ("average_precision", "average precision"),
    ("auc", "ROC-AUC"),
    ("card_precision_100", "card precision@100"),
    ("card_precision_100_perfect", "… of a perfect model"),
    ("recall_fpr_001", "recall at 0.1 % false positives"),
    ("recall_fpr_005", "recall at 0.5 % false positives"),
    ("recall_fpr_01", "recall at 1 % false positives"),
    ("value_fpr_01", "share of fraud amount above the 1 % line"),
    ("balanced_accuracy_fpr_01", "balanced accuracy at 1 % false positives"),
    ("brier", "Brier score"),
    ("ece", "calibration error (15 bins)"),
    ("accuracy", "accuracy at p > 0.5"),
    ("accuracy_always_legit", "… of always saying legit"),
)


def fraud_card(manifest: Mapping[str, Any], *, source: str) -> str:
    """Return the card in Markdown; `source` says in words where the payments come from."""
    training, metrics = manifest["training"], manifest["metrics"]
    lines = [
        f"# Fraud model {manifest['version']}",
        "",
        "Judges one payment: the weighted mean log-odds of XGBoost, LightGBM (depth <= 4) and "
        f"logistic regression on {len(manifest['features'])} features "
        f"(`{manifest['feature_version']}`), "
        "beta-calibrated; beside it a label-free anomaly score that may ask for a second factor "
        "or a person but never blocks by itself.",
        "",
        "## Data",
        f"{source} {training['payments']:,} payments from {training['first_day']} to "
        f"{training['until']}; learnt from {training['rows']:,} labelled ones with "
        f"{training['frauds']:,} frauds (seed {manifest['seed']}, "
        f"{training['negative_share']:.0%} of legit rows, weighted back).",
        "",
        "## Measured",
        _measured_on(manifest),
        "",
        "| measure | value |",
        "|---|---|",
        *(f"| {words} | {metrics[key]:.4f} |" for key, words in MEASURES),
        "",
        "Anomaly channel alone on the same week, AUC (PyOD fitted on the same behaviour): "
        + ", ".join(f"{name} {value:.3f}" for name, value in manifest["anomaly_auc"].items())
        + ".",
        "",
        *_continued(manifest),
        *_held_out(manifest),
        "## Bands",
        "Cheapest action under the cost matrix "
        + ", ".join(f"{name} {value:g}" for name, value in manifest["costs"].items())
        + ": "
        + ", ".join(f"{name} >= {value:.4g}" for name, value in manifest["thresholds"].items())
        + ".",
        "",
        "## Known limits",
        "- Simulated payments are cleaner than real ones: on real card data the literature "
        "reports average precision near 0.1 where simulations give 0.7. Nothing here carries over.",
        "- Accuracy says nothing at this fraud rate; read recall together with its "
        "false-positive rate.",
        "- Fraud at a counterparty is visible only once its first labels are back (7 days, or "
        "sooner when an analyst decides).",
        "- A high anomaly score means unusual, not guilty.",
        "- Counts saturate at 2,000 events per customer or counterparty in 120 days.",
        "",
    ]
    return "\n".join(lines)


def _measured_on(manifest: Mapping[str, Any]) -> str:
    metrics = manifest["metrics"]
    low, high = metrics["average_precision_90"]
    interval = (
        f"90 % interval of the average precision, customers resampled: {low:.3f} to {high:.3f}."
    )
    counts = f"({metrics['rows']:,} payments, {metrics['frauds']:,} frauds), split by time"
    if "continues" in manifest:
        return (
            f"On the later half of the new days {counts}: the parent continued on the earlier "
            "half; the shipped members were then continued on all new days. The calibration is "
            f"the parent's. {interval}"
        )
    return (
        f"On the last labelled week {counts}: members had not seen it, the calibration map had. "
        f"The shipped members were then fitted on all rows. {interval}"
    )


def _continued(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield where a continued model comes from; nothing for one trained on all payments."""
    found = manifest.get("continues")
    if found is None:
        return
    before, after = (found[name]["average_precision"] for name in ("before", "after"))
    yield "## Continues an earlier model"
    yield (
        f"Update {found['generation']} after a whole training: {found['rounds']} trees more per "
        f"booster and one pass of the logistic member on the days above, on top of "
        f"{found['version']} (sha256 `{found['sha256']}`). The payments named under Data are the "
        "new ones only. Frozen means, calibration, thresholds, anomaly channel and drift "
        "references are the parent's. Average precision on the later half of the new days: "
        f"parent {before:.4f}, continued {after:.4f}."
    )
    yield ""


def selection_table(selection: Mapping[str, Any]) -> Iterator[str]:
    """Yield the feature selection report as Markdown tables."""
    yield "| features kept | average precision | ROC-AUC | recall at 1 % |"
    yield "|---|---|---|---|"
    for row in selection["strongest"]:
        yield f"| the strongest {row['features']} | {_figures(row)} |"
    for row in selection["without_group"]:
        yield f"| all but {row['group']} ({row['features']}) | {_figures(row)} |"
    yield ""
    strongest = selection["ranking"]
    yield "Mean absolute contribution, strongest first: " + ", ".join(
        f"{row['feature']} {row['mean_abs_contribution']:.3f}" for row in strongest
    )
    yield ""


def compression_table(variants: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the pruning and quantisation report as a Markdown table."""
    yield (
        "| variant | trees | file KB | plain µs | fast µs | average precision | recall at 1 % "
        "| anomaly recall at 1 % | largest change of p |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in variants:
        yield (
            f"| {row['variant']} | {row['trees']} | {row['file_kb']:.0f} "
            f"| {row['plain_us_p50']:.0f} | {row['fast_us_p50']:.1f} "
            f"| {row['average_precision']:.4f} | {row['recall_fpr_01']:.4f} "
            f"| {row['anomaly_recall_fpr_01']:.4f} | {row['max_dp']:.2g} |"
        )
    yield ""


def _figures(row: Mapping[str, Any]) -> str:
    return f"{row['average_precision']:.4f} | {row['auc']:.4f} | {row['recall_fpr_01']:.4f}"


def _held_out(manifest: Mapping[str, Any]) -> Iterator[str]:
    found = manifest.get("held_out")
    if found is None:
        return
    evaluation = found["evaluation"]
    yield f"## Later payments, {found['from']} to {found['to']}"
    yield (
        f"{evaluation['rows']:,} labelled payments, {evaluation['frauds']:,} frauds; nothing was "
        "learnt or calibrated on them. Recall at 1 % (0.1 %) false positives, each kind of fraud "
        "against all legit payments; 90 % interval with customers resampled."
    )
    yield ""
    yield "| kind | trained on | frauds | score | anomaly channel | interval |"
    yield "|---|---|---|---|---|---|"
    kinds = list(evaluation["kinds"].values())
    if "unseen" in evaluation:
        kinds.append({"name": "all untrained", "trained": False, **evaluation["unseen"]})
    for kind in kinds:
        score, channel = kind["supervised"], kind["anomaly"]
        low, high = channel["recall_fpr_01_90"]
        yield (
            f"| {kind['name']} | {'yes' if kind['trained'] else 'no'} | {kind['frauds']} "
            f"| {score['recall_fpr_01']:.3f} ({score['recall_fpr_001']:.3f}) "
            f"| {channel['recall_fpr_01']:.3f} ({channel['recall_fpr_001']:.3f}) "
            f"| {low:.3f} to {high:.3f} |"
        )
    yield ""
    yield "### Feature selection"
    yield "Fitted again with fewer features, measured on the same payments (trained kinds only)."
    yield ""
    yield from selection_table(found["selection"])
    yield "### Pruning and quantisation"
    yield (
        "Whole artefacts without golden rows; median time of one score without features on the "
        "machine that trained it; trained kinds only."
    )
    yield ""
    yield from compression_table(found["compression"])
