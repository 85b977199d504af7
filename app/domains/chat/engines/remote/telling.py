"""What a model is told of a tool's result: tokens for figures, typed fields for others' text."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from app.domains.chat.evidence_types import Evidence, Kind
from app.domains.chat.tool_types import ToolResult, Untrusted

ROWS_MAX: Final = 20
BYTES_MAX: Final = 8_000


def told(result: ToolResult, *, share_figures: bool) -> str:
    """Return a result as JSON. References never go along, and values only when she shares them.

    Rows are left out from the end until it fits.
    """
    known = {one.id: one for one in result.evidence}
    found: dict[str, Any] = {"ok": result.ok}
    if result.code:
        found["code"] = result.code
    found["facts"] = {name: _cell(fact, known) for name, fact in result.facts.items()}
    found["figures"] = [_figure(one, share_figures=share_figures) for one in result.evidence]
    rows = [] if result.card is None else list(result.card.rows[:ROWS_MAX])
    while True:
        if result.card is not None:
            found["columns"] = list(result.card.columns)
            found["rows"] = [
                [_cell(row.label, known), *(_cell(cell, known) for cell in row.cells)]
                for row in rows
            ]
        text = orjson.dumps(found)
        if len(text) <= BYTES_MAX or not (rows or found["figures"]):
            return text.decode()
        rows = rows[: len(rows) // 2]
        found["figures"] = _kept(found["figures"], found)


def _kept(figures: list[Any], found: Mapping[str, Any]) -> list[Any]:
    """Keep the figures that facts name, and half of the others."""
    named = {fact for fact in found["facts"].values() if isinstance(fact, str)}
    first = [one for one in figures if one["token"] in named]
    others = [one for one in figures if one["token"] not in named]
    return first + others[: len(others) // 2] if others else first[: len(first) // 2]


def _cell(value: str | Untrusted, known: Mapping[str, Evidence]) -> Any:
    if isinstance(value, Untrusted):
        return {"untrusted": value.text}
    return f"[[{value}]]" if value in known else value


def _figure(one: Evidence, *, share_figures: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "token": f"[[{one.id}]]",
        "metric": one.metric.value,
        "unit": one.currency or one.kind.value,
    }
    if one.entity is not None:
        # Goals are named by the person, instruments by the market: neither is an instruction.
        found["about"] = {"untrusted": one.entity}
    if share_figures and one.kind is not Kind.ID:
        found["value"] = str(one.value)
    return found
