"""Features in words: all of them with numbers for the analyst, her own ones for the customer."""

import re

_NAMES = {
    "amount": "The amount",
    "hour": "The time of day (UTC)",
    "wday": "The day of the week (0 is Monday)",
    "c_n_1h": "Payments of the customer in the hour before",
    "c_ratio7": "The amount against the customer's average of 7 days",
    "c_ratio30": "The amount against the customer's average of 30 days",
    "c_z30": "Deviations of the amount from the customer's average of 30 days",
    "c_lratio": "The amount against the customer's usual one of 120 days (logarithm)",
    "t_last": "Days since the payee's last known small fraud (999: none)",
    "t_first35": "Days since the payee's first known small fraud of 35 days (999: none)",
    "t_legit_since": "Known good payments at the payee since the last fraud (-1: no fraud)",
    "c_gap": "Seconds since the customer's last payment",
    "ct_n": "Earlier payments of the customer to this payee in 120 days",
    "t_amt_ratio": "The amount against what the payee usually receives",
}
_PATTERNS = (
    (r"c_n(\d+)", "Payments of the customer in {} days"),
    (r"c_avg(\d+)", "Average amount of the customer in {} days"),
    (r"c_sd(\d+)", "Spread of the customer's amounts in {} days"),
    (r"c_hi(\d+)", "Unusually large payments of the customer in {} days"),
    (r"c_hifrac(\d+)", "Share of unusually large payments of the customer in {} days"),
    (r"t_n(\d+)", "Payments at the payee whose outcome became known within {} days"),
    (r"t_f(\d+)", "Known frauds at the payee in {} days"),
    (r"t_risk(\d+)", "Share of frauds among the known payments at the payee in {} days"),
    (r"t_fs(\d+)", "Known small frauds at the payee in {} days"),
)
_AMOUNT = re.compile(r"amount|c_(ratio|z|lratio|avg|sd)\d*")
_PACE = re.compile(r"c_n\d+|c_n_1h|c_gap")
_HIGH = re.compile(r"c_hi(frac)?\d+")


def name_of(feature: str) -> str:
    """Return what a feature measures, in words."""
    if feature in _NAMES:
        return _NAMES[feature]
    for pattern, words in _PATTERNS:
        found = re.fullmatch(pattern, feature)
        if found:
            return words.format(found.group(1))
    return f"Feature {feature}"


def sentence(feature: str, value: float, contribution: float) -> str:
    """Return one line for the analyst; the verb has the sign of the contribution."""
    effect = "does not move the score"
    if contribution > 0:
        effect = "raises the score"
    elif contribution < 0:
        effect = "lowers the score"
    return f"{name_of(feature)}: {value:.6g}; {effect}."


def customer_group(feature: str) -> str | None:
    """Return the subject a customer may be told about; None for what concerns other people.

    What is known of a payee (t_…) is never said to the payer: not the count, not that it exists.
    """
    if _AMOUNT.fullmatch(feature):
        return "amount"
    if _PACE.fullmatch(feature):
        return "pace"
    if _HIGH.fullmatch(feature):
        return "large_payments"
    return {"hour": "time", "wday": "time", "ct_n": "payee_history"}.get(feature)
