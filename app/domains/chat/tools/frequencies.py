"""How often a payment is made: the words the understanding gives, as payments a month."""

import re
from decimal import Decimal
from typing import Final

from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.chat.tools.schemas import text

#: How many payments of a frequency an average month has.
NAMED: Final = {
    "daily": Decimal(365) / 12,
    "weekly": Decimal(52) / 12,
    "biweekly": Decimal(26) / 12,
    "monthly": Decimal(1),
    "quarterly": Decimal(1) / 3,
    "half_yearly": Decimal(1) / 6,
    "yearly": Decimal(1) / 12,
}
FREQUENCY: Final = text(f"How often it is paid: {', '.join(NAMED)}, or such as every_2_months")
_UNITS: Final = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}
_EVERY: Final = re.compile(rf"every_([1-9]\d?)_({'|'.join(_UNITS)})s?")


def payments_a_month(frequency: str) -> Decimal:
    """Return how many payments an average month has. Raises ToolRefusal for another word."""
    every = _EVERY.fullmatch(frequency)
    if every is not None:
        return NAMED[_UNITS[every[2]]] / int(every[1])
    if frequency not in NAMED:
        raise ToolRefusal("invalid_arguments")
    return NAMED[frequency]
