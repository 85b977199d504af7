"""How it went and what it cost: returns and fees of a range."""

from datetime import date
from typing import Final

from app.domains.chat.evidence_types import Metric, Source
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk
from app.domains.chat.tools.findings import Findings, Origin
from app.domains.chat.tools.ranges import Span, span_of
from app.domains.chat.tools.references import period_ref
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.portfolio.report_types import Method, NotAvailable

METHODS: Final = tuple(method.value for method in Method)
_NOTHING: Final = (NotAvailable.NO_MOVEMENTS, NotAvailable.NOTHING_INVESTED)


def span(desk: Desk, given: Arguments, default: str | None = None) -> Span:
    """Return the days of the argument `range`. Raises ToolRefusal when it means nothing."""
    word = given.text("range") or default
    if word is None:
        return Span(None, None)
    found = span_of(word, today=desk.today)
    if found is None:
        raise ToolRefusal("invalid_arguments")
    return found


def capped(desk: Desk, day: date | None) -> date | None:
    """Return a day that is not in the future, as reports want it (their days are UTC)."""
    return None if day is None else min(day, desk.doors_today)


async def performance(desk: Desk, given: Arguments) -> Findings:
    """Tell return and gain of a range by one method, the time-weighted one by default."""
    days = span(desk, given)
    method = Method(given.choice("method", METHODS) or Method.TIME_WEIGHTED.value)
    report = await desk.doors.portfolio.performance.of(
        desk.owner, first=days.first, last=capped(desk, days.last)
    )
    measure = next(one for one in report.measures if one.method is method)
    if measure.value is None and report.gain is None:
        raise ToolRefusal("no_portfolio" if measure.reason in _NOTHING else "prices_stale")
    ref = period_ref("performance", report.first, report.last)
    where = Origin(Source.PORTFOLIO, ref, report.last.isoformat())
    made = Findings(desk)
    made.facts(first=made.day(where, report.first), last=made.day(where, report.last))
    for one in report.measures:
        if one.value is None:
            continue
        value = made.percent(where, Metric.RETURN, one.value, signed=True)
        made.row(one.method.value, value)
        if one.method is method:
            made.fact("return", value)
            if one.annualised is not None:
                yearly = made.percent(where, Metric.RETURN, one.annualised, signed=True)
                made.fact("annualised", yearly)
    if report.gain is not None:
        made.fact("gain", made.money(where, Metric.GAIN, report.gain, signed=True))
    if report.end_value is not None:
        made.fact("value", made.money(where, Metric.VALUE, report.end_value))
    made.fact("method", method.value)
    return made.done("returns", ("method", "return"))


async def fees(desk: Desk, given: Arguments) -> Findings:
    """Tell what was paid in a range, and what the holdings go on costing a year."""
    days = span(desk, given)
    report = await desk.doors.portfolio.fees.of(
        desk.owner, first=days.first, last=capped(desk, days.last)
    )
    where = Origin(
        Source.PORTFOLIO,
        period_ref("fees", report.first, report.last),
        report.last.isoformat(),
    )
    made = Findings(desk)
    made.facts(
        paid=made.money(where, Metric.FEE, report.paid),
        first=made.day(where, report.first),
        last=made.day(where, report.last),
    )
    if report.yearly_running is not None:
        made.fact("running", made.money(where, Metric.FEE, report.yearly_running))
    for line in sorted(report.lines, key=lambda one: one.at, reverse=True)[:50]:
        at = line.at.astimezone(desk.now.tzinfo).date()
        booked = Origin(Source.LEDGER, line.movement_id, at.isoformat())
        amount = made.money(booked, Metric.FEE, line.amount)
        made.row(desk.movement_handle(line.movement_id), made.day(booked, at), amount)
    return made.done("fees", ("movement", "date", "amount"))
