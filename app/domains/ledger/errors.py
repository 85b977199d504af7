"""The refusals of the ledger, drawn as one tree.

FinNamiError
├── ConflictError
│   ├── InsufficientFundsError   409 insufficient_funds    (field `missing`: decimal text)
│   ├── DailyLimitError          409 daily_limit           (fields `limit`, `unit`)
│   ├── AccountClosedError       409 account_closed
│   └── JournalStateError        409 journal_state         (field `state`)
├── InvalidInputError
│   ├── IdempotencyMismatchError 422 idempotency_mismatch  the key was used for something else
│   ├── AmountLimitError         422 amount_limit          (fields `minimum`, `maximum`)
│   ├── PeriodTooLongError       422 period_too_long       (field `limit`: lines)
│   └── PayeeUnknownError        422 payee_unknown
└── NotFoundError
    ├── AccountNotFoundError     404 account_not_found
    └── JournalNotFoundError     404 journal_not_found
"""

from app.core.errors import ConflictError, InvalidInputError, NotFoundError


class InsufficientFundsError(ConflictError):
    """There is not enough that may be spent; nothing was stored and the key is still good."""

    code = "insufficient_funds"
    title = "There is not enough money in this account"


class DailyLimitError(ConflictError):
    """More would leave the account today than one day allows; the key is still good."""

    code = "daily_limit"
    title = "This is more than may leave the account in one day"


class AccountClosedError(ConflictError):
    """The account takes no movements."""

    code = "account_closed"
    title = "The account is closed"


class JournalStateError(ConflictError):
    """The entry is not in a state for this."""

    code = "journal_state"
    title = "The movement is not in a state for this"


class IdempotencyMismatchError(InvalidInputError):
    """The idempotency key was used for another request."""

    code = "idempotency_mismatch"
    title = "This key was used for another request"


class AmountLimitError(InvalidInputError):
    """The amount is outside the limits of one movement."""

    code = "amount_limit"
    title = "The amount is outside the limits"


class PeriodTooLongError(InvalidInputError):
    """The period holds more lines than one statement shows, or ends before it begins."""

    code = "period_too_long"
    title = "Ask for a shorter period"


class PayeeUnknownError(InvalidInputError):
    """The payee cannot receive money here."""

    code = "payee_unknown"
    title = "This payee cannot receive money"


class AccountNotFoundError(NotFoundError):
    """There is no such account, or it is somebody else's."""

    code = "account_not_found"
    title = "No such account"


class JournalNotFoundError(NotFoundError):
    """There is no such movement, or it is somebody else's."""

    code = "journal_not_found"
    title = "No such movement"
