"""Goals: another target or date, and what shall be put by for one; the goals page does the same."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from app.core.money import Money, Rounding
from app.domains.chat.action_types import ActionKind, PendingAction
from app.domains.chat.evidence_types import Metric, Source
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk, Doors
from app.domains.chat.tools.findings import Findings, Origin
from app.domains.chat.tools.frequencies import FREQUENCY, payments_a_month
from app.domains.chat.tools.goal_reads import due
from app.domains.chat.tools.handles import shown as shown_name
from app.domains.chat.tools.proposals.kinds import Kind, Order, Params, Sketch, money_of
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.chat.tools.schemas import AMOUNT, CURRENCY, GOAL, text
from app.domains.onboarding.errors import RiskProfileMissingError
from app.domains.portfolio.errors import AdviceUnavailableError, RiskProfileExpiredError
from app.domains.portfolio.goal_types import Goal, Wish

_WHEN: Final = text("New date: 2030-06-30, 2030-06, 2030 or in_5_years")


async def _change_terms(desk: Desk, given: Arguments) -> Params:
    """Return which goal, and its new target or date."""
    found = desk.handles.goal(given.text("goal"))
    amount, when = given.amount("amount"), given.text("date")
    terms = {"goal": shown_name(found.wish.name)}
    if amount is not None:
        money = money_of(amount, _currency(found, given))
        terms |= {"target": money.decimal_string(), "currency": money.currency}
    if when is not None:
        day = due(when, today=desk.today)
        if day is None:
            raise ToolRefusal("invalid_arguments")
        terms["due"] = day.isoformat()
    if len(terms) == 1:
        raise ToolRefusal("invalid_arguments")
    return terms


async def _saving_terms(desk: Desk, given: Arguments) -> Params:
    """Return how much is put by how often, for which goal."""
    found = desk.handles.goal(given.text("goal"))
    amount, often = given.amount("amount"), given.text("frequency") or ""
    if amount is None:
        raise ToolRefusal("invalid_arguments")
    payments_a_month(often)
    money = money_of(amount, _currency(found, given))
    return {
        "goal": shown_name(found.wish.name),
        "amount": money.decimal_string(),
        "currency": money.currency,
        "frequency": often,
    }


def _currency(found: Goal, given: Arguments) -> str:
    """Return the goal's currency; a goal never changes it."""
    own = found.wish.target.currency
    if given.currency("currency") not in (None, own):
        raise ToolRefusal("invalid_arguments")
    return own


def _wished(wish: Wish, params: Params) -> Wish:
    """Return the goal's wish with what was asked for put in."""
    if "frequency" in params:
        each = Decimal(params["amount"]) * payments_a_month(params["frequency"])
        monthly = Money.of_decimal(each, params["currency"], rounding=Rounding.HALF_EVEN)
        return replace(wish, monthly=monthly)
    if "target" in params:
        wish = replace(wish, target=Money.parse(params["target"], params["currency"]))
    return replace(wish, due=date.fromisoformat(params["due"])) if "due" in params else wish


async def _sketch(desk: Desk, params: Params) -> Sketch:
    found = _named(desk, params)
    wish = _wished(found.wish, params)
    if wish == found.wish:
        raise ToolRefusal("nothing_to_change")
    made = Findings(desk)
    name = shown_name(wish.name)
    where = Origin(Source.GOAL, found.goal_id, desk.today.isoformat(), name)
    shown = {
        "name": name,
        "target": made.money(where, Metric.TARGET, wish.target),
        "date": made.day(where, wish.due),
        "monthly": made.money(where, Metric.CONTRIBUTION, wish.monthly),
        "monthly_before": made.money(where, Metric.CONTRIBUTION, found.wish.monthly),
    }
    if "frequency" in params:
        own = Origin(Source.USER, as_of=desk.today.isoformat())
        each = Money.parse(params["amount"], params["currency"])
        shown["amount"] = made.money(own, Metric.AMOUNT, each)
    goals = desk.doors.portfolio.goals
    # Without a profile nobody can say how probable it is; the goal may change all the same.
    with suppress(RiskProfileMissingError, RiskProfileExpiredError, AdviceUnavailableError):
        after = await goals.preview(desk.owner, wish, goal_id=found.goal_id)
        shown["probability"] = made.percent(where, Metric.PROBABILITY, after.probability)
    made.facts(**{key: shown.get(key) for key in ("name", "amount", "target", "date")})
    return Sketch(made, shown, (), {"goal_id": found.goal_id, "version": str(found.version)})


def _named(desk: Desk, params: Params) -> Goal:
    return desk.handles.goal(params["goal"])


async def _changed(desk: Desk, action: PendingAction) -> bool:
    bound = action.preview.bound
    found = await desk.doors.portfolio.goals.find(desk.owner, bound["goal_id"])
    return str(found.version) != bound["version"]


async def _carry_out(doors: Doors, order: Order) -> Mapping[str, str]:
    """Make the next version of the goal; when that has happened, nothing more does."""
    action, user = order.action, order.caller.user_id
    goal_id, version = action.preview.bound["goal_id"], int(action.preview.bound["version"])
    found = await doors.portfolio.goals.find(user, goal_id)
    wish = _wished(found.wish, action.params)
    made = await doors.portfolio.goals.change(user, goal_id, wish, version=version)
    return {"goal_id": made.goal_id, "version": str(made.version)}


GOAL_CHANGE: Final = Kind(
    kind=ActionKind.GOAL_CHANGE,
    description="Draft another target or date of a goal.",
    properties={"goal": GOAL, "amount": AMOUNT, "currency": CURRENCY, "date": _WHEN},
    required=("goal",),
    terms=_change_terms,
    sketch=_sketch,
    changed=_changed,
    carry_out=_carry_out,
    books=False,
)
RECURRING_PLAN: Final = Kind(
    kind=ActionKind.RECURRING_PLAN,
    description="Draft what the user wants to put by for a goal, and how often.",
    properties={
        "amount": AMOUNT,
        "currency": CURRENCY,
        "frequency": FREQUENCY,
        "goal": GOAL,
        "date": _WHEN,
    },
    required=("amount", "frequency"),
    terms=_saving_terms,
    sketch=_sketch,
    changed=_changed,
    carry_out=_carry_out,
    books=False,
)
