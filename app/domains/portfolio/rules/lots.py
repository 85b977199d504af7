"""Tax lots from booked trades: which shares a sale takes, and when a loss does not count. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from app.core.money import Money, Rounding
from app.domains.ledger.types import MICRO, Activity, JournalKind, Side, Trade
from app.domains.onboarding.types import Reason
from app.domains.portfolio.errors import LotsUnclearError
from app.domains.portfolio.lot_types import Lot, LotBook, LotMethod, SalePreview, Slice

RULES_VERSION: Final = "lots-1"
WASH_DAYS: Final = 30
#: Held longer than this many days is long-term (US: more than a year).
LONG_TERM_DAYS: Final = 365
#: Examples to compare methods with; nobody's tax rate is known here.
SHORT_RATE: Final = Decimal("0.30")
LONG_RATE: Final = Decimal("0.15")


@dataclass(frozen=True, slots=True)
class Sale:
    """So many millionths of an instrument for so much after fees, at a moment."""

    symbol: str
    quantity_micro: int
    proceeds: Money
    at: datetime


def book_of(activities: Sequence[Activity], method: LotMethod, currency: str) -> LotBook:
    """Replay booked trades into lots. A reversed order never happened, nor did its reversal."""
    undone = {activity.reverses for activity in activities if activity.reverses}
    lots: list[Lot] = []
    sold: list[Slice] = []
    for activity in activities:
        if activity.movement_id in undone:
            continue
        if activity.action is not None:
            lots = act(lots, activity)
        for trade in sorted(activity.trades, key=lambda t: (t.side is Side.BUY, t.symbol)):
            if trade.side is Side.BUY:
                lots.append(_lot(activity, trade))
                continue
            sale = Sale(trade.symbol, trade.quantity_micro, trade.gross - trade.fee, activity.at)
            taken, lots = sell(lots, sale, method)
            sold += taken
    return LotBook(method, currency, tuple(lots), tuple(sold))


def sell(lots: Sequence[Lot], sale: Sale, method: LotMethod) -> tuple[list[Slice], list[Lot]]:
    """Return what a sale takes of each lot, and the lots that are left in their order.

    Cost and proceeds are split to the cent, the last piece takes the remainder: nothing is lost
    between slices. Raises LotsUnclearError when the lots hold less than is sold: a purchase was
    reversed after its shares had been sold.
    """
    left = {lot.lot_id: lot for lot in lots}
    taken: list[Slice] = []
    open_micro, open_proceeds = sale.quantity_micro, sale.proceeds
    for lot in sorted((one for one in lots if one.symbol == sale.symbol), key=_order(sale, method)):
        if open_micro == 0:
            break
        micro = min(lot.quantity_micro, open_micro)
        cost = _part(lot.cost, micro, lot.quantity_micro)
        proceeds = _part(open_proceeds, micro, open_micro)
        taken.append(
            Slice(
                lot.lot_id, lot.symbol, lot.bought_at, sale.at, micro, cost, proceeds,
                is_long_term(lot.bought_at, sale.at),
            )
        )  # fmt: skip
        open_micro, open_proceeds = open_micro - micro, open_proceeds - proceeds
        left[lot.lot_id] = replace(
            lot, quantity_micro=lot.quantity_micro - micro, cost=lot.cost - cost
        )
    if open_micro:
        raise LotsUnclearError(f"{sale.symbol}: {open_micro} millionths more sold than bought")
    return taken, [lot for lot in left.values() if lot.quantity_micro]


def in_order(
    lots: Sequence[Lot], prices: Mapping[str, Decimal], method: LotMethod, at: datetime
) -> list[Lot]:
    """Return lots as sales at these prices would take them; what has no price is left out."""
    found = []
    for symbol in sorted({lot.symbol for lot in lots} & set(prices)):
        own = [lot for lot in lots if lot.symbol == symbol]
        micro = sum(lot.quantity_micro for lot in own)
        worth = prices[symbol] * micro * MICRO
        proceeds = Money.of_decimal(worth, own[0].cost.currency, rounding=Rounding.HALF_EVEN)
        found += sorted(own, key=_order(Sale(symbol, micro, proceeds, at), method))
    return found


def act(lots: Sequence[Lot], activity: Activity) -> list[Lot]:
    """Return the lots after a split or a new name: the cost and the day of purchase stay.

    The last lot takes the remainder of a millionth, so that lots and books hold the same.
    """
    action = activity.action
    if action is None or action.kind is JournalKind.DIVIDEND:
        return list(lots)
    mine = [lot for lot in lots if lot.symbol == action.symbol]
    if action.becomes is not None:
        return [
            replace(lot, symbol=action.becomes) if lot.symbol == action.symbol else lot
            for lot in lots
        ]
    before = sum(lot.quantity_micro for lot in mine)
    left = before + activity.shares.get(action.symbol, 0)
    result: list[Lot] = []
    for lot in lots:
        if lot.symbol != action.symbol:
            result.append(lot)
            continue
        micro = left if lot is mine[-1] else lot.quantity_micro * left // before
        result.append(replace(lot, quantity_micro=micro))
        left, before = left - micro, before - lot.quantity_micro
    return [lot for lot in result if lot.quantity_micro]


def is_long_term(bought_at: datetime, sold_at: datetime) -> bool:
    """Tell whether shares were held for more than a year."""
    return (sold_at.date() - bought_at.date()).days > LONG_TERM_DAYS


def preview(
    activities: Sequence[Activity], lots: Sequence[Lot], sale: Sale, method: LotMethod
) -> SalePreview:
    """Return gains by holding period, an example of the tax, and the wash-sale warning."""
    slices, _ = sell(lots, sale, method)
    zero = Money.zero(sale.proceeds.currency)
    gains = {
        long: sum((s.gain for s in slices if s.long_term is long), zero) for long in (False, True)
    }
    tax = gains[False].times(SHORT_RATE, rounding=Rounding.HALF_EVEN) + gains[True].times(
        LONG_RATE, rounding=Rounding.HALF_EVEN
    )
    return SalePreview(
        method=method,
        symbol=sale.symbol,
        quantity=Decimal(sale.quantity_micro) * MICRO,
        slices=tuple(slices),
        short_gain=gains[False],
        long_gain=gains[True],
        tax=max(tax, zero),
        wash_sale=_wash_warning(activities, slices, sale),
    )


def bought_near(
    activities: Iterable[Activity], symbol: str, day: date, *, except_lots: frozenset[str]
) -> list[date]:
    """Return the days of purchases within 30 days of a day, other than the lots that were sold."""
    return sorted(
        {
            activity.at.date()
            for activity in activities
            for trade in activity.trades
            if trade.symbol == symbol
            and trade.side is Side.BUY
            and lot_id(activity, trade) not in except_lots
            and abs((activity.at.date() - day).days) <= WASH_DAYS
        }
    )


def sold_at_a_loss(book: LotBook, today: date) -> frozenset[str]:
    """Return what was sold at a loss within the last 30 days: buying it again would undo it."""
    since = today - timedelta(days=WASH_DAYS)
    return frozenset(
        one.symbol
        for one in book.sold
        if one.gain.amount_minor < 0 and since <= one.sold_at.date() <= today
    )


def lot_id(activity: Activity, trade: Trade) -> str:
    """Return the name of a lot: the movement that bought it, and the instrument."""
    return f"{activity.movement_id}:{trade.symbol}"


def _wash_warning(
    activities: Sequence[Activity], slices: Sequence[Slice], sale: Sale
) -> Reason | None:
    losses = [one for one in slices if one.gain.amount_minor < 0]
    if not losses:
        return None
    whole = frozenset(one.lot_id for one in losses)
    near = bought_near(activities, sale.symbol, sale.at.date(), except_lots=whole)
    until = (sale.at.date() + timedelta(days=WASH_DAYS)).isoformat()
    if near:
        days = ", ".join(day.isoformat() for day in near)
        return Reason(
            "wash_sale",
            f"You bought {sale.symbol} on {days}, within 30 days of this sale at a loss: the loss "
            f"may not count for tax. This looks at your account here only.",
            (("bought", days), ("until", until)),
        )
    return Reason(
        "wash_sale_ahead",
        f"This sells {sale.symbol} at a loss. Buying it again before {until} may undo the loss "
        f"for tax; rebalancing here does not buy it until then.",
        (("until", until),),
    )


def _lot(activity: Activity, trade: Trade) -> Lot:
    return Lot(
        lot_id(activity, trade),
        trade.symbol,
        activity.at,
        trade.quantity_micro,
        trade.gross + trade.fee,
    )


def _order(sale: Sale, method: LotMethod) -> Callable[[Lot], tuple[Decimal, datetime, str]]:
    """Return the sort key of a method; the oldest first among equals."""
    price = sale.proceeds.to_decimal() / sale.quantity_micro

    def key(lot: Lot) -> tuple[Decimal, datetime, str]:
        unit_cost = lot.cost.to_decimal() / lot.quantity_micro
        rate = LONG_RATE if is_long_term(lot.bought_at, sale.at) else SHORT_RATE
        first = {
            LotMethod.FIFO: Decimal(0),
            LotMethod.HIFO: -unit_cost,
            LotMethod.MIN_TAX: (price - unit_cost) * rate,
        }[method]
        return first, lot.bought_at, lot.lot_id

    return key


def _part(whole: Money, micro: int, of_micro: int) -> Money:
    return whole.times(Decimal(micro) / Decimal(of_micro), rounding=Rounding.HALF_EVEN)
