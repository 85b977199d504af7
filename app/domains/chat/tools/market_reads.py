"""Public facts of instruments: the last price, and what one is."""

from datetime import timedelta
from decimal import Decimal

from app.domains.chat.evidence_types import Metric, Source
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk
from app.domains.chat.tools.findings import Findings, Origin
from app.domains.chat.tools.references import price_ref
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.market.types import Instrument, Quote, exact_price


async def quote(desk: Desk, given: Arguments) -> Findings:
    """Tell the last price of an instrument, its day, and the change since the close before."""
    found = _instrument(desk, given)
    last = (await desk.doors.market.last_quotes((found.symbol,))).get(found.symbol)
    if last is None:
        raise ToolRefusal("prices_stale")
    ref = price_ref(last.symbol, last.market_date)
    where = Origin(Source.PRICE, ref, last.exchange_at.isoformat(), found.name)
    made = Findings(desk)
    made.facts(
        name=found.name,
        price=made.price(where, last.price, last.currency),
        as_of=made.day(where, last.market_date),
        state="stale" if last.stale else "fresh",
    )
    before = await _close_before(desk, last)
    if before is not None:
        change = last.price / before - 1
        made.fact("change", made.percent(where, Metric.RETURN, change, signed=True))
    return made.done()


async def instrument(desk: Desk, given: Arguments) -> Findings:
    """Tell what an instrument is: its kind, its currency, what it costs a year."""
    found = _instrument(desk, given)
    made = Findings(desk)
    cost = Decimal(found.annual_cost_bps) / 10_000
    made.facts(
        name=found.name,
        symbol=found.symbol,
        kind=found.asset_class,
        currency=found.currency,
        cost=made.percent(Origin(Source.PRICE, entity=found.name), Metric.FEE, cost),
    )
    return made.done()


def _instrument(desk: Desk, given: Arguments) -> Instrument:
    named = given.text("instrument")
    if named is None:
        raise ToolRefusal("invalid_arguments")
    return desk.handles.instrument(named)


async def _close_before(desk: Desk, last: Quote) -> Decimal | None:
    history = await desk.doors.market.closes(
        last.symbol,
        first=last.market_date - timedelta(days=10),
        last=last.market_date - timedelta(days=1),
    )
    return exact_price(float(history.prices[-1, 0])) if len(history.dates) else None
