"""Orders: back into the bands, one purchase, one sale; executed like any plan."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Final

from app.core.money import Money
from app.domains.chat.action_types import ActionKind, PendingAction
from app.domains.chat.evidence_types import Metric, Source
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk, Doors
from app.domains.chat.tools.findings import Findings, Origin
from app.domains.chat.tools.proposals.kinds import Kind, Order, Params, Sketch, free_cash, money_of
from app.domains.chat.tools.references import price_ref
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.chat.tools.schemas import AMOUNT, CURRENCY, INSTRUMENT, text
from app.domains.portfolio.rebalance_types import Rebalance, RunState
from app.domains.portfolio.single_order_types import SingleOrder
from app.domains.portfolio.types import OrderPlan, PlanAction, PlannedOrder, PlanState

#: A price or the cash may move by this share before the person has to look again.
TOLERANCE: Final = Decimal("0.01")
_QUANTITY: Final = text("Number of shares, such as 2 or 0.5")
_PERCENT: Final = text("Share of what is held, in percent: 50 is half")
_LINES: Final = 20
#: Why a run waits -> the code of a refusal that has a sentence of its own.
_WAITS: Final = {
    "market_closed": "market_closed",
    "market_hours_unknown": "market_closed",
    "stale_price": "prices_stale",
}


async def _no_terms(_: Desk, __: Arguments) -> Params:
    return {}


async def _rebalance(desk: Desk, _: Params) -> Sketch:
    await desk.doors.onboarding.require_cleared(desk.owner)
    run = await desk.doors.portfolio.rebalancing.preview(desk.owner)
    plan = _plan_of(run)
    made = Findings(desk)
    advice = Origin(Source.DECISION, plan.recommendation_id, desk.today.isoformat())
    traded = Money(sum(o.amount.amount_minor for o in plan.trades), plan.currency)
    sells = sum(order.action is PlanAction.SELL for order in plan.trades)
    shown = {
        "sells": made.count(advice, sells),
        "buys": made.count(advice, len(plan.trades) - sells),
        "amount": made.money(advice, Metric.AMOUNT, traded),
        "fee": made.money(advice, Metric.FEE, plan.fees),
        "drift_before": made.percent(advice, Metric.DRIFT, plan.drift_before),
        "drift_after": made.percent(advice, Metric.DRIFT, plan.drift_after),
        "cash_after": made.money(advice, Metric.CASH, plan.cash_after),
    }
    made.facts(**{name: shown[name] for name in ("sells", "buys", "amount", "fee")})
    for order in plan.trades[:_LINES]:
        _row(desk, made, order)
    made.done("orders", ("name", "action", "quantity", "amount"))
    reasons = ("verified", "risk_profile", *(trigger.value for trigger in run.triggers))
    return Sketch(made, shown, reasons, {"plan_id": plan.plan_id}, plan.plan_id)


def _plan_of(run: Rebalance) -> OrderPlan:
    if run.state is RunState.WAITS:
        code = run.notes[0].code if run.notes else ""
        raise ToolRefusal(_WAITS.get(code, "not_now"))
    if run.plan is None or run.plan.state is not PlanState.PREVIEWED or not run.plan.trades:
        raise ToolRefusal("nothing_to_do")
    return run.plan


async def _trade_terms(desk: Desk, given: Arguments, *, action: PlanAction) -> Params:
    named = given.text("instrument")
    if named is None:
        raise ToolRefusal("invalid_arguments")
    found = desk.handles.instrument(named)
    size = {
        name: f"{value:f}"
        for name in ("amount", "quantity", "percent")
        if (value := given.amount(name)) is not None
    }
    if len(size) > 1 or (action is PlanAction.BUY and not size):
        raise ToolRefusal("invalid_arguments")
    if any(Decimal(value) <= 0 for value in size.values()) or Decimal(size.get("percent", 1)) > 100:
        raise ToolRefusal("invalid_arguments")
    if "amount" in size:
        size["currency"] = given.currency("currency") or found.currency
        money_of(Decimal(size["amount"]), size["currency"])
    return {"symbol": found.symbol, "name": desk.handles.name_of(found.symbol), **size}


async def _trade(desk: Desk, params: Params, *, action: PlanAction) -> Sketch:
    own = await desk.doors.portfolio.single_orders.preview(desk.owner, _wanted(params, action))
    plan = own.plan
    order = plan.orders[0]
    made = Findings(desk)
    where = _origin(desk, order)
    shown = {
        "name": params["name"],
        "symbol": order.symbol,
        "quantity": made.quantity(where, order.quantity),
        "price": made.price(where, order.price, plan.currency),
        "amount": made.money(where, Metric.AMOUNT, order.amount),
        "fee": made.money(where, Metric.FEE, order.fee),
        "cash_after": made.money(where, Metric.CASH, plan.cash_after),
        "weight_before": made.percent(where, Metric.WEIGHT, order.weight_before),
        "drift_before": made.percent(where, Metric.DRIFT, plan.drift_before),
        "drift_after": made.percent(where, Metric.DRIFT, plan.drift_after),
    }
    made.facts(**{name: shown[name] for name in ("name", "quantity", "amount", "fee")})
    return Sketch(made, shown, own.checks, {"plan_id": plan.plan_id}, plan.plan_id)


def _wanted(params: Params, action: PlanAction) -> SingleOrder:
    amount, quantity, percent = (params.get(name) for name in ("amount", "quantity", "percent"))
    return SingleOrder(
        symbol=params["symbol"],
        action=action,
        amount=None if amount is None else Money.parse(amount, params["currency"]),
        quantity=None if quantity is None else Decimal(quantity),
        share=None if percent is None else Decimal(percent) / 100,
    )


def _origin(desk: Desk, order: PlannedOrder) -> Origin:
    day = desk.doors_today
    name = desk.handles.name_of(order.symbol)
    return Origin(Source.PRICE, price_ref(order.symbol, day), day.isoformat(), name)


def _row(desk: Desk, made: Findings, order: PlannedOrder) -> None:
    where = _origin(desk, order)
    quantity = made.quantity(where, order.quantity)
    amount = made.money(where, Metric.AMOUNT, order.amount)
    made.row(desk.handles.name_of(order.symbol), order.action.value, quantity, amount)


async def _moved(desk: Desk, action: PendingAction) -> bool:
    """Tell whether a price, or the cash for a purchase, is no longer what was shown."""
    door = desk.doors.portfolio.orders
    plan = await door.find(desk.owner, action.preview.bound["plan_id"])
    if plan.state is not PlanState.PREVIEWED:
        return False
    if plan.expires_at <= desk.now:
        return True
    quotes = await desk.doors.market.last_quotes(tuple(o.symbol for o in plan.trades))
    for order in plan.trades:
        quote = quotes.get(order.symbol)
        if quote is None or abs(quote.price / order.price - 1) > TOLERANCE:
            return True
    free = await free_cash(desk, plan.currency)
    needed = plan.cash_before.amount_minor - plan.cash_after.amount_minor
    fell = plan.cash_before.amount_minor - free.amount_minor
    return needed > 0 and fell > plan.cash_before.amount_minor * TOLERANCE


async def _execute(doors: Doors, order: Order) -> Mapping[str, str]:
    plan = await doors.portfolio.orders.execute(
        order.caller.user_id,
        order.action.preview.bound["plan_id"],
        session_id=order.caller.session_id,
        key=order.key,
        grant=order.grant,
        warrant=order.warrant,
    )
    return {"movement_id": plan.movement_id or "", "state": plan.state.value}


_SIZE: Final = {"instrument": INSTRUMENT, "amount": AMOUNT, "quantity": _QUANTITY}
REBALANCE: Final = Kind(
    kind=ActionKind.REBALANCE,
    description="Draft the orders that bring the portfolio back to its advised mix.",
    properties={},
    required=(),
    terms=_no_terms,
    sketch=_rebalance,
    changed=_moved,
    carry_out=_execute,
)
BUY: Final = Kind(
    kind=ActionKind.BUY,
    description="Draft one purchase, for an amount or a number of shares.",
    properties={**_SIZE, "currency": CURRENCY},
    required=("instrument",),
    terms=partial(_trade_terms, action=PlanAction.BUY),
    sketch=partial(_trade, action=PlanAction.BUY),
    changed=_moved,
    carry_out=_execute,
)
SELL: Final = Kind(
    kind=ActionKind.SELL,
    description="Draft one sale, of an amount, a number of shares or a share; else of all.",
    properties={**_SIZE, "percent": _PERCENT, "currency": CURRENCY},
    required=("instrument",),
    terms=partial(_trade_terms, action=PlanAction.SELL),
    sketch=partial(_trade, action=PlanAction.SELL),
    changed=_moved,
    carry_out=_execute,
)
