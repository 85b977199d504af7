"""Collects what one call found: every figure becomes evidence, facts and rows name it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.core.money import Money
from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from app.domains.chat.tool_types import Card, Proposal, Row, ToolResult, Untrusted
from app.domains.chat.tools.desk import Desk

ROWS_MAX: Final = 50
#: Digits kept of a ratio that was computed in floats: more than any answer shows.
_RATIO: Final = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a figure comes from: what its citation opens, of when it is, what it is about."""

    source: Source
    ref: str | None = None
    as_of: str | None = None
    entity: str | None = None


class Findings:
    """The result of one call in the making."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._facts: dict[str, str | Untrusted] = {}
        self._evidence: list[Evidence] = []
        self._rows: list[Row] = []
        self._card: Card | None = None
        self.action: Proposal | None = None
        """The action that this call drafted."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return the figures found so far."""
        return tuple(self._evidence)

    def money(self, origin: Origin, metric: Metric, amount: Money, *, signed: bool = False) -> str:
        """Keep an amount; return its id."""
        value = amount.to_decimal()
        return self._keep(
            origin, Kind.MONEY, metric, value, currency=amount.currency, signed=signed
        )

    def price(self, origin: Origin, value: Decimal, currency: str) -> str:
        """Keep a price; return its id."""
        return self._keep(origin, Kind.MONEY, Metric.PRICE, value, currency=currency)

    def percent(
        self, origin: Origin, metric: Metric, ratio: Decimal | float, *, signed: bool = False
    ) -> str:
        """Keep a ratio (.05 is 5 %); return its id."""
        value = ratio if isinstance(ratio, Decimal) else Decimal(repr(ratio)).quantize(_RATIO)
        return self._keep(origin, Kind.PERCENT, metric, value, signed=signed)

    def quantity(self, origin: Origin, value: Decimal, metric: Metric = Metric.QUANTITY) -> str:
        """Keep a quantity; return its id."""
        return self._keep(origin, Kind.QUANTITY, metric, value)

    def count(self, origin: Origin, value: int, metric: Metric = Metric.COUNT) -> str:
        """Keep a count; return its id."""
        return self._keep(origin, Kind.COUNT, metric, Decimal(value))

    def day(self, origin: Origin, value: date) -> str:
        """Keep a date; return its id."""
        return self._keep(origin, Kind.DATE, Metric.DATE, value)

    def identity(self, origin: Origin, value: str) -> str:
        """Keep an id that may be shown; return the id of its evidence."""
        return self._keep(origin, Kind.ID, Metric.OTHER, value)

    def add(self, evidence: Evidence) -> str:
        """Keep evidence that was made elsewhere; return its id."""
        self._desk.seen[evidence.id] = evidence
        self._evidence.append(evidence)
        return evidence.id

    def fact(self, name: str, value: str | Untrusted | None) -> None:
        """Name an evidence id or a word; None is left out: unknown is never spoken."""
        if value is not None:
            self._facts[name] = value

    def facts(self, **named: str | Untrusted | None) -> None:
        """Name several at once."""
        for name, value in named.items():
            self.fact(name, value)

    def row(self, label: str | Untrusted, *cells: str | Untrusted) -> None:
        """Add a line of the card; lines beyond the limit are left out."""
        if len(self._rows) < ROWS_MAX:
            self._rows.append(Row(label, cells))

    def done(self, kind: str = "", columns: tuple[str, ...] = ()) -> "Findings":
        """Close the card; without rows there is none."""
        self._card = Card(kind, columns, tuple(self._rows)) if kind and self._rows else None
        return self

    def result(self, *, call: str, tool: str) -> ToolResult:
        """Return what was found as the result of a call."""
        return ToolResult(
            call=call,
            tool=tool,
            ok=True,
            facts=dict(self._facts),
            evidence=tuple(self._evidence),
            card=self._card,
            action=self.action,
        )

    def _keep(
        self,
        origin: Origin,
        kind: Kind,
        metric: Metric,
        value: Decimal | date | str,
        *,
        currency: str | None = None,
        signed: bool = False,
    ) -> str:
        return self.add(
            Evidence(
                id=self._desk.next_id(),
                kind=kind,
                value=value,
                metric=metric,
                source=origin.source,
                currency=currency,
                signed=signed,
                entity=origin.entity,
                as_of=origin.as_of,
                ref=origin.ref,
            )
        )
