"""A tool box that gives what a test says, and figures for every fact of a tool."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.domains.chat.engines.embedded import EmbeddedEngine
from app.domains.chat.engines.facts import FACTS
from app.domains.chat.engines.plans import WORDS
from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from app.domains.chat.talk_types import (
    Answered,
    Budget,
    Slot,
    TalkEvent,
    TalkState,
    Turn,
    Understood,
)
from app.domains.chat.tool_types import Proposal, ToolResult, ToolSpec, Untrusted

NAMED = {"name": "World shares", "largest": "World shares", "currency": "EUR"}
PLAIN = {**NAMED, "reference": "R", "top": "Market", "merchant": "Market"}
DATES = {"as_of", "first", "last", "date", "until"}
METRICS = {
    "value": Metric.VALUE, "cash": Metric.CASH, "gain": Metric.GAIN, "return": Metric.RETURN,
    "drift": Metric.DRIFT, "weight": Metric.WEIGHT, "target": Metric.TARGET,
    "volatility": Metric.RISK, "limit": Metric.LIMIT, "worst": Metric.RETURN,
    "paid": Metric.FEE, "running": Metric.FEE, "fee": Metric.FEE, "cost": Metric.FEE,
    "probability": Metric.PROBABILITY, "before": Metric.PROBABILITY,
    "monthly": Metric.CONTRIBUTION, "reserved": Metric.CASH, "total": Metric.AMOUNT,
    "spent": Metric.SPENDING, "top_amount": Metric.SPENDING, "amount": Metric.AMOUNT,
    "price": Metric.PRICE, "change": Metric.RETURN, "profile": Metric.SCORE,
    "tolerance": Metric.SCORE,
    "capacity": Metric.SCORE, "quantity": Metric.QUANTITY, "count": Metric.COUNT,
    "holdings": Metric.COUNT, "sells": Metric.COUNT, "buys": Metric.COUNT,
}  # fmt: skip
PERCENTS = {
    "return", "drift", "weight", "volatility", "limit", "worst", "probability", "before", "change",
    "cost",
}  # fmt: skip
SIGNED = {"gain", "return", "drift", "change", "paid", "cash"}
COUNTS = {"holdings", "count", "sells", "buys", "tolerance", "capacity", "profile"}
EVERY_SLOT = {
    "instrument": "ACWI", "amount": "100", "quantity": "2", "goal": "goal_1",
    "frequency": "monthly", "date_range": "last_month", "reference": "R",
}  # fmt: skip


def figure_of(name: str, value: Decimal) -> Evidence:
    """Return evidence of the kind and metric this fact has."""
    key = f"{name}_1"
    if name in DATES:
        return Evidence(key, Kind.DATE, date(2026, 5, 1), Metric.DATE, Source.LEDGER)
    metric = METRICS[name]
    if name in COUNTS:
        return Evidence(key, Kind.COUNT, abs(value).to_integral_value(), metric, Source.LEDGER)
    if name == "quantity":
        return Evidence(key, Kind.QUANTITY, abs(value), metric, Source.LEDGER)
    if name not in SIGNED:
        value = abs(value)
    part = value + sorted(METRICS).index(name) * (1 if value > 0 else -1 if value < 0 else 0)
    if name in PERCENTS:
        return Evidence(key, Kind.PERCENT, part / 100, metric, Source.LEDGER, signed=name in SIGNED)
    return Evidence(
        key, Kind.MONEY, part, metric, Source.LEDGER, currency="EUR", signed=name in SIGNED
    )


def result_of(tool: str, *, value: Decimal = Decimal("12.5"), state: str = "") -> ToolResult:
    """Return a full result: evidence for every fact that is a figure."""
    facts: dict[str, str | Untrusted] = {}
    evidence = []
    for name in sorted(FACTS[tool]):
        if name in ("state", "kind"):
            facts[name] = state
        elif name == "recipient":
            facts[name] = Untrusted("Anna")
        elif name in PLAIN:
            facts[name] = PLAIN[name]
        else:
            one = figure_of(name, value)
            evidence.append(one)
            facts[name] = one.id
    action = None
    if tool.startswith("propose."):
        action = Proposal("a1", tool, {"amount": "12.50"}, {}, "2026-05-01T10:10:00Z")
    return ToolResult("c1", tool, ok=True, facts=facts, evidence=tuple(evidence), action=action)


class ScriptedBox:
    """Answers with the given results by tool; anything else is unknown."""

    def __init__(self, results: Mapping[str, ToolResult]) -> None:
        self.results = results
        self.called: list[tuple[str, Mapping[str, Any]]] = []

    def specs(self, intent: str) -> tuple[ToolSpec, ...]:
        return ()

    async def call(self, name: str, arguments: Mapping[str, Any]) -> ToolResult:
        self.called.append((name, arguments))
        return self.results.get(name) or ToolResult("c1", name, ok=False, code="unknown_tool")


def turn_of(
    intent: str, lang: str = "en", *, slots: Mapping[str, str] | None = None,
    state: TalkState | None = None, **heard: Any,
) -> Turn:  # fmt: skip
    """Return a turn that was understood this way."""
    told = {"confidence": 0.97, "abstain": False, "second": "performance", "fires": True}
    understood = Understood(
        lang=lang, intent=intent, **{**told, **heard},
        slots=tuple(Slot(name, 0, 0, value) for name, value in (slots or {}).items()),
    )  # fmt: skip
    return Turn(
        id="t1", conversation="k1", owner="u1", text="hello", locale=lang, base_currency="EUR",
        received_at=datetime(2026, 5, 1, tzinfo=UTC), understood=understood,
        state=state or TalkState(),
    )  # fmt: skip


async def answered(
    turn: Turn, box: ScriptedBox, engine: EmbeddedEngine | None = None
) -> tuple[list[TalkEvent], Answered]:
    """Return the events of an answer and what it leaves behind."""
    stream: AsyncIterator[TalkEvent | Answered] = (engine or EmbeddedEngine()).answer(
        turn, box, Budget(seconds=5)
    )
    found = [event async for event in stream]
    last = found.pop()
    assert isinstance(last, Answered)
    events = [event for event in found if isinstance(event, TalkEvent)]
    assert len(events) == len(found)
    return events, last


def states(intent: str) -> tuple[str, ...]:
    """Return the state words that choose a sentence of this intent."""
    return WORDS.get(intent, ("",))
