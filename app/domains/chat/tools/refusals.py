"""Why a tool has nothing to say, as a stable code; refusals of the doors become one of these."""

from typing import Final

from app.core.errors import FinNamiError, InvalidInputError, NotFoundError
from app.domains.identity.errors import SecondFactorNeededError
from app.domains.ledger.errors import (
    AmountLimitError,
    DailyLimitError,
    InsufficientFundsError,
    PeriodTooLongError,
)
from app.domains.market.errors import DateRangeError
from app.domains.onboarding.errors import (
    AccountFrozenError,
    FactsMissingError,
    NotClearedError,
    QuestionnaireOpenError,
    RiskProfileMissingError,
)
from app.domains.portfolio.errors import (
    MarketClosedError,
    NotHeldError,
    NothingToTradeError,
    NotSuitableError,
    RiskProfileExpiredError,
    StalePriceError,
    UnknownInstrumentError,
)

#: The codes a result may carry; every one has a sentence in every language.
CODES: Final = (
    "no_portfolio", "prices_stale", "not_verified", "not_found", "no_payments", "no_goal",
    "no_money", "no_orders", "no_advice", "no_profile", "not_held", "ambiguous", "no_article",
    "invalid_arguments", "timeout", "unavailable", "not_offered", "not_suitable",
    "insufficient_funds", "nothing_to_do", "second_factor_needed", "limit_reached",
    "market_closed", "not_now", "done_already", "nothing_to_change", "frozen", "too_small",
)  # fmt: skip


class ToolRefusal(Exception):  # noqa: N818 - a result with a code, not a fault
    """A tool has nothing to say. `guess`: somebody named an object that is not hers."""

    def __init__(self, code: str, *, guess: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.guess = guess


#: Refusals of the doors below -> the code a result carries; the first that fits.
_CODES: Final[tuple[tuple[type[FinNamiError] | tuple[type[FinNamiError], ...], str], ...]] = (
    (
        (
            RiskProfileMissingError,
            RiskProfileExpiredError,
            FactsMissingError,
            QuestionnaireOpenError,
        ),
        "no_profile",
    ),
    (NotClearedError, "not_verified"),
    (AccountFrozenError, "frozen"),
    (NotSuitableError, "not_suitable"),
    (NotHeldError, "not_held"),
    (NothingToTradeError, "too_small"),
    (UnknownInstrumentError, "not_found"),
    (SecondFactorNeededError, "second_factor_needed"),
    (InsufficientFundsError, "insufficient_funds"),
    ((AmountLimitError, DailyLimitError), "limit_reached"),
    (MarketClosedError, "market_closed"),
    (StalePriceError, "prices_stale"),
    ((PeriodTooLongError, DateRangeError, InvalidInputError), "invalid_arguments"),
    (NotFoundError, "not_found"),
)


def code_of(error: FinNamiError) -> str:
    """Return the stable code for a refusal of a door below."""
    return next((code for kinds, code in _CODES if isinstance(error, kinds)), "unavailable")
