"""The refusals of portfolio, drawn as one tree.

FinNamiError
├── InvalidInputError
│   ├── GoalInPastError               422 goal_in_past
│   ├── GoalTooFarError               422 goal_too_far            more than fifty years
│   ├── GoalAmountError               422 goal_amount             an amount out of range
│   ├── BaseCurrencyError             422 base_currency           (field `currencies`)
│   ├── GoalProfileError              422 goal_profile_too_high   above her own risk profile
│   ├── UnknownInstrumentError        422 unknown_instrument      (field `symbols`)
│   └── WhatIfAmountError             422 what_if_amount          an amount out of range
├── NotFoundError
│   ├── RecommendationNotFoundError   404 recommendation_not_found
│   ├── PlanNotFoundError             404 plan_not_found
│   ├── HelpNotFoundError             404 help_not_found          nobody asked about this advice
│   └── GoalNotFoundError             404 goal_not_found
├── ConflictError
│   ├── RiskProfileExpiredError       409 risk_profile_expired
│   ├── RecommendationExpiredError    409 recommendation_expired
│   ├── NothingToAcceptError          409 nothing_to_accept       the advice is to wait
│   ├── OutlookNotReadyError          409 outlook_not_ready       the advice is being computed
│   ├── RecommendationRejectedError   409 recommendation_rejected she declined it
│   ├── RecommendationOrderedError    409 recommendation_ordered  its orders were placed
│   ├── HelpTakenError                409 help_taken              asked or answered otherwise
│   ├── NotSuitableError              409 not_suitable            (field `reason`)
│   ├── NothingToTradeError           409 nothing_to_trade        every line of the plan is a skip
│   ├── StalePriceError               409 stale_price             (field `symbols`)
│   ├── MarketClosedError             409 market_closed           (fields `state`, `next_open`)
│   ├── NotHeldError                  409 not_held                (field `symbol`)
│   ├── LotsUnclearError              409 lots_unclear            a sold purchase was reversed
│   ├── StatementNotReadyError        409 statement_not_ready     the advice is being computed
│   ├── StatementStaleError           409 statement_stale         (field `inputs`)
│   ├── PlanExpiredError              409 plan_expired
│   ├── PlanTakenError                409 plan_taken              executed under another key
│   ├── GoalChangedError              409 goal_changed            (field `version`)
│   ├── WishesConflictError           409 wishes_conflict         (fields `conflict`, `nearest`)
│   ├── GoalArchivedError             409 goal_archived
│   └── GoalLimitError                409 too_many_goals
└── UnavailableError
    └── AdviceUnavailableError        503 advice_unavailable      prices or model allow no advice
"""

from app.core.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError


class BaseCurrencyError(InvalidInputError):
    """Reports cannot be made in this currency: it has no rates and she has none of it."""

    code = "base_currency"
    title = "Reports cannot be made in this currency"


class RecommendationNotFoundError(NotFoundError):
    """There is no such recommendation, or it is somebody else's."""

    code = "recommendation_not_found"
    title = "No such recommendation"


class PlanNotFoundError(NotFoundError):
    """There is no such order plan, or it is somebody else's."""

    code = "plan_not_found"
    title = "No such order plan"


class RiskProfileExpiredError(ConflictError):
    """The risk profile is too old to advise on."""

    code = "risk_profile_expired"
    title = "Please renew your risk profile first"


class RecommendationExpiredError(ConflictError):
    """The advice rests on prices that are no longer the newest."""

    code = "recommendation_expired"
    title = "This recommendation is out of date; ask for a new one"


class NothingToAcceptError(ConflictError):
    """The advice is not to invest yet."""

    code = "nothing_to_accept"
    title = "This recommendation is to wait, so there is nothing to order"


class NotSuitableError(ConflictError):
    """An order of hers does not suit her profile, or has to wait; `reason` says which check."""

    code = "not_suitable"
    title = "This order does not suit your risk profile now"


class NothingToTradeError(ConflictError):
    """Every line of the plan is a skip."""

    code = "nothing_to_trade"
    title = "Nothing needs to be bought or sold"


