"""Invented card payments for tests, demos and the shipped model: seeded, plainly simulated.

Customers have a usual amount, a pace and the terminals they can reach. Known kinds of
fraud may be trained on; unseen kinds are invented to test what no label has shown:

    large     one payment far above what anybody here spends
    terminal  a compromised terminal taints what is paid there for weeks
    stolen    a third of a customer's payments for two weeks, amounts multiplied
    burst     (unseen) card testing: many tiny-to-middling payments within one hour
    spree     (unseen) two nights of large payments far from the usual terminals
    drain     (unseen) rising payments to one new payee within an hour
    ring      (unseen) six customers on one device pay one new payee, again and again
    repeat    (unseen) the same round amount at several new payees within hours (gift cards)
    swarm     (unseen) one payee charges many people who never came near it, within an hour
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from app.ml.features.fraud_table import PaymentTable, ordered

DAY = 86_400
START_S = 1_704_067_200
"""2024-01-01 00:00 UTC, a Monday."""
RING_SIZE = 6
SWARM_SIZE = 20
SWARM_SHARE = 0.3
"""Swarms per episode of another unseen kind: each has many payments."""
_REACH = 40

IntArray = NDArray[np.int64]


class Kind(IntEnum):
    """What really happened; for analysis only, never a model input."""

    LEGIT = 0
    LARGE = 1
    TERMINAL = 2
    STOLEN = 3
    BURST = 4
    SPREE = 5
    DRAIN = 6
    RING = 7
    REPEAT = 8
    SWARM = 9


UNSEEN = (Kind.BURST, Kind.SPREE, Kind.DRAIN, Kind.RING, Kind.REPEAT, Kind.SWARM)


@dataclass(frozen=True, slots=True)
class World:
    """How much to invent; unseen kinds happen only from day `unseen_from` on."""

    customers: int = 300
    terminals: int = 600
    days: int = 90
    unseen_from: int = 60
    unseen_per_day: float = 0.5
    start_s: int = START_S


@dataclass(frozen=True, slots=True)
class SimulatedPayments:
    """Payments in total order with the truth about each (parallel arrays)."""

    table: PaymentTable
    kind: IntArray
    device: IntArray


@dataclass(slots=True)
class Rows:
    """Invented payments before they are ordered (parallel arrays)."""

    ts_s: IntArray
    customer: IntArray
    terminal: IntArray
    cents: IntArray
    kind: IntArray


def simulate(world: World, seed: int) -> SimulatedPayments:
    """Return the payments of one invented world; the same seed gives the same world."""
    rng = np.random.default_rng(seed)
    reach = _reachable(world, rng)
    mean = np.exp(rng.normal(3.6, 0.6, world.customers))
    parts = [_habits(world, rng, reach, mean)]
    _spoil_known(world, rng, parts[0])
    parts += _unseen(world, rng, mean)
    rows = _joined(parts)
    ids = np.arange(rows.ts_s.size)
    order = np.lexsort((ids, rows.ts_s))
    table = ordered(
        id=ids, ts_s=rows.ts_s[order], customer=rows.customer[order],
        terminal=rows.terminal[order], cents=rows.cents[order],
        fraud=(rows.kind[order] > 0).astype(np.int64),
    )  # fmt: skip
    kind = rows.kind[order]
    # A ring works from one device; everybody else pays from a device of her own.
    device = np.where(kind == Kind.RING, -1, table.customer)
    return SimulatedPayments(table=table, kind=kind, device=device)


def _joined(parts: list[Rows]) -> Rows:
    return Rows(*(np.concatenate([getattr(p, f) for p in parts]) for f in Rows.__slots__))


def _reachable(world: World, rng: np.random.Generator) -> IntArray:
    home = rng.uniform(0, 100, (world.customers, 2))
    place = rng.uniform(0, 100, (world.terminals, 2))
    distance = ((home[:, None, :] - place[None, :, :]) ** 2).sum(axis=2)
    return np.argsort(distance, axis=1)[:, : min(_REACH, world.terminals)]


def _habits(
    world: World, rng: np.random.Generator, reach: IntArray, mean: NDArray[np.float64]
) -> Rows:
    pace = rng.uniform(0.3, 4.0, world.customers)
    count = rng.poisson(pace[:, None], (world.customers, world.days))
    customer, day = np.nonzero(count)
    repeats = count[customer, day]
    customer, day = np.repeat(customer, repeats), np.repeat(day, repeats)
    n = customer.size
    second = np.clip(rng.normal(DAY / 2, DAY / 6, n), 0, DAY - 1).astype(np.int64)
    # A few favourite terminals take most of a person's payments.
    rank = np.minimum(rng.geometric(0.12, n) - 1, reach.shape[1] - 1)
    amount = np.maximum(mean[customer] * rng.gamma(4.0, 0.25, n), 0.5)
    return Rows(
        ts_s=world.start_s + day * DAY + second,
        customer=customer.astype(np.int64),
        terminal=reach[customer, rank].astype(np.int64),
        cents=np.rint(amount * 100).astype(np.int64),
        kind=np.zeros(n, dtype=np.int64),
    )


def _spoil_known(world: World, rng: np.random.Generator, rows: Rows) -> None:
    """Turn some habitual payments into the three known kinds, in place."""
    n = rows.ts_s.size
    day = (rows.ts_s - world.start_s) // DAY
    large = rng.random(n) < 0.0008
    rows.cents[large] = rng.integers(30_000, 90_000, int(large.sum()))
    rows.kind[large] = Kind.LARGE
    for start in range(world.days):
        for terminal in rng.integers(0, world.terminals, rng.poisson(world.terminals / 4000)):
            hit = (rows.terminal == terminal) & (day >= start) & (day < start + 28)
            hit &= rows.kind == Kind.LEGIT
            rows.kind[hit] = Kind.TERMINAL
        for customer in rng.integers(0, world.customers, rng.poisson(world.customers / 1200)):
            hit = (rows.customer == customer) & (day >= start) & (day < start + 14)
            hit &= (rows.kind == Kind.LEGIT) & (rng.random(n) < 1 / 3)
            rows.cents[hit] *= 5
            rows.kind[hit] = Kind.STOLEN


def unseen_episodes(world: World, rng: np.random.Generator, mean: NDArray[np.float64]) -> Rows:
    """Return the unseen kinds from day `unseen_from` on; `mean` is each customer's amount."""
    return _joined(_unseen(world, rng, mean))


