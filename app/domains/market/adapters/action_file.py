"""Reads a file of corporate actions: CSV with date, symbol, action and value."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from app.domains.market.action_types import Action, ActionFile, ActionKind
from app.domains.market.adapters.price_file import SYMBOL

COLUMNS = ("date", "symbol", "action", "value")
MAX_ROWS = 5_000
MAX_BYTES = 4 * 1024 * 1024
SMALLEST, LARGEST = Decimal("0.000001"), Decimal(1_000_000)


def read_action_file(path: Path) -> ActionFile:
    """Return the actions with everything that was found; never raises for bad content."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return ActionFile((), ((None, f"{path.name} is larger than {MAX_BYTES // 2**20} MiB"),))
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return ActionFile((), ((None, f"{path.name} cannot be read: {error}"),))
    if not rows or any(name not in rows[0] for name in COLUMNS):
        return ActionFile((), ((None, f"columns {', '.join(COLUMNS)} and a row are needed"),))
    if len(rows) > MAX_ROWS:
        return ActionFile((), ((None, f"more than {MAX_ROWS} rows"),))
    actions: list[Action] = []
    problems: list[tuple[int | None, str]] = []
    for number, row in enumerate(rows, start=1):
        try:
            action = _action({name: (row[name] or "").strip() for name in COLUMNS})
        except ValueError as error:
            problems.append((number, str(error)))
            continue
        if any(action.action_id == known.action_id for known in actions):
            problems.append((number, f"{action.action_id} comes twice"))
        actions.append(action)
    return ActionFile(tuple(actions), tuple(problems))


def _action(row: Mapping[str, str]) -> Action:
    try:
        day = date.fromisoformat(row["date"])
    except ValueError:
        raise ValueError(f"{row['date']!r} is not a day such as 2026-11-27") from None
    if row["action"] not in list(ActionKind):
        raise ValueError(f"{row['action']!r} is not one of {', '.join(ActionKind)}")
    kind = ActionKind(row["action"])
    if not SYMBOL.fullmatch(row["symbol"]):
        raise ValueError(f"{row['symbol'][:40]!r} is not a symbol")
    if kind is ActionKind.RENAME:
        if not SYMBOL.fullmatch(row["value"]) or row["value"] == row["symbol"]:
            raise ValueError(f"{row['value'][:40]!r} is not another symbol")
        return Action(row["symbol"], kind, day, None, row["value"])
    return Action(row["symbol"], kind, day, _value(row["value"]), None)


def _value(text: str) -> Decimal:
    """Return a ratio or an amount per share; a ratio may be written 10:1 or 1:3."""
    new, _, old = text.partition(":")
    try:
        value = Decimal(new) / Decimal(old or 1)
    except (InvalidOperation, ZeroDivisionError):
        raise ValueError(f"{text[:40]!r} is not a number") from None
    if not (value.is_finite() and SMALLEST <= value <= LARGEST):
        raise ValueError(f"{text[:40]!r} is not from {SMALLEST:f} to {LARGEST}")
    return value.quantize(Decimal("1e-12")).normalize()
