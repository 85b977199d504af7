"""The arithmetic of the label-free behaviour features, run by the interpreter and by numba alike.

A person's habit is her payments of 3 to 120 days ago, so that a fraud of today cannot pass
for a habit. What happened since is measured against it. Counts are integers and cents are
whole, so neither path can change them; the rest is the same arithmetic in the same order.
"""

import math
from typing import Any

from app.ml.features.fraud_kernel import DAY, HISTORY_S

# Lists in the interpreter, one-dimensional arrays when compiled.
Numbers = Any

FRESH_S = 3 * DAY
WEEK_S = 7 * DAY
HOUR_S = 3_600
MINUTES_10_S = 600

COUNT, ROOTS, ROOT_SQUARES, CENTS, CENT_SQUARES, MOST, OLDEST, ROUND = range(8)
"""Of the habit: n, Σ √a, Σ a, Σ cents, Σ cents², largest cents, oldest time, whole units."""
OLD, OLD_EQUAL, OLD_PAIR = 8, 9, 10
"""Older than a week: n, of the same cents, to the same payee."""
MEAN, SPREAD, DAILY, SINGLE = 11, 12, 13, 14
"""Shrunk mean and spread of √a, payments a day, payees paid exactly once."""
HOURS = 15
"""24 counts of the habit, one per hour of the day; then densities, 1 = uniform."""
N_10M, N_1D, NEW_1D, CENTS_1H, CENTS_1D, HOURS_1D, LOW_1D, WEEK_N, EQUAL_7D, PAIR_7D = range(39, 49)
CUSTOMER_PARTS = 49
T_COUNT, T_CENTS, T_SQUARES, T_FIRST, T_1H, T_CENTS_1D = range(6)
TERMINAL_PARTS = 6

SPAN_PRIOR_DAYS = 5.0
ROOT_SHARE = 0.93
"""Mean of √a over √(mean of a) at a usual spread of amounts."""
ROOT_SPREAD = 0.25
"""Spread of √a over its mean before a person is known; worth SPREAD_PRIOR payments."""
SPREAD_PRIOR = 5.0
SQUARE_SHARE = 1.5
HOUR_PRIOR = 4.0


