"""The model card of an intent model, written from its manifest alone."""

from collections.abc import Mapping
from typing import Any


def intent_card(manifest: Mapping[str, Any]) -> str:
    """Return the card as Markdown; every figure comes from the manifest."""
    data, metrics = manifest["data"], manifest["metrics"]
    vectors = manifest["vectors"]
    return f"""# Intent model {manifest["version"]}

Says which of {len(manifest["labels"])} intents a message states, how sure that is, and in which
language it is written. It answers nothing and does nothing.

| | |
|---|---|
| Data | {", ".join(data["sources"])}; sha256 {data["sha256"][:16]} |
| Rows | {data["fit_rows"]} learnt from, {data["calibration_rows"]} held out to calibrate\
{_both(data)}, {data["out_of_scope_rows"]} of all out of scope |
| Features | {manifest["feature_version"]}: tf-idf of words 1-2 and characters 2-5 |
| Sentence vectors | {"none: tf-idf only" if vectors == "none" else vectors[:16]} |
| Model | linear support vectors; closeness to the nearest examples; isotonic confidence |
| Seed | {manifest["seed"]} |
| Libraries | {", ".join(f"{k} {v}" for k, v in manifest["libraries"].items())} |

## Measured on {manifest["calibrated_on"]}, {metrics["rows"]} rows not learnt from

| | |
|---|---|
| Accuracy in scope | {metrics["accuracy"]:.2%} |
| Asked again although in scope | {metrics["abstained_in_scope"]:.2%} |
| Calibration error | {metrics["calibration_error"]:.3f} |
{_outside(metrics)}
Accuracy by source: {", ".join(f"{k} {v:.2%}" for k, v in metrics["accuracy_by_source"].items())}

Below a confidence of {manifest["threshold"]:.4f} the model abstains. Confidence and threshold
above were fitted on one half of the rows and measured on the other, both ways.

## Known failures

- Measured on sentences of the same authors as those learnt from; other people write otherwise.
- A text in scope of nothing here can look like an intent: the table says how often that is seen.
- Dialects, mixed languages and Latin spellings of Hindi and Arabic are rarer in the data.
- Confidence is for the mixture of texts in these rows; with more texts out of scope it is too high.
"""


def _both(data: Mapping[str, Any]) -> str:
    both = data.get("rows_in_both", 0)
    return f" ({both} of them learnt from once that was done)" if both else ""


def _outside(metrics: Mapping[str, Any]) -> str:
    if "out_of_scope_recall" not in metrics:
        return "| Texts out of scope | none in the data: not measured |\n"
    return f"""| Out of scope told ({metrics["out_of_scope_rows"]} rows) | \
{metrics["out_of_scope_recall"]:.2%} |
| AUROC of confidence, in against out of scope | {metrics["out_of_scope_auroc"]:.4f} |
"""
