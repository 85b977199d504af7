"""What a customer is told: specific true reasons of her own, and what she can do about each.

Nothing about other people, lists, rings or what analysts noted can get in: the sentences are
made here from her own values, or are those a rule keeps for the customer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.core.money import Money
from app.domains.fraud.evidence_types import Correction, CorrectionCode
from app.domains.fraud.list_types import BLOCKED_CODE
from app.domains.fraud.rules.builtin import BURST_COUNT
from app.domains.fraud.rules.words import customer_group

MAX_REASONS = 4
_CORRECT = {
    "amount": "A smaller amount may pass; or wait for the person who checks this payment.",
    "amount_first": "A smaller amount may pass; or wait for the person who checks this payment.",
    "pace": "Leave more time between payments.",
    "large_payments": "Make large payments one at a time and wait until each has gone through.",
    "time": "Make the payment at a time of day at which you usually pay.",
    "payee_history": "Send a small amount to this payee first.",
    "burst": "Wait an hour before the next payment.",
    "new_payee": "Confirm the payment with a fresh code, or send a smaller amount first.",
    "large_amount": "Confirm the payment with a fresh code, or send less at once.",
    "model_unavailable": "Confirm the payment with a fresh code, or try again later.",
    "rule": "Ask a person to look at it again, and say what the payment is for.",
    "combination": "Ask a person to look at it again, and say what the payment is for.",
}
_RULES: Mapping[str, Mapping[str, str]] = {
    "burst": {"limit": str(BURST_COUNT)},
    "new_payee": {},
    "large_amount": {},
    "model_unavailable": {},
}
"""The rules a customer is told of, each with what her language fills in."""


def corrections(
    *,
    amount: Money,
    at: datetime,
    stored: Sequence[Mapping[str, object]],
    values: Mapping[str, float],
    contributions: Mapping[str, float],
) -> tuple[Correction, ...]:
    """Return at most four reasons, the rules that fired first, then the model's largest shares.

    `stored` are the reasons of the decision record, `values` and `contributions` its features.
    There is always one: "the combination" is said when only other people's facts spoke.
    """
    found = [_of_rule(str(r["code"]), str(r["sentence"])) for r in stored if _is_rule(r)]
    said: set[str] = set()
    towards = sorted(contributions.items(), key=lambda item: -item[1])
    for feature, share in towards:
        group = customer_group(feature)
        if share <= 0 or group is None or group in said:
            continue
        said.add(group)
        found.append(_correction(*_say(group, amount, at, values)))
        if len(found) >= MAX_REASONS:
            break
    if not found:
        text = f"Amount ({_money(amount)}), time and payee together are unusual for your account."
        found.append(_correction("combination", text, _filled(amount)))
    return tuple(found[:MAX_REASONS])


def _is_rule(reason: Mapping[str, object]) -> bool:
    """Tell whether a rule spoke: not the model, and not a list, of which nobody is told."""
    code = str(reason["code"])
    return code in _RULES or not (code == BLOCKED_CODE or code.startswith("model_"))


def _of_rule(code: str, sentence: str) -> Correction:
    if code in _RULES:
        return _correction(code, sentence, _RULES[code])
    return _correction("rule", sentence, {"sentence": sentence})


def _correction(code: str, sentence: str, values: Mapping[str, str]) -> Correction:
    return Correction(CorrectionCode(code), sentence, _CORRECT[code], values)


def _say(
    group: str, amount: Money, at: datetime, values: Mapping[str, float]
) -> tuple[str, str, Mapping[str, str]]:
    """Return code, English sentence, and the values another language puts into its own."""
    if group == "amount":
        usual = f"{values.get('c_avg30', 0.0):.2f}"
        if values.get("c_avg30", 0.0) > 0:
            text = (
                f"You sent {_money(amount)}; in the 30 days before, you paid "
                f"{usual} {amount.currency} on average."
            )
            return "amount", text, {**_filled(amount), "average": usual}
        text = f"You sent {_money(amount)} and made no payment in the 30 days before."
        return "amount_first", text, _filled(amount)
    if group == "pace":
        hour, week = int(values.get("c_n_1h", 0)), int(values.get("c_n7", 0))
        text = f"You made {hour} payments in the hour before and {week} in the week before."
        return group, text, {"hour": str(hour), "week": str(week)}
    if group == "large_payments":
        count = int(values.get("c_hi14", 0))
        text = f"{count} of your payments of 14 days were unusually large."
        return group, text, {"count": str(count)}
    if group == "time":
        text = f"The payment was made at {at:%H:%M} UTC on a {at:%A}."
        return group, text, {"at": at.isoformat(timespec="seconds")}
    count = int(values.get("ct_n", 0))
    text = f"You paid this payee {count} times in the 120 days before."
    return group, text, {"count": str(count)}


def _filled(amount: Money) -> Mapping[str, str]:
    return {"amount": amount.decimal_string(), "currency": amount.currency}


def _money(amount: Money) -> str:
    return f"{amount.decimal_string()} {amount.currency}"
