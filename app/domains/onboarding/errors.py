"""The refusals of onboarding, drawn as one tree.

FinNamiError
├── ForbiddenError
│   ├── NotClearedError            403 not_cleared           (field `missing`: the open steps)
│   ├── AccountFrozenError         403 account_frozen        (field `since`; she lifts it herself)
│   ├── OwnCaseError               403 own_case              nobody decides on herself
│   └── SecondPersonNeededError    403 second_person_needed  the same reviewer twice
├── NotFoundError
│   ├── CaseNotFoundError          404 kyc_case_not_found
│   └── RiskProfileMissingError    404 risk_profile_missing
├── ConflictError
│   ├── KycStateError              409 kyc_state             (fields `state`, `wanted`)
│   ├── CaseTakenError             409 kyc_case_taken        another reviewer holds it
│   ├── StaleCaseError             409 kyc_case_stale        decided from an old tab
│   ├── QuestionnaireOpenError     409 questionnaire_open    (field `missing`: item numbers)
│   ├── FactsMissingError          409 facts_missing
│   ├── KnowledgeAnsweredError     409 knowledge_answered    the first answer counts
│   ├── NothingToExplainError      409 nothing_to_explain    (field `topic`)
│   ├── FollowUpClosedError        409 follow_up_closed      it is not asked any more
│   ├── FactsLockedError           409 facts_locked          an identity check is under way
│   └── DisclosureVersionError     409 disclosure_version    another version is in force
└── InvalidInputError
    ├── AnswerInvalidError         422 answer_invalid
    ├── KycReasonError             422 kyc_reason            the reason does not fit the decision
    └── FactsInvalidError          422 facts_invalid
"""

from app.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


class NotClearedError(ForbiddenError):
    """Money may not move yet; `missing` names the open steps."""

    code = "not_cleared"
    title = "Some steps are still open"


class AccountFrozenError(ForbiddenError):
    """The person has frozen her own money and has not lifted it."""

    code = "account_frozen"
    title = "Your money is frozen; lift the freeze first"


class OwnCaseError(ForbiddenError):
    """A reviewer may not decide on her own identity."""

    code = "own_case"
    title = "You cannot review yourself"


class SecondPersonNeededError(ForbiddenError):
    """This reviewer already proposed a decision; another one must look at the case."""

    code = "second_person_needed"
    title = "Another reviewer has to decide on this case"


class CaseNotFoundError(NotFoundError):
    """There is no such identity case."""

    code = "kyc_case_not_found"
    title = "No such identity check"


class RiskProfileMissingError(NotFoundError):
    """The questionnaire was never finished."""

    code = "risk_profile_missing"
    title = "There is no risk profile yet"


class KycStateError(ConflictError):
    """The case cannot go from where it is to where it was asked to go."""

    code = "kyc_state"
    title = "The identity check is not in a state for this"


class CaseTakenError(ConflictError):
    """Another reviewer is working on the case."""

    code = "kyc_case_taken"
    title = "Another reviewer is working on this"


class StaleCaseError(ConflictError):
    """The case has changed since it was read."""

    code = "kyc_case_stale"
    title = "The case has changed; read it again"


class QuestionnaireOpenError(ConflictError):
    """Some items have no answer yet; `missing` lists their numbers."""

    code = "questionnaire_open"
    title = "Please answer every question"


class FactsMissingError(ConflictError):
    """The profile comes first."""

    code = "facts_missing"
    title = "Please fill in your profile first"


class KnowledgeAnsweredError(ConflictError):
    """Trying until it is right would test nothing."""

    code = "knowledge_answered"
    title = "The first answer to this question counts; read the explanation instead"


class NothingToExplainError(ConflictError):
    """The question has no wrong answer, or the explanation has changed since it was shown."""

    code = "nothing_to_explain"
    title = "There is no such explanation to read now"


class FollowUpClosedError(ConflictError):
    """The answers or facts that it was about have changed."""

    code = "follow_up_closed"
    title = "This follow-up question is not asked any more"


class FactsLockedError(ConflictError):
    """A reviewer is deciding on these very facts; they must not change under her eyes."""

    code = "facts_locked"
    title = "Your identity is being checked; change these facts after the decision"


class DisclosureVersionError(ConflictError):
    """A version was accepted that is not in force."""

    code = "disclosure_version"
    title = "Please read the present version"


class AnswerInvalidError(InvalidInputError):
    """There is no such item or option."""

    code = "answer_invalid"
    title = "That is not one of the answers"


class KycReasonError(InvalidInputError):
    """An approval says that the data match, and nothing else does."""

    code = "kyc_reason"
    title = "This reason does not fit this decision"


class FactsInvalidError(InvalidInputError):
    """The facts contradict each other or common sense."""

    code = "facts_invalid"
    title = "Please check these facts"
