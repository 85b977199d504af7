"""Goals: where one stands, and what would be if she paid in more or had more time."""

import calendar
import re
from dataclasses import replace
from datetime import date
from typing import Final

from app.core.money import Money, Rounding
from app.domains.chat.evidence_types import Metric, Source
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk
from app.domains.chat.tools.findings import Findings, Origin
from app.domains.chat.tools.frequencies import payments_a_month
from app.domains.chat.tools.handles import shown
from app.domains.chat.tools.ranges import MONTHS
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.portfolio.errors import (
    GoalAmountError,
    GoalInPastError,
    GoalTooFarError,
)
from app.domains.portfolio.goal_types import Goal, Projection

_WHEN: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_MONTH: Final = re.compile(rf"({'|'.join(MONTHS)})(?:_(\d{{4}}))?")
_IN: Final = re.compile(r"in_(\d{1,3})_(month|year)s?")


async def goal(desk: Desk, given: Arguments) -> Findings:
    """Tell where a goal stands and how often it is reached."""
    found = desk.handles.goal(given.text("goal"))
    projection = await desk.doors.portfolio.goals.project(desk.owner, found.goal_id)
    made = Findings(desk)
    where = _origin(found, projection)
    _wish(made, where, found)
    made.facts(
        value=made.money(where, Metric.VALUE, projection.assumptions.start),
        probability=made.percent(where, Metric.PROBABILITY, projection.probability),
        monthly=made.money(where, Metric.CONTRIBUTION, found.wish.monthly),
        needed=made.money(where, Metric.CONTRIBUTION, projection.needed.monthly)
        if projection.needed.reachable
        else None,
    )
    for point in projection.points[:50]:
        cells = [
            made.money(where, Metric.VALUE, amount)
            for amount in (point.low, point.middle, point.high)
        ]
        made.row(made.day(where, point.day), *cells)
    return made.done("goal", ("date", "low", "middle", "high"))


async def what_if(desk: Desk, given: Arguments) -> Findings:
    """Tell how often a goal would be reached with another amount or date; nothing is kept."""
    found = desk.handles.goal(given.text("goal"))
    amount, when = given.amount("monthly"), given.text("date")
    if amount is None and when is None:
        raise ToolRefusal("invalid_arguments")
    wish = found.wish
    if amount is not None:
        factor = payments_a_month(given.text("frequency") or "monthly")
        monthly = Money.of_decimal(
            amount * factor, wish.monthly.currency, rounding=Rounding.HALF_EVEN
        )
        wish = replace(wish, monthly=monthly)
    if when is not None:
        day = due(when, today=desk.today)
        if day is None:
            raise ToolRefusal("invalid_arguments")
        wish = replace(wish, due=day)
    goals = desk.doors.portfolio.goals
    before = await goals.project(desk.owner, found.goal_id)
    try:
        after = await goals.preview(desk.owner, wish, goal_id=found.goal_id)
    except (GoalInPastError, GoalTooFarError, GoalAmountError):
        raise ToolRefusal("invalid_arguments") from None
    made = Findings(desk)
    where = _origin(found, after)
    _wish(made, where, replace(found, wish=wish))
    made.facts(
        monthly=made.money(where, Metric.CONTRIBUTION, wish.monthly),
        probability=made.percent(where, Metric.PROBABILITY, after.probability),
        before=made.percent(_origin(found, before), Metric.PROBABILITY, before.probability),
    )
    return made.done()


def _origin(found: Goal, projection: Projection) -> Origin:
    name = shown(found.wish.name)
    return Origin(Source.GOAL, found.goal_id, projection.as_of.isoformat(), name)


def _wish(made: Findings, where: Origin, found: Goal) -> None:
    made.facts(
        name=shown(found.wish.name),
        target=made.money(where, Metric.TARGET, found.wish.target),
        date=made.day(where, found.wish.due),
    )


def due(text: str, *, today: date) -> date | None:
    """Return the day of a date, a month's or year's end, or so long from now; else None. Pure."""
    try:
        if match := _WHEN.fullmatch(text):
            year, month = int(match[1]), int(match[2] or 12)
            return date(year, month, int(match[3] or calendar.monthrange(year, month)[1]))
        if match := _MONTH.fullmatch(text):
            month = MONTHS.index(match[1]) + 1
            year = int(match[2] or today.year + (month <= today.month))
            return date(year, month, calendar.monthrange(year, month)[1])
        if text in ("next_year", "end_of_year"):
            return date(today.year + (text == "next_year"), 12, 31)
        if match := _IN.fullmatch("in_1_month" if text == "next_month" else text):
            months = int(match[1]) * (12 if match[2] == "year" else 1)
            year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
            last = calendar.monthrange(year, month + 1)[1]
            return date(year, month + 1, min(today.day, last))
    except ValueError:
        return None
    return None
