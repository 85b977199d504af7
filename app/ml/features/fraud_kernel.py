"""The arithmetic of the 50 payment features, runnable by the interpreter and by numba alike.

Plain loops over indexable sequences: serving runs them on short lists without loading a
compiler, training compiles the very same functions (fraud_compiled.py). Sums are of whole
cents, which float64 holds exactly, so neither order nor path can change a count or a mean.
"""

import math
from typing import Any

# Lists in the interpreter, one-dimensional arrays when compiled.
Numbers = Any

DAY = 86_400
HISTORY_S = 120 * DAY
"""No feature looks further back than this."""
EDGES = (3_600, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, HISTORY_S)
"""Upper ends of the age buckets; an event of age a lies in the first bucket with a < edge."""
BUCKETS = 7
CUSTOMER_SUMS = 4 * BUCKETS + 3
"""Per bucket n, Σ cents, Σ cents², number high; then Σ ln(1+a), pair count, newest time."""
LOGS, PAIR, NEWEST = 4 * BUCKETS, 4 * BUCKETS + 1, 4 * BUCKETS + 2
TERMINAL_SUMS = 3 * BUCKETS + 5
"""Per bucket of known age n, frauds, small frauds; then the five below."""
SEEN, SEEN_CENTS, LAST, FIRST, LEGIT = (3 * BUCKETS + i for i in range(5))
SMALL_CENTS = 22_000
FIRST_S = 35 * DAY
NEVER = -1


def customer_sums(payment: Any, events: Any, window: Any, acc: Numbers) -> None:
    """Add a customer's events [first, last) to `acc` (CUSTOMER_SUMS zeros, NEWEST = −1).

    payment = (now, terminal); events = (ts, cents, terminals, high); window = (first, last).
    """
    now, terminal = payment
    ts, cents, terminals, high = events
    first, last = window
    logs, pairs, newest = acc[LOGS], acc[PAIR], acc[NEWEST]
    for i in range(first, last):
        age = now - ts[i]
        if age < 0 or age >= HISTORY_S:
            continue
        bucket = 0
        while age >= EDGES[bucket]:
            bucket += 1
        amount = cents[i]
        at = 4 * bucket
        acc[at] += 1.0
        acc[at + 1] += amount
        acc[at + 2] += float(amount) * amount
        acc[at + 3] += high[i]
        logs += math.log1p(amount / 100.0)
        if terminals[i] == terminal:
            pairs += 1.0
        newest = max(newest, ts[i])
    acc[LOGS], acc[PAIR], acc[NEWEST] = logs, pairs, newest


def terminal_sums(now: Any, events: Any, window: Any, acc: Numbers) -> None:
    """Add a terminal's events [first, last) to `acc` (zeros, LAST = FIRST = −1).

    events = (ts, cents, known_at, fraud); window = (first, last).
    """
    ts, cents, known_at, fraud = events
    first, last = window
    for i in range(first, last):
        age = now - ts[i]
        if age < 0 or age >= HISTORY_S:
            continue
        if age < EDGES[5]:
            acc[SEEN] += 1.0
            acc[SEEN_CENTS] += cents[i]
        known_age = now - known_at[i]
        if known_age < 0 or known_age >= HISTORY_S:
            continue
        bucket = 0
        while known_age >= EDGES[bucket]:
            bucket += 1
        acc[3 * bucket] += 1.0
        acc[3 * bucket + 1] += fraud[i]
        if fraud[i] and cents[i] <= SMALL_CENTS:
            acc[3 * bucket + 2] += 1.0
            acc[LAST] = max(acc[LAST], ts[i])
            if age < FIRST_S and (acc[FIRST] < 0 or ts[i] < acc[FIRST]):
                acc[FIRST] = ts[i]


def legit_since(now: Any, events: Any, window: Any, acc: Numbers) -> None:
    """Count known legit payments after the last known small fraud; −1 when there is none."""
    ts, _, known_at, fraud = events
    first, last = window
    acc[LEGIT] = -1.0
    if acc[LAST] < 0:
        return
    acc[LEGIT] = 0.0
    for i in range(first, last):
        if acc[LAST] < ts[i] <= now and known_at[i] <= now and not fraud[i]:
            acc[LEGIT] += 1.0


def fill_customer(
    now: Any, cents: Any, acc: Numbers, amount_mean: Any, log_mean: Any, row: Numbers
) -> None:
    """Write features 1–25 and 48–49 into `row`."""
    amount = cents / 100.0
    log_amount = math.log1p(amount)
    row[0] = amount
    row[1] = (now % DAY) / 3600.0
    row[2] = (now // DAY + 3) % 7  # 1970-01-01 was a Thursday
    n = total = squares = high = 0.0
    row[14] = acc[0]
    for bucket in range(BUCKETS):
        n += acc[4 * bucket]
        total += acc[4 * bucket + 1]
        squares += acc[4 * bucket + 2]
        high += acc[4 * bucket + 3]
        mean = total / n / 100.0 if n > 0 else 0.0
        # n·Σc² − (Σc)² in whole cents: no cancellation error, so a constant history has sd 0.
        spread = math.sqrt(max(n * squares - total * total, 0.0)) / n / 100.0 if n > 0 else 0.0
        if bucket == 1:
            row[3], row[4] = n, mean
        elif bucket in (3, 4, 5):
            at = 5 + 3 * (bucket - 3)
            row[at], row[at + 1], row[at + 2] = n, mean, spread
        if bucket in (2, 3, 4):
            at = 19 + 2 * (bucket - 2)
            row[at], row[at + 1] = high, high / max(n, 1.0)
    row[15] = amount / max(row[6], 1.0) if row[5] > 0 else amount / amount_mean
    row[16] = amount / max(row[12], 1.0) if row[11] > 0 else amount / amount_mean
    row[17] = (amount - row[12]) / (row[13] + 5.0)
    row[18] = log_amount - (acc[LOGS] / n if n > 0 else log_mean)
    row[47] = min(now - acc[NEWEST], 30.0 * DAY) if acc[NEWEST] >= 0 else 30.0 * DAY
    row[48] = acc[PAIR]


def fill_terminal(now: Any, cents: Any, acc: Numbers, amount_mean: Any, row: Numbers) -> None:
    """Write features 26–47 and 50 into `row`."""
    amount = cents / 100.0
    n = frauds = small = 0.0
    for bucket in range(6):
        n += acc[3 * bucket]
        frauds += acc[3 * bucket + 1]
        small += acc[3 * bucket + 2]
        if bucket >= 1:
            at = 25 + 3 * (bucket - 1)
            row[at], row[at + 1], row[at + 2] = n, frauds, frauds / max(n, 1.0)
        if bucket >= 2:
            row[40 + bucket - 2] = small
    row[44] = (now - acc[LAST]) / float(DAY) if acc[LAST] >= 0 else 999.0
    row[45] = (now - acc[FIRST]) / float(DAY) if acc[FIRST] >= 0 else 999.0
    row[46] = acc[LEGIT]
    if acc[SEEN] > 0:
        row[49] = amount / max(acc[SEEN_CENTS] / acc[SEEN] / 100.0, 1.0)
    else:
        row[49] = amount / amount_mean