def _unseen(world: World, rng: np.random.Generator, mean: NDArray[np.float64]) -> list[Rows]:
    parts: list[Rows] = []
    for day in range(world.unseen_from, world.days):
        for kind in _EPISODES:
            for _ in range(rng.poisson(world.unseen_per_day)):
                customer = int(rng.integers(world.customers))
                opening = world.start_s + day * DAY
                parts.append(_EPISODES[kind](world, rng, customer, opening, mean[customer]))
        swarms = rng.poisson(world.unseen_per_day * SWARM_SHARE)
        parts += [_swarm(world, rng, world.start_s + day * DAY, mean) for _ in range(swarms)]
    if world.days - world.unseen_from >= 3:
        parts.append(_ring(world, rng))
    return parts


def _rows(
    ts_s: NDArray[np.float64], customer: int, terminal: IntArray, amount: NDArray[np.float64],
    kind: Kind,
) -> Rows:  # fmt: skip
    n = ts_s.size
    return Rows(
        ts_s=np.sort(ts_s).astype(np.int64),
        customer=np.full(n, customer, dtype=np.int64),
        terminal=terminal.astype(np.int64),
        cents=np.maximum(np.rint(amount * 100), 50).astype(np.int64),
        kind=np.full(n, int(kind), dtype=np.int64),
    )


def _burst(
    world: World, rng: np.random.Generator, customer: int, opening: int, mean: float
) -> Rows:
    n = int(rng.integers(10, 21))
    ts_s = opening + rng.uniform(0, 23 * 3600) + rng.uniform(0, 3000, n)
    amount = mean * rng.uniform(0.05, 1.2, n)
    return _rows(ts_s, customer, rng.integers(0, world.terminals, n), amount, Kind.BURST)


def _spree(
    world: World, rng: np.random.Generator, customer: int, opening: int, mean: float
) -> Rows:
    n = int(rng.integers(6, 13))
    night = rng.integers(0, 2, n) * DAY + rng.uniform(1, 5, n) * 3600
    amount = mean * rng.uniform(2.0, 4.5, n)
    terminal = rng.integers(0, world.terminals, n)
    return _rows(opening + night, customer, terminal, amount, Kind.SPREE)


def _drain(
    world: World, rng: np.random.Generator, customer: int, opening: int, mean: float
) -> Rows:
    n = int(rng.integers(5, 10))
    ts_s = opening + rng.uniform(6, 22) * 3600 + np.sort(rng.uniform(0, 3000, n))
    amount = mean * np.linspace(1.0, 6.0, n) * rng.uniform(0.9, 1.1, n)
    payee = np.full(n, rng.integers(world.terminals), dtype=np.int64)
    return _rows(ts_s, customer, payee, amount, Kind.DRAIN)


def _repeat(
    # Every kind of fraud is drawn by the same call; this one needs no mean.
    world: World, rng: np.random.Generator, customer: int, opening: int, mean: float,  # noqa: ARG001
) -> Rows:  # fmt: skip
    n = int(rng.integers(4, 9))
    ts_s = opening + rng.uniform(9, 19) * 3600 + rng.uniform(0, 4 * 3600, n)
    amount = np.full(n, rng.choice([25.0, 50.0, 100.0]))
    return _rows(ts_s, customer, rng.integers(0, world.terminals, n), amount, Kind.REPEAT)


def _swarm(world: World, rng: np.random.Generator, opening: int, mean: NDArray[np.float64]) -> Rows:
    people = rng.choice(world.customers, min(SWARM_SIZE, world.customers), replace=False)
    payee = np.array([rng.integers(world.terminals)])
    begin = opening + rng.uniform(2, 22) * 3600
    parts = []
    for person in people.tolist():
        ts_s = begin + rng.uniform(0, 3600, 1)
        amount = mean[person] * rng.uniform(0.8, 2.0, 1)
        parts.append(_rows(ts_s, person, payee, amount, Kind.SWARM))
    return _joined(parts)


def _ring(world: World, rng: np.random.Generator) -> Rows:
    members = rng.choice(world.customers, RING_SIZE, replace=False)
    payee = world.terminals  # a payee nobody has paid before
    unseen_days = world.days - world.unseen_from
    opening = world.start_s + (world.unseen_from + unseen_days // 3) * DAY
    parts = []
    for member in members.tolist():
        n = 8
        night = rng.integers(0, 3, n) * DAY + rng.uniform(0, 3, n) * 3600
        amount = rng.choice([100.0, 200.0, 250.0], n)
        terminal = np.full(n, payee, dtype=np.int64)
        parts.append(_rows(opening + night, member, terminal, amount, Kind.RING))
    return _joined(parts)


_EPISODES = {
    Kind.BURST: _burst, Kind.SPREE: _spree, Kind.DRAIN: _drain, Kind.REPEAT: _repeat,
}  # fmt: skip
