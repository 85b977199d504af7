"""The words of tax lots that other rooms may use."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.core.money import Money
from app.domains.onboarding.types import Reason


class LotMethod(StrEnum):
    """Which lots a sale takes: the oldest, the dearest, or those with the least tax."""

    FIFO = "fifo"
    HIFO = "hifo"
    MIN_TAX = "min_tax"


@dataclass(frozen=True, slots=True)
class Lot:
    """Shares bought together. `cost` includes the fee; it is what is left after part sales."""

    lot_id: str
    symbol: str
    bought_at: datetime
    quantity_micro: int
    cost: Money


@dataclass(frozen=True, slots=True)
class Slice:
    """What a sale takes of one lot. `proceeds` are after the fee; gain = proceeds - cost."""

    lot_id: str
    symbol: str
    bought_at: datetime
    sold_at: datetime
    quantity_micro: int
    cost: Money
    proceeds: Money
    long_term: bool

    @property
    def gain(self) -> Money:
        """Return the gain, negative for a loss."""
        return self.proceeds - self.cost


@dataclass(frozen=True, slots=True)
class LotBook:
    """Everything that was bought and sold, by one method: open lots and realised slices."""

    method: LotMethod
    currency: str
    lots: tuple[Lot, ...]
    sold: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class SalePreview:
    """What selling now would mean by one method.

    `tax` uses example rates and is no tax advice; `wash_sale` warns about purchases within 30
    days of a sale at a loss, before or after it.
    """

    method: LotMethod
    symbol: str
    quantity: Decimal
    slices: tuple[Slice, ...]
    short_gain: Money
    long_gain: Money
    tax: Money
    wash_sale: Reason | None
