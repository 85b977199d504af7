"""What the owner holds: worth, mix against the plan, one holding, risk."""

from decimal import Decimal

from app.core.errors import FinNamiError
from app.core.money import Money
from app.domains.chat.evidence_types import Metric, Source
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk
from app.domains.chat.tools.findings import Findings, Origin
from app.domains.chat.tools.references import SUMMARY, account_ref, period_ref, price_ref
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.portfolio.alert_types import AllocationLine
from app.domains.portfolio.lot_types import LotMethod
from app.domains.portfolio.types import Portfolio, Position


async def summary(desk: Desk, _: Arguments) -> Findings:
    """Tell what everything is worth now, with each holding."""
    found = await _portfolio(desk)
    if found.value is None:
        raise ToolRefusal("prices_stale")
    made = Findings(desk)
    made.facts(
        value=made.money(_origin(found), Metric.VALUE, found.value),
        cash=_cash(made, found),
        holdings=made.count(_origin(found), len(found.positions)),
        as_of=_as_of(made, found),
        gain=await _gain(desk, made),
    )
    for position in found.positions:
        value = made.money(_about(found, position), Metric.VALUE, position.value)  # type: ignore[arg-type]  # a total has no unknown part
        made.row(position.name, position.symbol, _quantity(made, position), value)
    return made.done("holdings", ("name", "symbol", "quantity", "value"))


async def allocation(desk: Desk, _: Arguments) -> Findings:
    """Tell the weights, what the plan wants, and the distance between them."""
    found = await _portfolio(desk)
    if not found.allocation:
        raise ToolRefusal("no_portfolio" if found.value is not None else "prices_stale")
    made = Findings(desk)
    planned = found.drift is not None
    for line in found.allocation:
        where = _origin(found, entity=line.name or line.symbol or None)
        weight = made.percent(where, Metric.WEIGHT, line.weight)
        cells = [line.symbol or "cash", weight]
        if planned:
            distance = line.weight - line.target
            cells.append(made.percent(where, Metric.TARGET, line.target))
            cells.append(made.percent(where, Metric.DRIFT, distance, signed=True))
        made.row(line.name or "cash", *cells)
        if line == _furthest(found, planned=planned):
            made.facts(largest=line.name or "cash", weight=weight)
            made.fact("target", cells[2] if planned else None)
    if found.drift is not None:
        made.fact("drift", made.percent(_origin(found), Metric.DRIFT, found.drift))
    made.fact("as_of", _as_of(made, found))
    columns = ("name", "symbol", "weight", "target", "drift")
    return made.done("allocation", columns if planned else columns[:3])


async def holding(desk: Desk, given: Arguments) -> Findings:
    """Tell quantity, price, value, weight and gain of one holding."""
    named = given.text("instrument")
    if named is None:
        raise ToolRefusal("invalid_arguments")
    instrument = desk.handles.instrument(named)
    found = await _portfolio(desk)
    position = next((p for p in found.positions if p.symbol == instrument.symbol), None)
    if position is None:
        raise ToolRefusal("not_held")
    where = _about(found, position)
    made = Findings(desk)
    made.facts(name=position.name, quantity=_quantity(made, position))
    if position.value is not None:
        made.fact("value", made.money(where, Metric.VALUE, position.value))
        made.fact("gain", await _unrealised(desk, made, position, where))
    if position.price is not None and position.market_date is not None:
        at_price = Origin(
            Source.PRICE,
            price_ref(position.symbol, position.market_date),
            position.market_date.isoformat(),
            position.name,
        )
        made.fact("price", made.price(at_price, position.price, found.currency))
        made.fact("as_of", made.day(at_price, position.market_date))
    if position.weight is not None:
        made.fact("weight", made.percent(where, Metric.WEIGHT, position.weight))
    if position.target is not None:
        made.fact("target", made.percent(where, Metric.TARGET, position.target))
    return made.done()


async def risk(desk: Desk, _: Arguments) -> Findings:
    """Tell the predicted yearly volatility, the promised one, and the worst year of the advice."""
    found = await _portfolio(desk)
    made = Findings(desk)
    if found.predicted_volatility is not None and found.positions:
        volatility = made.percent(_origin(found), Metric.RISK, found.predicted_volatility)
        made.fact("volatility", volatility)
    if found.recommendation_id is not None:
        advice = await desk.doors.portfolio.recommendation(desk.owner, found.recommendation_id)
        where = Origin(Source.DECISION, advice.recommendation_id, advice.made_at.date().isoformat())
        if advice.mix is not None:
            promised = advice.mix.promised_volatility
            made.fact("limit", made.percent(where, Metric.LIMIT, promised))
            if advice.mix.worst_year is not None:
                made.fact("worst", made.money(where, Metric.RISK, advice.mix.worst_year))
    if not found.positions and found.recommendation_id is None:
        raise ToolRefusal("no_portfolio")
    return made.done()


async def _portfolio(desk: Desk) -> Portfolio:
    """Return what she holds. Raises ToolRefusal when there is nothing at all."""
    found = await desk.doors.portfolio.portfolio(desk.owner)
    money = found.cash.amount_minor or found.reserved.amount_minor
    if not found.positions and not money:
        raise ToolRefusal("no_portfolio")
    return found


def _origin(found: Portfolio, *, entity: str | None = None) -> Origin:
    as_of = found.prices_as_of.isoformat() if found.prices_as_of else None
    return Origin(Source.PORTFOLIO, SUMMARY, as_of, entity)


def _about(found: Portfolio, position: Position) -> Origin:
    return _origin(found, entity=position.name)


def _cash(made: Findings, found: Portfolio) -> str:
    where = Origin(Source.LEDGER, account_ref(found.currency))
    return made.money(where, Metric.CASH, found.cash)


def _as_of(made: Findings, found: Portfolio) -> str | None:
    if found.prices_as_of is None:
        return None
    return made.day(_origin(found), found.prices_as_of)


def _quantity(made: Findings, position: Position) -> str:
    where = Origin(Source.LEDGER, account_ref(position.symbol), entity=position.name)
    return made.quantity(where, position.quantity)


def _furthest(found: Portfolio, *, planned: bool) -> AllocationLine:
    def size(line: AllocationLine) -> Decimal:
        return abs(line.weight - line.target) if planned else line.weight

    return max(found.allocation, key=size)


async def _gain(desk: Desk, made: Findings) -> str | None:
    """Return the gain since the first movement; None when it is not known."""
    try:
        report = await desk.doors.portfolio.performance.of(desk.owner)
    except FinNamiError:
        return None  # the worth stands without it: a sentence is left out
    if report.gain is None:
        return None
    ref = period_ref("performance", report.first, report.last)
    where = Origin(Source.PORTFOLIO, ref, report.last.isoformat())
    return made.money(where, Metric.GAIN, report.gain, signed=True)


async def _unrealised(desk: Desk, made: Findings, position: Position, where: Origin) -> str | None:
    """Return value less what the open lots cost; None when lots and holding differ."""
    if position.value is None:
        return None
    book = await desk.doors.portfolio.lots.of(desk.owner, LotMethod.FIFO)
    lots = [lot for lot in book.lots if lot.symbol == position.symbol]
    held = sum(lot.quantity_micro for lot in lots)
    if held != position.quantity * 1_000_000 or book.currency != position.value.currency:
        return None
    cost = sum((lot.cost for lot in lots), Money.zero(book.currency))
    return made.money(where, Metric.GAIN, position.value - cost, signed=True)
