"""When a challenger may take over: pure judgement of a comparison on labelled payments."""

from app.domains.fraud.model_types import Comparison

LABELLED_DAYS = 14
ECE_MAX = 0.003


def refusals(found: Comparison | None) -> tuple[str, ...]:
    """Return every reason against a promotion; none means it may happen.

    The challenger has to win average precision and cost with the whole 90 % interval above
    zero, to lose no recall at 1 % false positives and to be calibrated (fraud.md, section 12).
    """
    if found is None:
        return ("it was not compared with the model in force: run it in shadow first",)
    if not found.measured:
        return (
            f"{found.frauds} known frauds among {found.labelled} labelled payments:"
            " both kinds are needed to compare",
        )
    reasons = []
    if found.labelled_days < LABELLED_DAYS:
        reasons.append(f"{found.labelled_days:.1f} labelled days of {LABELLED_DAYS}")
    if found.precision_gain[0] <= 0:
        reasons.append(
            f"average precision {found.challenger['average_precision']:.4f} against"
            f" {found.champion['average_precision']:.4f}: the gain is not certain"
        )
    if found.cost_saving[0] <= 0:
        reasons.append(
            f"cost {found.challenger['cost']:.2f} against {found.champion['cost']:.2f}:"
            " the saving is not certain"
        )
    if found.challenger["recall_fpr_01"] < found.champion["recall_fpr_01"]:
        reasons.append(
            f"recall at 1 % false positives falls from {found.champion['recall_fpr_01']:.4f}"
            f" to {found.challenger['recall_fpr_01']:.4f}"
        )
    if not found.challenger["ece"] <= ECE_MAX:
        reasons.append(
            f"calibration error {found.challenger['ece']:.4f}, at most {ECE_MAX} is allowed"
        )
    return tuple(reasons)
