"""Why she was advised what she was advised, from the sealed record."""

from app.domains.chat.evidence_types import Metric, Source
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk
from app.domains.chat.tools.findings import Findings, Origin
from app.domains.chat.tools.refusals import ToolRefusal


async def advice_reasons(desk: Desk, given: Arguments) -> Findings:
    """Tell the reasons of the newest advice, and what it wants of one instrument."""
    named = given.text("instrument")
    instrument = None if named is None else desk.handles.instrument(named)
    history = await desk.doors.portfolio.answers.history(desk.owner)
    if not history:
        raise ToolRefusal("no_advice")
    newest = max(history, key=lambda one: one.made_at)
    advice = await desk.doors.portfolio.recommendation(desk.owner, newest.recommendation_id)
    day = advice.made_at.astimezone(desk.now.tzinfo).date()
    where = Origin(Source.DECISION, advice.recommendation_id, day.isoformat())
    made = Findings(desk)
    made.facts(date=made.day(where, day), outcome=advice.outcome.value)
    if advice.mix is not None:
        predicted = made.percent(where, Metric.RISK, advice.mix.predicted_volatility)
        made.fact("volatility", predicted)
        target = next(
            (t for t in advice.mix.targets if instrument and t.symbol == instrument.symbol), None
        )
        if target is not None:
            about = Origin(where.source, where.ref, where.as_of, target.name)
            weight = made.percent(about, Metric.TARGET, target.weight)
            made.facts(name=target.name, weight=weight)
        elif instrument is not None:
            raise ToolRefusal("no_advice")
    elif instrument is not None:
        raise ToolRefusal("no_advice")
    for reason in advice.reasons:
        made.row(reason.code)
    return made.done("reasons", ("reason",))
