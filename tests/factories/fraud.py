"""Earlier payments as the state of an entity keeps them."""

from collections.abc import Iterable
from datetime import datetime

from app.domains.fraud.repository.events import Recorded, Side
from app.domains.fraud.types import EntityState
from app.ml.features import fraud_state


def past(
    payment_id: str,
    at: datetime,
    *,
    cents: int = 100,
    payee: str = "shop",
    label: tuple[bool, int] | None = None,
) -> Recorded:
    return Recorded(payment_id, at, "u", payee, cents, False, label)


def customer_state(entity_id: str, payments: Iterable[Recorded]) -> EntityState:
    return EntityState(entity_id, fraud_state.join(p.record(Side.CUSTOMER) for p in payments))


def payee_state(entity_id: str, payments: Iterable[Recorded]) -> EntityState:
    return EntityState(entity_id, fraud_state.join(p.record(Side.PAYEE) for p in payments))
