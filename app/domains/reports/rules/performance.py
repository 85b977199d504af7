"""The performance of a period: value, flows, fees and returns. Pure."""

from collections import Counter
from typing import Any

from app.core.money import Money
from app.domains.portfolio.report_types import CashFlow, Measure, Performance
from app.domains.reports.rules.books import Books
from app.domains.reports.types import Compared, Draft


def draft(found: Performance, books: Books) -> Draft:
    """Return a period's returns with the money behind them."""
    body = {
        "currency": found.currency,
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "prices_of": found.as_of.isoformat(),
        "source": found.source,
        "simulated": found.simulated,
        "start_minor": _minor(found.start_value),
        "flows_minor": _total(found),
        "gain_minor": _minor(found.gain),
        "end_minor": _minor(found.end_value),
        "fees_minor": _minor(found.fees),
        "measures": [_measure(one) for one in found.measures],
        "gross": _measure(found.gross),
        "benchmark": None
        if found.benchmark is None
        else {
            "name": found.benchmark.name,
            "end_minor": _minor(found.benchmark.end_value),
            "measures": [_measure(one) for one in found.benchmark.measures],
        },
        "deepest_fall": None if found.drawdown is None else _fraction(found.drawdown.depth),
        "flows": [_flow(flow) for flow in found.flows],
        "missing_prices": list(found.missing_prices),
        "missing_rates": list(found.missing_rates),
    }
    versions = {"prices": found.source, "rates": found.rates_hash or ""}
    return Draft(body, tuple(_checks(found, books)), versions)


def _checks(found: Performance, books: Books) -> list[Compared]:
    told: Counter[str] = Counter()
    for flow in found.flows:
        told[flow.local.currency] += flow.local.amount_minor
    checks = []
    for currency in sorted({*books.stories, *told}):
        posted = books.posted(currency)
        outside = sum(posted.get(a.movement_id, 0) for a in books.inside(currency) if a.external)
        checks.append(Compared("money in and out", currency, told[currency], outside))
    if set(books.stories) <= {found.currency} and found.fees is not None:
        fees = sum(a.fee.amount_minor for a in books.inside(found.currency))
        checks.append(Compared("fees", found.currency, found.fees.amount_minor, fees))
    start, flows, gain, end = (
        _minor(found.start_value), _total(found), _minor(found.gain), _minor(found.end_value),
    )  # fmt: skip
    if start is not None and flows is not None and gain is not None and end is not None:
        checks.append(Compared("start, flows and gain", found.currency, start + flows + gain, end))
    return checks


def _total(found: Performance) -> int | None:
    amounts = [flow.amount for flow in found.flows]
    known = [amount.amount_minor for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _measure(one: Measure) -> dict[str, Any]:
    return {
        "method": one.method.value,
        "value": _fraction(one.value),
        "annualised": _fraction(one.annualised),
        "reason": None if one.reason is None else one.reason.value,
    }


def _flow(flow: CashFlow) -> dict[str, Any]:
    return {
        "at": flow.at.isoformat(),
        "kind": flow.kind,
        "movement_id": flow.movement_id,
        "currency": flow.local.currency,
        "amount_minor": flow.local.amount_minor,
    }


def _minor(money: Money | None) -> int | None:
    return None if money is None else money.amount_minor


def _fraction(value: float | None) -> str | None:
    """Return a fraction as text: the same figure makes the same bytes anywhere."""
    return None if value is None else f"{value:.8f}"
