"""A demo world behind the tools of a turn: the same figures at every call, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from app.domains.chat.engines.facts import FACTS
from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from app.domains.chat.talk_types import Names
from app.domains.chat.tool_types import Proposal, ToolResult, ToolSpec

CURRENCY: Final = "USD"
NAMES: Final = Names(
    instruments={"VTI": "ins_1", "Vanguard Total Stock Market": "ins_1", "BND": "ins_2"},
    goals=dict.fromkeys(("House", "Casa", "Maison", "Haus", "घर", "البيت", "买房"), "goal_1"),
    accounts={CURRENCY: "acc_1"},
)  # fmt: skip
_WORDS: Final = {
    "name": "Vanguard Total Stock Market", "largest": "Vanguard Total Stock Market",
    "currency": CURRENCY, "top": "Market", "merchant": "Market", "recipient": "Anna",
    "kind": "fund", "reference": "R-7", "id": "first-steps", "title": "Begin", "text": "Begin.",
    "link": "/app/start",
}  # fmt: skip
_STATES: Final = {
    "ledger.payment_status": "booked", "ledger.order_status": "filled",
    "onboarding.kyc_status": "approved",
}  # fmt: skip
_DATES: Final = {
    "as_of": date(2026, 11, 25), "first": date(2026, 10, 1), "last": date(2026, 10, 31),
    "date": date(2026, 11, 20), "until": date(2027, 3, 14),
}  # fmt: skip
_M, _P, _N = Kind.MONEY, Kind.PERCENT, Kind.COUNT
_FIGURES: Final[dict[str, tuple[Kind, str, Metric, bool]]] = {
    "value": (_M, "48213.77", Metric.VALUE, False),
    "cash": (_M, "3120.40", Metric.CASH, True),
    "gain": (_M, "3298.15", Metric.GAIN, True),
    "holdings": (_N, "7", Metric.COUNT, False),
    "return": (_P, "0.0734", Metric.RETURN, True),
    "drift": (_P, "0.034", Metric.DRIFT, True),
    "weight": (_P, "0.2588", Metric.WEIGHT, False),
    "target": (_M, "60000.00", Metric.TARGET, False),
    "volatility": (_P, "0.124", Metric.RISK, False),
    "limit": (_P, "0.15", Metric.LIMIT, False),
    "worst": (_P, "-0.187", Metric.RETURN, True),
    "paid": (_M, "106.07", Metric.FEE, True),
    "running": (_M, "41.22", Metric.FEE, False),
    "probability": (_P, "0.71", Metric.PROBABILITY, False),
    "before": (_P, "0.64", Metric.PROBABILITY, False),
    "monthly": (_M, "450.00", Metric.CONTRIBUTION, False),
    "reserved": (_M, "85.10", Metric.CASH, False),
    "count": (_N, "46", Metric.COUNT, False),
    "total": (_M, "1920.35", Metric.AMOUNT, True),
    "spent": (_M, "1842.65", Metric.SPENDING, False),
    "top_amount": (_M, "312.40", Metric.SPENDING, False),
    "amount": (_M, "850.00", Metric.AMOUNT, False),
    "quantity": (Kind.QUANTITY, "35", Metric.QUANTITY, False),
    "fee": (_M, "1.50", Metric.FEE, False),
    "price": (_M, "287.42", Metric.PRICE, False),
    "change": (_P, "-0.0118", Metric.RETURN, True),
    "cost": (_P, "0.0003", Metric.FEE, False),
    "profile": (_N, "4", Metric.SCORE, False),
    "tolerance": (_N, "6", Metric.SCORE, False),
    "capacity": (_N, "5", Metric.SCORE, False),
    "sells": (_N, "8", Metric.COUNT, False),
    "buys": (_N, "9", Metric.COUNT, False),
}


@dataclass
class DemoTools:
    """A ToolBox whose every tool finds all it may say; it remembers what was called."""

    called: list[str] = field(default_factory=list)

    # The port's names: the demo world answers each tool in one way.
    def specs(self, intent: str) -> tuple[ToolSpec, ...]:  # noqa: ARG002 - the port's signature
        """Return nothing: the embedded engine knows its tools."""
        return ()

    # The port's names: the demo world answers each tool in one way.
    async def call(self, name: str, arguments: Mapping[str, Any]) -> ToolResult:  # noqa: ARG002
        """Return a full result of the tool."""
        self.called.append(name)
        call = f"c{len(self.called)}"
        if name not in FACTS:
            return ToolResult(call, name, ok=False, code="not_offered")
        facts, evidence = {}, []
        for fact in sorted(FACTS[name]):
            figure = _figure(fact)
            if figure is None:
                facts[fact] = _WORDS.get(fact, _STATES.get(name, ""))
            else:
                facts[fact] = figure.id
                evidence.append(figure)
        action = None
        if name.startswith("propose."):
            action = Proposal("demo", name.removeprefix("propose."), {}, {}, "2026-11-26T12:10:00Z")
        return ToolResult(call, name, ok=True, facts=facts, evidence=tuple(evidence), action=action)


def _figure(fact: str) -> Evidence | None:
    if fact in _DATES:
        return Evidence(f"{fact}_1", Kind.DATE, _DATES[fact], Metric.DATE, Source.LEDGER)
    if fact not in _FIGURES:
        return None
    kind, value, metric, signed = _FIGURES[fact]
    return Evidence(
        f"{fact}_1",
        kind,
        Decimal(value),
        metric,
        Source.LEDGER,
        currency=CURRENCY if kind is Kind.MONEY else None,
        signed=signed,
    )
