"""What stops money: a held order cancelled, a payment objected to, everything frozen."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from app.core.money import Money
from app.domains.chat.action_types import ActionKind, PendingAction
from app.domains.chat.evidence_types import Metric, Source
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.cleaning import clean
from app.domains.chat.tools.desk import Desk, Doors
from app.domains.chat.tools.findings import Findings, Origin
from app.domains.chat.tools.proposals.kinds import Kind, Order, Params, Sketch, nothing_moves
from app.domains.chat.tools.ranges import Span, span_of
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.chat.tools.schemas import ACCOUNT, AMOUNT, MERCHANT, REFERENCE, text
from app.domains.chat.tools.status_reads import RECENT, movement, plan_named
from app.domains.ledger.types import JournalKind, JournalState
from app.domains.portfolio.types import OrderPlan, PlanState

_LEAVES: Final = (JournalKind.TRANSFER, JournalKind.WITHDRAWAL)
_CANCELLED: Final = "cancelled_by_customer"


async def _order_terms(desk: Desk, given: Arguments) -> Params:
    """Return the order that waits for a person: the one named, else the only one."""
    door = desk.doors.portfolio.orders
    until = desk.now + timedelta(minutes=1)
    plans = await door.list_of(desk.owner, since=desk.now - RECENT, before=until)
    named = given.text("reference")
    if named is not None:
        plan = await plan_named(desk, named, plans)
    else:
        held = [one for one in plans if one.state is PlanState.HELD]
        if not held:
            raise ToolRefusal("done_already" if plans else "no_orders")
        if len(held) > 1:
            raise ToolRefusal("ambiguous")
        plan = held[0]
    return {"order_id": plan.plan_id}


async def _cancelling(desk: Desk, params: Params) -> Sketch:
    plan = await desk.doors.portfolio.orders.find(desk.owner, params["order_id"])
    if plan.state is not PlanState.HELD or plan.movement_id is None:
        raise ToolRefusal("done_already")
    made = Findings(desk)
    where = Origin(Source.LEDGER, plan.movement_id, plan.made_at.date().isoformat())
    total = Money(sum(o.amount.amount_minor for o in plan.trades), plan.currency)
    shown = {
        "name": _order_name(desk, plan),
        "amount": made.money(where, Metric.AMOUNT, total),
        "date": made.day(where, plan.made_at.astimezone(desk.now.tzinfo).date()),
    }
    made.facts(name=shown["name"] or None, amount=shown["amount"])
    return Sketch(made, shown, (), {"movement_id": plan.movement_id})


def _order_name(desk: Desk, plan: OrderPlan) -> str:
    """Return what an order of one line is about; a plan of several has no name."""
    return desk.handles.name_of(plan.trades[0].symbol) if len(plan.trades) == 1 else ""


async def _not_held(desk: Desk, action: PendingAction) -> bool:
    found = await desk.doors.ledger.books.movement(desk.owner, action.preview.bound["movement_id"])
    return found.state is not JournalState.HELD


async def _void(doors: Doors, order: Order) -> Mapping[str, str]:
    movement_id = order.action.preview.bound["movement_id"]
    user = order.caller.user_id
    await doors.ledger.books.movement(user, movement_id)
    ended = await doors.ledger.holds.void(movement_id, actor=user, why=_CANCELLED)
    await doors.portfolio.orders.find(user, order.action.params["order_id"])
    return {"movement_id": movement_id, "state": ended.state.value}


async def _payment_terms(desk: Desk, given: Arguments) -> Params:
    """Return the one payment that left and fits what was said."""
    named = given.text("reference")
    if named is not None:
        return {"movement_id": (await movement(desk, named)).journal_id}
    amount, words = given.amount("amount"), clean(given.text("merchant") or "").casefold()
    days = _days(desk, given.text("date"))
    started = await desk.doors.ledger.books.started(desk.owner, since=desk.now - RECENT)
    found = [
        one
        for one in started
        if one.kind in _LEAVES
        and (amount is None or one.amount.to_decimal() == amount)
        and words in clean(one.memo).casefold()
        and _falls(one.at.astimezone(desk.now.tzinfo).date(), days)
    ]
    if not found:
        raise ToolRefusal("no_payments")
    if len(found) > 1:
        raise ToolRefusal("ambiguous")
    return {"movement_id": found[0].journal_id}


def _days(desk: Desk, word: str | None) -> Span:
    found = Span(None, None) if word is None else span_of(word, today=desk.today)
    if found is None:
        raise ToolRefusal("invalid_arguments")
    return found


def _falls(day: date, days: Span) -> bool:
    return (days.first is None or days.first <= day) and (days.last is None or day <= days.last)


async def _objecting(desk: Desk, params: Params) -> Sketch:
    found = await desk.doors.ledger.books.movement(desk.owner, params["movement_id"])
    if found.owner != desk.owner or found.kind not in _LEAVES:
        raise ToolRefusal("no_payments")
    made = Findings(desk)
    day = found.at.astimezone(desk.now.tzinfo).date()
    where = Origin(Source.LEDGER, found.journal_id, day.isoformat())
    shown = {
        "amount": made.money(where, Metric.AMOUNT, found.amount),
        "date": made.day(where, day),
        "money_back": "yes" if found.state is JournalState.HELD else "after_review",
        "signs_out": "yes",
    }
    made.facts(amount=shown["amount"], date=shown["date"])
    return Sketch(made, shown)


async def _object(doors: Doors, order: Order) -> Mapping[str, str]:
    movement_id = order.action.params["movement_id"]
    answer = await doors.ledger.confirmations.dispute(order.caller, movement_id)
    state = answer.movement_state
    return {"movement_id": movement_id, "state": "" if state is None else state.value}


async def _everything(desk: Desk, given: Arguments) -> Params:
    """Return what is frozen: all her money at once, for one account alone would leave a door."""
    account = given.text("account")
    if account is not None:
        desk.handles.account(account)
    return {"what": "all_accounts"}


async def _freezing(desk: Desk, _: Params) -> Sketch:
    if await desk.doors.ledger.freezing.since(desk.owner) is not None:
        raise ToolRefusal("done_already")
    return Sketch(Findings(desk), {"until": "you_lift_it"})


async def _freeze(doors: Doors, order: Order) -> Mapping[str, str]:
    since = await doors.ledger.freezing.freeze(order.caller.user_id)
    return {"since": since.isoformat()}


CANCEL_ORDER: Final = Kind(
    kind=ActionKind.CANCEL_ORDER,
    description="Draft cancelling an order that waits for a person.",
    properties={"reference": text("Handle such as order_1, or id of an order plan")},
    required=(),
    terms=_order_terms,
    sketch=_cancelling,
    changed=_not_held,
    carry_out=_void,
    books=False,
)
DISPUTE_PAYMENT: Final = Kind(
    kind=ActionKind.DISPUTE_PAYMENT,
    description="Draft an objection to a payment that the user did not make.",
    properties={
        "reference": REFERENCE,
        "merchant": MERCHANT,
        "amount": AMOUNT,
        "date": text("Day or range of the payment: yesterday, 2025-03-14, last_week"),
    },
    required=(),
    terms=_payment_terms,
    sketch=_objecting,
    changed=nothing_moves,
    carry_out=_object,
    books=False,
)
FREEZE_ACCOUNT: Final = Kind(
    kind=ActionKind.FREEZE_ACCOUNT,
    description="Draft a freeze: no money leaves and no order is made until the user lifts it.",
    properties={"account": ACCOUNT},
    required=(),
    terms=_everything,
    sketch=_freezing,
    changed=nothing_moves,
    carry_out=_freeze,
    books=False,
)
