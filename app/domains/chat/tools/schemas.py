"""JSON schemas of the arguments that several tools take."""

from collections.abc import Mapping
from typing import Any, Final


def text(description: str) -> Mapping[str, Any]:
    """Return the schema of a short text."""
    return {"type": "string", "maxLength": 200, "description": description}


def one_of(options: tuple[str, ...], description: str) -> Mapping[str, Any]:
    """Return the schema of a choice."""
    return {"type": "string", "enum": list(options), "description": description}


RANGE: Final = text(
    "Days meant: today, yesterday, this_week, last_week, this_month, last_month, last_quarter, "
    "this_year, last_year, last_30_days, since_2025-01, 2025, 2025-03, 2025-03-14, "
    "2025-01-01/2025-03-31, or all"
)
INSTRUMENT: Final = text("Handle such as ins_1, symbol, or full name of an instrument")
GOAL: Final = text("Handle such as goal_1, or the name of one of the user's goals")
ACCOUNT: Final = text("Handle such as acc_1, or currency of one of the user's money accounts")
CURRENCY: Final = {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code"}
AMOUNT: Final = text("Decimal amount in major units, such as 12.50")
REFERENCE: Final = text("Handle such as mov_1, or reference as the user gave it")
MERCHANT: Final = text("Words of the memo, or a kind: deposit, withdrawal, transfer, order")
