"""Small simulated payment worlds for tests."""

from app.ml.training.payment_simulator import SimulatedPayments, World, simulate

SMALL = World(customers=300, terminals=600, days=90, unseen_from=60)


def small_world(seed: int = 3) -> SimulatedPayments:
    """Return 90 days of 300 invented customers; unseen kinds from day 60 on."""
    return simulate(SMALL, seed)
