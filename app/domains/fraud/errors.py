"""The refusals of fraud, drawn as one tree.

FinNamiError
├── ForbiddenError
│   ├── PaymentBlockedError    403 payment_blocked    (field `decision_id`)
│   └── OwnPaymentError        403 own_payment        nobody releases her own payment
├── NotFoundError
│   └── FraudCaseNotFoundError 404 fraud_case_not_found
└── ConflictError
    └── CaseClosedError        409 fraud_case_closed
"""

from app.core.errors import ConflictError, ForbiddenError, NotFoundError


class PaymentBlockedError(ForbiddenError):
    """The payment was judged fraudulent; a person can be asked to look again."""

    code = "payment_blocked"
    title = "This payment was refused"


class OwnPaymentError(ForbiddenError):
    """An analyst may not decide on her own payment."""

    code = "own_payment"
    title = "Somebody else has to decide on your payment"


class FraudCaseNotFoundError(NotFoundError):
    """There is no such case."""

    code = "fraud_case_not_found"
    title = "No such case"


class CaseClosedError(ConflictError):
    """The case was decided already."""

    code = "fraud_case_closed"
    title = "The case is closed"
