"""Label-free behaviour `behaviour-17/v1`: what the anomaly channel sees of one payment.

    row = behaviour(payment, customer, terminal, scorer.habits)   # float32, (17,)

The same events as the 50 features of fraud.py, no label among them, and the same rule:
online, replay and training agree. All but two compare with this person's own habit or
this payee's own pace; new ones are judged by the means of training.

    amount_z       √amount against her own, in her own deviations
    spend_1h/1d    spent within the hour/day against her pace (compound Poisson deviations)
    pace_10m/1d    payments within ten minutes/a day against her pace (large deviation)
    new_payee      −ln of how often she pays somebody new, if this one is
    new_payees_1d  share of new payees within a day against that
    hour, hours_1d −ln density of this hour in her day; sum over the day's payments
    round          −ln of how often she pays whole units, if this is
    equal_7d, pair_7d  the same amount, the same payee, again within a week
    low_1d         how far below her usual the day's amounts lie, summed
    over_max       ln of the amount over her largest
    t_pace_1h, t_spend_1d  payments within the hour, money within the day at this payee
    t_age          −ln days since this payee was first paid by anybody
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.ml.features import behaviour_kernel as kernel
from app.ml.features.fraud import EVENTS_MAX, CustomerEvents, Payment, TerminalEvents

VERSION = "behaviour-17/v1"
NAMES: tuple[str, ...] = (
    "amount_z", "spend_1h", "spend_1d", "pace_10m", "pace_1d", "new_payee", "new_payees_1d",
    "hour", "hours_1d", "round", "equal_7d", "pair_7d", "low_1d", "over_max",
    "t_pace_1h", "t_spend_1d", "t_age",
)  # fmt: skip
TWO_SIDED: tuple[str, ...] = ("amount_z", "over_max")
"""Strange at either end; the others only when large."""


@dataclass(frozen=True, slots=True)
class Habits:
    """Training means that stand in for an unknown person or payee; frozen in the manifest."""

    amount_mean: float
    customer_daily: float
    """Payments of one customer a day."""
    terminal_daily: float


def behaviour(
    payment: Payment, customer: CustomerEvents, terminal: TerminalEvents, habits: Habits
) -> NDArray[np.float32]:
    """Return the row NAMES of one payment, float32 of shape (17,)."""
    return np.array(exact_behaviour(payment, customer, terminal, habits), dtype=np.float32)


def exact_behaviour(
    payment: Payment, customer: CustomerEvents, terminal: TerminalEvents, habits: Habits
) -> list[float]:
    """Return the same numbers before they are rounded to float32."""
    now = payment.ts_s
    paid = (now, payment.cents, payment.terminal)
    means = (habits.amount_mean, habits.customer_daily, habits.terminal_daily)
    row = [0.0] * len(NAMES)
    own = (customer.ts_s, customer.cents, customer.terminal)
    window = _window(customer.ts_s)
    parts: list[float] = [0.0] * kernel.CUSTOMER_PARTS
    parts[kernel.OLDEST] = now
    met = [0] * (window[1] - window[0])
    n = kernel.habit(paid, own, window, parts, met)
    payees = sorted(met[:n])
    kernel.settle(now, n, payees, means, parts)
    kernel.since(paid, own, window, payees, parts)
    kernel.fill_customer(paid, payees, means, parts, row)
    other: list[float] = [0.0] * kernel.TERMINAL_PARTS
    other[kernel.T_FIRST] = now
    kernel.terminal_parts(now, (terminal.ts_s, terminal.cents), _window(terminal.ts_s), other)
    kernel.fill_terminal(paid, means, other, row)
    return row


def _window(events: list[int]) -> tuple[int, int]:
    return max(0, len(events) - EVENTS_MAX), len(events)
