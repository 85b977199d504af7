"""Why a tool has nothing to say, as a stable code; refusals of the doors become one of these."""

from typing import Final

from app.core.errors import FinNamiError, InvalidInputError, NotFoundError, UnavailableError
from app.domains.ledger.errors import PeriodTooLongError
from app.domains.market.errors import DateRangeError
from app.domains.onboarding.errors import (
    FactsMissingError,
    NotClearedError,
    QuestionnaireOpenError,
    RiskProfileMissingError,
)
from app.domains.portfolio.errors import RiskProfileExpiredError

#: The codes a result may carry; every one has a sentence in every language.
CODES: Final = (
    "no_portfolio", "prices_stale", "not_verified", "not_found", "no_payments", "no_goal",
    "no_money", "no_orders", "no_advice", "no_profile", "not_held", "ambiguous", "no_article",
    "invalid_arguments", "timeout", "unavailable", "not_offered",
)  # fmt: skip


class ToolRefusal(Exception):  # noqa: N818 - a result with a code, not a fault
    """A tool has nothing to say. `guess`: somebody named an object that is not hers."""

    def __init__(self, code: str, *, guess: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.guess = guess


def code_of(error: FinNamiError) -> str:
    """Return the stable code for a refusal of a door below."""
    match error:
        case (
            RiskProfileMissingError()
            | RiskProfileExpiredError()
            | FactsMissingError()
            | QuestionnaireOpenError()
        ):
            return "no_profile"
        case NotClearedError():
            return "not_verified"
        case PeriodTooLongError() | DateRangeError() | InvalidInputError():
            return "invalid_arguments"
        case NotFoundError():
            return "not_found"
        case UnavailableError():
            return "unavailable"
        case _:
            return "unavailable"