class StalePriceError(ConflictError):
    """A price is missing or old: nothing is traded on it."""

    code = "stale_price"
    title = "A price is missing or too old to trade on"


class MarketClosedError(ConflictError):
    """Orders are executed at once or not at all, and the market does not trade now."""

    code = "market_closed"
    title = "The market is closed"


class NotHeldError(ConflictError):
    """Nothing, or more than is held, was to be sold."""

    code = "not_held"
    title = "You do not hold that much of it"


class LotsUnclearError(ConflictError):
    """A purchase was reversed after its shares had been sold: no lot explains that sale."""

    code = "lots_unclear"
    title = "Your tax lots need to be looked at by a person"


class StatementNotReadyError(ConflictError):
    """The advice has no figures yet, so nothing can be stated about it."""

    code = "statement_not_ready"
    title = "The advice is still being prepared"


class StatementStaleError(ConflictError):
    """The advice was given on inputs that were out of date: it must not be called suitable."""

    code = "statement_stale"
    title = "This advice rests on inputs that were out of date"


class PlanExpiredError(ConflictError):
    """The preview is too old; its prices have moved."""

    code = "plan_expired"
    title = "This preview is out of date; accept the recommendation again"


class PlanTakenError(ConflictError):
    """The plan was or is being executed under another key."""

    code = "plan_taken"
    title = "This plan was already ordered"


class AdviceUnavailableError(UnavailableError):
    """Prices or models do not allow advice now; nothing is guessed."""

    code = "advice_unavailable"
    title = "No advice can be given at the moment"


class WhatIfAmountError(InvalidInputError):
    """An amount of a what-if is out of range."""

    code = "what_if_amount"
    title = "An amount of this what-if is out of range"


class OutlookNotReadyError(ConflictError):
    """The advice has no figures yet."""

    code = "outlook_not_ready"
    title = "The advice is still being prepared"


class RecommendationRejectedError(ConflictError):
    """She declined this advice: it is not ordered, and not declined for another reason."""

    code = "recommendation_rejected"
    title = "You declined this advice; ask for a new one"


class RecommendationOrderedError(ConflictError):
    """The orders of this advice were placed: there is nothing to decline."""

    code = "recommendation_ordered"
    title = "The orders of this advice were placed"


class HelpNotFoundError(NotFoundError):
    """Nobody asked for help with this advice."""

    code = "help_not_found"
    title = "No such question"


class HelpTakenError(ConflictError):
    """The question was asked or answered in other words before; the first words stand."""

    code = "help_taken"
    title = "This was asked or answered before"


class GoalInPastError(InvalidInputError):
    """The date of a goal is today or before."""

    code = "goal_in_past"
    title = "The date of a goal lies in the future"


class GoalTooFarError(InvalidInputError):
    """The date of a goal is further away than can be projected."""

    code = "goal_too_far"
    title = "A goal lies at most fifty years ahead"


class GoalAmountError(InvalidInputError):
    """An amount of a goal is out of range."""

    code = "goal_amount"
    title = "An amount of this goal is out of range"


class GoalProfileError(InvalidInputError):
    """A goal asks for more risk than the person's own profile allows."""

    code = "goal_profile_too_high"
    title = "A goal cannot take more risk than your risk profile"


class GoalNotFoundError(NotFoundError):
    """There is no such goal, or it is somebody else's."""

    code = "goal_not_found"
    title = "No such goal"


class GoalChangedError(ConflictError):
    """The goal was changed meanwhile; `version` is the present one."""

    code = "goal_changed"
    title = "This goal was changed meanwhile; look at it again"


class GoalArchivedError(ConflictError):
    """The goal is archived: it is kept, not changed."""

    code = "goal_archived"
    title = "This goal is archived"


class GoalLimitError(ConflictError):
    """As many goals as a person may have are open."""

    code = "too_many_goals"
    title = "Archive a goal before you add another"


class UnknownInstrumentError(InvalidInputError):
    """A limit names something that is not advised here."""

    code = "unknown_instrument"
    title = "Unknown instrument"


class WishesConflictError(ConflictError):
    """Her limits cannot hold together, or not with the promise of her profile."""

    code = "wishes_conflict"
    title = "These limits cannot hold together"
