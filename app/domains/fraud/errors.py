"""The refusals of fraud, drawn as one tree.

FinNamiError
├── ForbiddenError
│   ├── PaymentBlockedError      403 payment_blocked    (field `decision_id`)
│   ├── OwnPaymentError          403 own_payment        nobody works on her own payment
│   └── SecondPersonError        403 other_person_needed the proposer may not confirm
├── NotFoundError
│   ├── FraudCaseNotFoundError   404 fraud_case_not_found
│   ├── QuestionNotFoundError    404 question_not_found
│   ├── PaymentDecisionNotFoundError 404 payment_decision_not_found
│   ├── ModelNotFoundError       404 model_not_found
│   ├── ModelChangeNotFoundError 404 model_change_not_found
│   ├── RulesNotFoundError       404 rules_not_found
│   ├── BacktestNotFoundError    404 backtest_not_found
│   ├── ListEntryNotFoundError   404 list_entry_not_found
│   └── LinkTargetNotFoundError  404 link_target_not_found
├── InvalidInputError
│   ├── InvalidRuleError         422 invalid_rule       (field `place`)
│   └── InvalidListEntryError    422 invalid_list_entry
└── ConflictError
    ├── CaseClosedError          409 fraud_case_closed
    ├── FraudCaseTakenError      409 fraud_case_taken   (fields `holder`, `until`)
    ├── NotProposedError         409 fraud_case_not_proposed
    ├── CaseFullError            409 fraud_case_full
    ├── CustomerDeniedError      409 customer_denied    a denied payment is never released
    ├── ModelRefusedError        409 model_refused      not trusted, altered, other features
    ├── PromotionRefusedError    409 promotion_refused  (field `reasons`)
    ├── NothingToRollBackError   409 nothing_to_roll_back
    ├── ModelChangedError        409 model_changed      somebody else changed it meanwhile
    ├── RulesChangedError        409 rules_changed      somebody else changed them meanwhile
    ├── RulesBrokenError         409 rules_broken       altered since they were written
    ├── RulesNotProvenError      409 rules_not_proven   (field `missing`: backtest, shadow)
    ├── ImpactTooLargeError      409 impact_too_large   (fields `limit`, `…_share`)
    └── ListFullError            409 list_full
"""

from app.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


class PaymentBlockedError(ForbiddenError):
    """The payment was judged fraudulent; a person can be asked to look again."""

    code = "payment_blocked"
    title = "This payment was refused"


class OwnPaymentError(ForbiddenError):
    """Payer, payee and members of a ring may not work on their own case."""

    code = "own_payment"
    title = "Somebody else has to decide on your payment"


class SecondPersonError(ForbiddenError):
    """Four eyes: who proposed a release may not confirm it."""

    code = "other_person_needed"
    title = "A second person has to confirm this"


class FraudCaseNotFoundError(NotFoundError):
    """There is no such case."""

    code = "fraud_case_not_found"
    title = "No such case"


class QuestionNotFoundError(NotFoundError):
    """There is no such question, or it is somebody else's."""

    code = "question_not_found"
    title = "No such question"


class PaymentDecisionNotFoundError(NotFoundError):
    """There is no such decision, or it is about somebody else's payment."""

    code = "payment_decision_not_found"
    title = "No such decision"


class LinkTargetNotFoundError(NotFoundError):
    """What a case was to be tied to does not exist."""

    code = "link_target_not_found"
    title = "There is nothing of that name to link"


class CaseClosedError(ConflictError):
    """The case was decided already."""

    code = "fraud_case_closed"
    title = "The case is closed"


class FraudCaseTakenError(ConflictError):
    """Somebody else works on the case."""

    code = "fraud_case_taken"
    title = "Somebody else works on this case"


class NotProposedError(ConflictError):
    """Nobody proposed anything that could be confirmed."""

    code = "fraud_case_not_proposed"
    title = "No release was proposed"


class CaseFullError(ConflictError):
    """A case takes at most 200 notes and 50 links."""

    code = "fraud_case_full"
    title = "The case takes no more entries"


class CustomerDeniedError(ConflictError):
    """The customer said it was not her: the money went back and cannot be released."""

    code = "customer_denied"
    title = "The customer denied this payment"


class ModelNotFoundError(NotFoundError):
    """No such version is stored on this installation."""

    code = "model_not_found"
    title = "No such model"


class ModelChangeNotFoundError(NotFoundError):
    """Nobody asked for that change, or it was asked for too long ago."""

    code = "model_change_not_found"
    title = "No such change of the model"


class ModelRefusedError(ConflictError):
    """A version that fails its checks is neither promoted nor run in shadow."""

    code = "model_refused"
    title = "This version of the model was refused"


class PromotionRefusedError(ConflictError):
    """The challenger has not shown on labelled weeks that it is better."""

    code = "promotion_refused"
    title = "This version has not shown that it is better"


class NothingToRollBackError(ConflictError):
    """No version was in force before the present one."""

    code = "nothing_to_roll_back"
    title = "There is no earlier version to go back to"


class ModelChangedError(ConflictError):
    """The model in force is not the one this change was asked for."""

    code = "model_changed"
    title = "Somebody else changed the model meanwhile"


class InvalidRuleError(InvalidInputError):
    """A rule says something that rules cannot say; `place` names where."""

    code = "invalid_rule"
    title = "The rule is not valid"


class InvalidListEntryError(InvalidInputError):
    """An entry has to end: a block within a year, an allowance within ninety days."""

    code = "invalid_list_entry"
    title = "The entry is not valid"


class RulesNotFoundError(NotFoundError):
    """There is no set of rules of that number."""

    code = "rules_not_found"
    title = "No such rules"


class BacktestNotFoundError(NotFoundError):
    """Nobody asked for a back-test of these rules."""

    code = "backtest_not_found"
    title = "These rules were not back-tested"


class ListEntryNotFoundError(NotFoundError):
    """There is no such entry, or it was removed."""

    code = "list_entry_not_found"
    title = "No such entry"


class RulesChangedError(ConflictError):
    """The rules in force are not the ones this change was made for."""

    code = "rules_changed"
    title = "Somebody else changed the rules meanwhile"


class RulesBrokenError(ConflictError):
    """A stored set is not what was written: it is neither put in force nor measured."""

    code = "rules_broken"
    title = "These rules were altered since they were written"


class RulesNotProvenError(ConflictError):
    """Rules go live after a fresh back-test against those in force, and after a shadow run."""

    code = "rules_not_proven"
    title = "These rules have not shown what they do"


class ImpactTooLargeError(ConflictError):
    """The rules would change more payments than the limit, or too few were there to tell."""

    code = "impact_too_large"
    title = "These rules would change what becomes of many payments"


class ListFullError(ConflictError):
    """Both lists together take at most 2,000 entries that have not expired."""

    code = "list_full"
    title = "The lists take no more entries"
