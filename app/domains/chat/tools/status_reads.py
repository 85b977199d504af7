"""What became of a payment or an order, and the proof of a movement."""

from datetime import date, datetime, timedelta
from typing import Final

from app.core.money import Money
from app.domains.chat.evidence_types import Metric, Source
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.cleaning import clean, untrusted
from app.domains.chat.tools.desk import Desk
from app.domains.chat.tools.findings import Findings, Origin
from app.domains.chat.tools.handles import looks_like_an_id
from app.domains.chat.tools.ledger_reads import lines
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.chat.tools.report_reads import span
from app.domains.ledger.errors import JournalNotFoundError
from app.domains.ledger.types import Journal, JournalKind, JournalState
from app.domains.portfolio.errors import PlanNotFoundError
from app.domains.portfolio.types import OrderPlan, PlanState

RECENT: Final = timedelta(days=90)
_PAYMENTS: Final = (JournalKind.DEPOSIT, JournalKind.WITHDRAWAL, JournalKind.TRANSFER)
_STATES: Final = {
    JournalState.POSTED: "booked",
    JournalState.HELD: "held",
    JournalState.VOIDED: "refused",
    JournalState.REVERSED: "returned",
}
_PLAN_STATES: Final = {PlanState.PREVIEWED: "proposed"}


async def payment_status(desk: Desk, given: Arguments) -> Findings:
    """Tell what became of a payment: the one named, or the newest that matches."""
    reference = given.text("reference")
    if reference is not None:
        found = [await movement(desk, reference)]
    else:
        found = await _payments(desk, given)
    newest = found[0]
    made = Findings(desk)
    where = _origin(desk, newest)
    made.facts(
        state=_STATES[newest.state],
        amount=made.money(where, Metric.AMOUNT, newest.amount),
        date=made.day(where, _day(desk, newest.at)),
        memo=untrusted(newest.memo) if clean(newest.memo) else None,
    )
    for one in found[:50]:
        at = _origin(desk, one)
        label = untrusted(one.memo) if clean(one.memo) else one.kind.value
        amount = made.money(at, Metric.AMOUNT, one.amount)
        day = made.day(at, _day(desk, one.at))
        made.row(label, desk.movement_handle(one.journal_id), _STATES[one.state], day, amount)
    return made.done("payments", ("label", "movement", "state", "date", "amount"))


async def order_status(desk: Desk, given: Arguments) -> Findings:
    """Tell what became of an order: the one named, or the newest."""
    reference = given.text("reference")
    plans = await desk.doors.portfolio.orders.list_of(
        desk.owner, since=desk.now - RECENT, before=desk.now + timedelta(minutes=1)
    )
    if reference is not None:
        plan = await plan_named(desk, reference, plans)
    elif plans:
        plan = plans[0]
    else:
        raise ToolRefusal("no_orders")
    made = Findings(desk)
    day = _day(desk, plan.made_at)
    where = _order_origin(plan, day.isoformat())
    total = sum((order.amount for order in plan.trades), Money.zero(plan.currency))
    made.facts(
        state=_PLAN_STATES.get(plan.state, plan.state.value),
        date=made.day(where, day),
        amount=made.money(where, Metric.AMOUNT, total),
    )
    for order in plan.trades[:50]:
        name = desk.handles.name_of(order.symbol)
        about = Origin(where.source, where.ref, where.as_of, name)
        quantity = made.quantity(about, order.quantity)
        amount = made.money(about, Metric.AMOUNT, order.amount)
        made.row(name, order.action.value, quantity, amount)
        if len(plan.trades) == 1:
            made.facts(name=name, quantity=quantity)
    return made.done("orders", ("name", "action", "quantity", "amount"))


async def receipt(desk: Desk, given: Arguments) -> Findings:
    """Tell the reference of a movement's proof, or of the newest one in a range."""
    reference = given.text("reference")
    made = Findings(desk)
    if reference is not None:
        found, count = await movement(desk, reference), 1
    else:
        told = await lines(desk, given, span(desk, given, "last_90_days"))
        if not told:
            raise ToolRefusal("no_payments")
        found, count = told[0].journal, len({line.posting.journal_id for line in told})
        for line in told[:50]:
            value = made.money(line.origin, Metric.AMOUNT, line.amount, signed=True)
            day = made.day(line.origin, line.day)
            made.row(line.label, desk.movement_handle(line.posting.journal_id), day, value)
    proof = await desk.doors.ledger.books.receipt(desk.owner, found.journal_id)
    where = _origin(desk, found)
    made.facts(
        count=made.count(where, count),
        reference=made.identity(where, proof.journal_id),
        amount=made.money(where, Metric.AMOUNT, found.amount),
        date=made.day(where, _day(desk, found.at)),
        state="logged" if proof.index is not None else "waiting",
    )
    return made.done("receipts", ("label", "movement", "date", "amount"))


async def movement(desk: Desk, reference: str) -> Journal:
    """Return one movement of hers by handle or reference. Raises ToolRefusal."""
    movement_id = desk.movements.get(reference, reference)
    try:
        return await desk.doors.ledger.books.movement(desk.owner, movement_id)
    except JournalNotFoundError:
        raise ToolRefusal("not_found", guess=looks_like_an_id(reference)) from None


async def _payments(desk: Desk, given: Arguments) -> list[Journal]:
    recipient, amount = given.text("recipient"), given.amount("amount")
    started = await desk.doors.ledger.books.started(desk.owner, since=desk.now - RECENT)
    wanted = clean(recipient or "").casefold()
    found = [
        one
        for one in started
        if one.kind in _PAYMENTS
        and (amount is None or one.amount.to_decimal() == amount)
        and wanted in clean(one.memo).casefold()
    ]
    if not found:
        raise ToolRefusal("no_payments")
    return found


async def plan_named(desk: Desk, reference: str, plans: list[OrderPlan]) -> OrderPlan:
    """Return one of her plans by handle or id. Raises ToolRefusal."""
    numbered = {f"order_{number}": plan for number, plan in enumerate(plans, start=1)}
    if reference in numbered:
        return numbered[reference]
    try:
        return await desk.doors.portfolio.orders.find(desk.owner, reference)
    except PlanNotFoundError:
        raise ToolRefusal("not_found", guess=looks_like_an_id(reference)) from None


def _order_origin(plan: OrderPlan, day: str) -> Origin:
    """Return the movement that booked it, else the advice it rests on."""
    if plan.movement_id is not None:
        return Origin(Source.LEDGER, plan.movement_id, day)
    return Origin(Source.DECISION, plan.recommendation_id, day)


def _origin(desk: Desk, found: Journal) -> Origin:
    return Origin(Source.LEDGER, found.journal_id, _day(desk, found.at).isoformat())


def _day(desk: Desk, at: datetime) -> date:
    return at.astimezone(desk.now.tzinfo).date()
