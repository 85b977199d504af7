"""The words of one order of a person's own that other rooms may use."""

from dataclasses import dataclass
from decimal import Decimal

from app.core.money import Money
from app.domains.portfolio.types import OrderPlan, PlanAction


@dataclass(frozen=True, slots=True)
class SingleOrder:
    """What she asks for: one of amount, quantity and share; none of them: all she holds."""

    symbol: str
    action: PlanAction
    amount: Money | None = None
    quantity: Decimal | None = None
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """A previewed order, and the codes of the checks it passed."""

    plan: OrderPlan
    checks: tuple[str, ...]
