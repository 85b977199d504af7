"""/v1/portfolio/lots: tax lots, realised gains, and what a sale would mean by each method."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.shapes import MoneyOut, Out
from app.api.v1.risk_shapes import ReasonOut
from app.domains.ledger.errors import PeriodTooLongError
from app.domains.ledger.types import quantity as quantity_of
from app.domains.market.errors import NoPricesError
from app.domains.portfolio.errors import LotsUnclearError, NotHeldError, StalePriceError
from app.domains.portfolio.lot_types import Lot, LotBook, LotMethod, SalePreview, Slice

router = APIRouter(prefix="/v1/portfolio/lots", tags=["portfolio"])


class LotOut(Out):
    """Shares bought together; cost includes the fee."""

    lot_id: str
    symbol: str
    bought_at: datetime
    quantity: str
    cost: MoneyOut

    @classmethod
    def of(cls, lot: Lot) -> "LotOut":
        """Return the public form."""
        return cls(
            lot_id=lot.lot_id,
            symbol=lot.symbol,
            bought_at=lot.bought_at,
            quantity=f"{quantity_of(lot.quantity_micro):f}",
            cost=MoneyOut.of(lot.cost),
        )


class SliceOut(Out):
    """What a sale takes of one lot; proceeds are after the fee."""

    lot_id: str
    symbol: str
    bought_at: datetime
    sold_at: datetime
    quantity: str
    cost: MoneyOut
    proceeds: MoneyOut
    gain: MoneyOut
    long_term: bool

    @classmethod
    def of(cls, found: Slice) -> "SliceOut":
        """Return the public form."""
        return cls(
            lot_id=found.lot_id,
            symbol=found.symbol,
            bought_at=found.bought_at,
            sold_at=found.sold_at,
            quantity=f"{quantity_of(found.quantity_micro):f}",
            cost=MoneyOut.of(found.cost),
            proceeds=MoneyOut.of(found.proceeds),
            gain=MoneyOut.of(found.gain),
            long_term=found.long_term,
        )


class LotsOut(Out):
    """Open lots and everything realised, by one method."""

    method: LotMethod
    currency: str
    lots: list[LotOut]
    sold: list[SliceOut]

    @classmethod
    def of(cls, book: LotBook) -> "LotsOut":
        """Return the public form."""
        return cls(
            method=book.method,
            currency=book.currency,
            lots=[LotOut.of(lot) for lot in book.lots],
            sold=[SliceOut.of(one) for one in book.sold],
        )


class SalePreviewOut(Out):
    """One method's answer. `example_tax` rests on example rates (30 % and 15 %), nobody's own."""

    method: LotMethod
    symbol: str
    quantity: str
    slices: list[SliceOut]
    short_gain: MoneyOut
    long_gain: MoneyOut
    example_tax: MoneyOut
    wash_sale: ReasonOut | None

    @classmethod
    def of(cls, found: SalePreview) -> "SalePreviewOut":
        """Return the public form."""
        return cls(
            method=found.method,
            symbol=found.symbol,
            quantity=f"{found.quantity:f}",
            slices=[SliceOut.of(one) for one in found.slices],
            short_gain=MoneyOut.of(found.short_gain),
            long_gain=MoneyOut.of(found.long_gain),
            example_tax=MoneyOut.of(found.tax),
            wash_sale=None if found.wash_sale is None else ReasonOut.of(found.wash_sale),
        )


class SalePreviewsOut(Out):
    """FIFO, HIFO and least tax side by side."""

    previews: list[SalePreviewOut]


@router.get("", responses=declared(NoPricesError, PeriodTooLongError, LotsUnclearError))
@policy("user")
async def get_lots(
    caller: CallerDep, services: ServicesDep, method: LotMethod = LotMethod.FIFO
) -> LotsOut:
    """Return what is held lot by lot and what was realised, by a method."""
    return LotsOut.of(await services.portfolio.lots.of(caller.user_id, method))


@router.get(
    "/preview",
    responses=declared(
        NoPricesError, PeriodTooLongError, NotHeldError, StalePriceError, LotsUnclearError
    ),
)
@policy("user")
async def preview_sale(
    caller: CallerDep,
    services: ServicesDep,
    symbol: Annotated[str, Query(pattern=r"^[A-Z0-9.^-]{1,20}$", examples=["VTI"])],
    quantity: Annotated[
        str, Query(pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$", max_length=19, examples=["1.25"])
    ],
) -> SalePreviewsOut:
    """Return gains, an example of the tax and the wash-sale warning before anything is sold."""
    found = await services.portfolio.lots.preview(caller.user_id, symbol, Decimal(quantity))
    return SalePreviewsOut(previews=[SalePreviewOut.of(one) for one in found])