def habit(payment: Any, events: Any, window: Any, parts: Numbers, payees: Numbers) -> int:
    """Add the customer's events [first, last) older than FRESH_S; return how many there are.

    payment = (now, cents, terminal); events = (ts, cents, terminals); `parts` starts as
    CUSTOMER_PARTS zeros with OLDEST = now; the payees met are written to `payees`.
    """
    now, amount, terminal = payment
    ts, cents, terminals = events
    n = 0
    for i in range(window[0], window[1]):
        age = now - ts[i]
        if age < FRESH_S or age >= HISTORY_S:
            continue
        c = cents[i]
        parts[ROOTS] += math.sqrt(c / 100.0)
        parts[ROOT_SQUARES] += c / 100.0
        parts[CENTS] += c
        parts[CENT_SQUARES] += float(c) * c
        parts[MOST] = max(parts[MOST], c)
        parts[OLDEST] = min(parts[OLDEST], ts[i])
        parts[ROUND] += c % 100 == 0
        parts[HOURS + ts[i] % DAY // HOUR_S] += 1.0
        payees[n] = terminals[i]
        n += 1
        if age >= WEEK_S:
            parts[OLD] += 1.0
            parts[OLD_EQUAL] += c == amount
            parts[OLD_PAIR] += terminals[i] == terminal
    parts[COUNT] = n
    return n


def settle(now: Any, n: Any, payees: Any, means: Any, parts: Numbers) -> None:
    """Turn the sums of `habit` into rates; `payees` are its n payees in ascending order."""
    amount_mean, customer_daily, _ = means
    span = max((now - parts[OLDEST]) / DAY - FRESH_S / DAY, 0.0)
    parts[DAILY] = (n + SPAN_PRIOR_DAYS * customer_daily) / (span + SPAN_PRIOR_DAYS)
    root_mean = ROOT_SHARE * math.sqrt(amount_mean)
    mean = (parts[ROOTS] + 0.5 * root_mean) / (n + 0.5)
    squares = max(parts[ROOT_SQUARES] - 2 * mean * parts[ROOTS] + n * mean * mean, 0.0)
    usual = (ROOT_SPREAD * mean) ** 2
    parts[MEAN] = mean
    parts[SPREAD] = math.sqrt((squares + SPREAD_PRIOR * usual) / (n + SPREAD_PRIOR))
    if n == 0:
        parts[SPREAD] = 0.5 * root_mean
    for i in range(n):
        alone = (i == 0 or payees[i] != payees[i - 1]) and (
            i == n - 1 or payees[i] != payees[i + 1]
        )
        parts[SINGLE] += alone
    before, first = parts[HOURS + 23], parts[HOURS]
    for hour in range(24):
        here = parts[HOURS + hour]
        after = parts[HOURS + hour + 1] if hour < 23 else first
        smooth = (before + 2 * here + after) / 4 + HOUR_PRIOR / 24
        parts[HOURS + hour] = smooth / (n + HOUR_PRIOR) * 24
        before = here


def since(payment: Any, events: Any, window: Any, payees: Any, parts: Numbers) -> None:
    """Add the customer's events younger than a week to `parts`, seen against the habit."""
    now, amount, terminal = payment
    ts, cents, terminals = events
    n = int(parts[COUNT])
    for i in range(window[0], window[1]):
        age = now - ts[i]
        if age < 0 or age >= WEEK_S:
            continue
        c = cents[i]
        parts[WEEK_N] += 1.0
        parts[EQUAL_7D] += c == amount
        parts[PAIR_7D] += terminals[i] == terminal
        if age < DAY:
            parts[N_1D] += 1.0
            parts[CENTS_1D] += c
            parts[N_10M] += age < MINUTES_10_S
            parts[CENTS_1H] += c * (age < HOUR_S)
            parts[NEW_1D] += not holds(payees, n, terminals[i])
            parts[HOURS_1D] += max(-math.log(parts[HOURS + ts[i] % DAY // HOUR_S]), 0.0)
            root = math.sqrt(c / 100.0)
            parts[LOW_1D] += max((parts[MEAN] - root) / parts[SPREAD], 0.0)


def terminal_parts(now: Any, events: Any, window: Any, parts: Numbers) -> None:
    """Add a terminal's events [first, last) to `parts` (zeros, T_FIRST = now)."""
    ts, cents = events
    for i in range(window[0], window[1]):
        age = now - ts[i]
        if age < 0 or age >= HISTORY_S:
            continue
        parts[T_FIRST] = min(parts[T_FIRST], ts[i])
        if age >= FRESH_S:
            parts[T_COUNT] += 1.0
            parts[T_CENTS] += cents[i]
            parts[T_SQUARES] += float(cents[i]) * cents[i]
        elif age < DAY:
            parts[T_CENTS_1D] += cents[i]
            parts[T_1H] += age < HOUR_S


def fill_customer(payment: Any, payees: Any, means: Any, parts: Numbers, row: Numbers) -> None:
    """Write the customer's features into `row`, in the order of behaviour.NAMES."""
    now, cents, terminal = payment
    amount, n, daily = cents / 100.0, parts[COUNT], parts[DAILY]
    deviation = (math.sqrt(amount) - parts[MEAN]) / parts[SPREAD]
    mean = (parts[CENTS] / 100.0 + 0.5 * means[0]) / (n + 0.5)
    square = (parts[CENT_SQUARES] / 1e4 + 0.5 * SQUARE_SHARE * means[0] * means[0]) / (n + 0.5)
    spread = max(square - mean * mean, 0.05 * mean * mean)
    row[0] = deviation
    row[1] = excess(amount + parts[CENTS_1H] / 100.0, daily / 24, mean, spread, square)
    row[2] = excess(amount + parts[CENTS_1D] / 100.0, daily, mean, spread, square)
    row[3] = surprise(parts[N_10M], daily / 144)
    row[4] = surprise(parts[N_1D], daily)
    novelty = (parts[SINGLE] + 1.0) / (n + 2.0)  # Good–Turing: payees met once foretell new ones
    new = not holds(payees, int(n), terminal)
    row[5] = -math.log(novelty) if new else 0.0
    row[6] = share_surprise(parts[NEW_1D] + new, parts[N_1D] + 1.0, novelty)
    hour = -math.log(parts[HOURS + now % DAY // HOUR_S])
    row[7] = hour
    row[8] = parts[HOURS_1D] + max(hour, 0.0)
    row[9] = -math.log((parts[ROUND] + 0.5) / (n + 2.0)) if cents % 100 == 0 else 0.0
    equal = (parts[OLD_EQUAL] + 0.05) / (parts[OLD] + 5.0)
    row[10] = max(surprise(parts[EQUAL_7D], (parts[WEEK_N] + 0.1) * equal), 0.0)
    span = max((now - parts[OLDEST]) / DAY - WEEK_S / DAY, 0.0)
    pair = (parts[OLD_PAIR] + 0.2) / (span + SPAN_PRIOR_DAYS)
    row[11] = max(surprise(parts[PAIR_7D], 7 * pair), 0.0)
    row[12] = parts[LOW_1D] + max(-deviation, 0.0)
    most = parts[MOST] / 100.0 if n > 0 else means[0]
    row[13] = math.log((amount + 1.0) / (most + 1.0))


def fill_terminal(payment: Any, means: Any, parts: Numbers, row: Numbers) -> None:
    """Write the terminal's features into `row`."""
    now, cents, _ = payment
    span = max((now - parts[T_FIRST]) / DAY - FRESH_S / DAY, 0.0)
    daily = (parts[T_COUNT] + SPAN_PRIOR_DAYS * means[2]) / (span + SPAN_PRIOR_DAYS)
    n = parts[T_COUNT] + 3.0
    mean = (parts[T_CENTS] / 100.0 + 3.0 * means[0]) / n
    square = (parts[T_SQUARES] / 1e4 + 3.0 * SQUARE_SHARE * means[0] * means[0]) / n
    row[14] = surprise(parts[T_1H], daily / 24)
    row[15] = excess((cents + parts[T_CENTS_1D]) / 100.0, daily, mean, square, square)
    row[16] = -math.log((now - parts[T_FIRST]) / DAY + 0.1)


def surprise(n: Any, expected: Any) -> float:
    """Return the large-deviation size of a Poisson count, negative below what is expected."""
    if n <= 0:
        return -float(expected)
    size = float(n * math.log(n / expected) - n + expected)
    return size if n >= expected else -size


def share_surprise(k: Any, n: Any, expected: Any) -> float:
    """Return the large-deviation size of k out of n where a share `expected` was usual."""
    if k <= n * expected:
        return 0.0
    size = float(k * math.log(k / (n * expected)))
    if k < n:
        size += (n - k) * math.log((n - k) / (n * (1 - expected)))
    return size


def excess(total: Any, expected: Any, mean: Any, spread: Any, square: Any) -> float:
    """Return the deviations of a compound Poisson sum above one payment plus `expected` more."""
    return float((total - mean - expected * mean) / math.sqrt(spread + expected * square))


def holds(payees: Any, n: Any, wanted: Any) -> bool:
    """Tell whether the first n of ascending `payees` hold one."""
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if payees[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return bool(low < n and payees[low] == wanted)
