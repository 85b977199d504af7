"""The words of onboarding that other rooms may use: facts, risk profiles, identity cases."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

from app.core.money import Money


class Step(StrEnum):
    """What a person has to finish; the values are the machine-readable `missing` of refusals."""

    SECOND_FACTOR = "second_factor"
    PROFILE = "profile"
    RISK_PROFILE = "risk_profile"
    KYC = "kyc"
    DISCLOSURES = "disclosures"


class StepStatus(StrEnum):
    """How far a step is."""

    TODO = "todo"
    STARTED = "started"
    WAITING = "waiting"
    NEEDS_ATTENTION = "needs_attention"
    DONE = "done"


class IncomeStability(StrEnum):
    """How sure next month's income is."""

    NONE = "none"
    VARIABLE = "variable"
    STABLE = "stable"


class KycState(StrEnum):
    """Where an identity check stands (transitions: rules.NEXT)."""

    DRAFT = "draft"
    PENDING = "pending"
    IN_REVIEW = "in_review"
    RESUBMISSION_REQUESTED = "resubmission_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


class KycDecision(StrEnum):
    """What a reviewer may decide."""

    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_RESUBMISSION = "request_resubmission"


class KycReason(StrEnum):
    """Why, in a code that the person is shown in her language."""

    DATA_MATCHES = "data_matches"
    NAME_MISMATCH = "name_mismatch"
    BIRTH_DATE_IMPLAUSIBLE = "birth_date_implausible"
    ADDRESS_INCOMPLETE = "address_incomplete"
    DOCUMENT_NUMBER_INVALID = "document_number_invalid"
    UNDER_AGE = "under_age"
    COUNTRY_NOT_SERVED = "country_not_served"
    DUPLICATE_PERSON = "duplicate_person"
    COULD_NOT_VERIFY = "could_not_verify"


class RiskCode(StrEnum):
    """Why a case is high risk, in a code that only reviewers are shown."""

    HIGH_RISK_COUNTRY = "high_risk_country"


@dataclass(frozen=True, slots=True)
class PersonalFacts:
    """Who she says she is. Sealed under her key; shown to her and to the reviewer only."""

    legal_name: str
    birth_date: date
    country: str
    address: str
    document_number: str


@dataclass(frozen=True, slots=True)
class FinancialFacts:
    """What she can bear, in facts. Amounts are per month where the name says so."""

    monthly_income: Money
    monthly_spending: Money
    liquid_reserve: Money
    monthly_debt_payment: Money
    highest_debt_rate_bps: int
    net_worth: Money
    invested: Money
    income_stability: IncomeStability
    dependants: int
    horizon_years: int


#: Money that is needed within so many years allows no more than this profile (1..10).
HORIZON_CAPS: Final = ((1, 1), (3, 3), (5, 5), (10, 7))


def horizon_cap(years: float) -> int:
    """Return the highest profile for money that is needed in so many years."""
    return next((cap for bound, cap in HORIZON_CAPS if years < bound), 10)


@dataclass(frozen=True, slots=True)
class CapacityLimit:
    """One rule's cap on the profile (1..10) and the measured value that led to it."""

    rule: str
    value: float
    cap: int


@dataclass(frozen=True, slots=True)
class ItemScore:
    """One answered item: which option, how many points."""

    item: int
    option: str
    points: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as a code with its values for translation, and as an English sentence."""

    code: str
    sentence: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RiskProfile:
    """One version of a person's risk profile: final = min(tolerance, capacity), 1..10."""

    user_id: str
    version: int
    score: int
    band: str
    tolerance: int
    capacity: int
    final: int
    items: tuple[ItemScore, ...]
    limits: tuple[CapacityLimit, ...]
    reasons: tuple[Reason, ...]
    do_not_invest: Reason | None
    horizon_years: int
    rules_version: str
    made_at: datetime
    expires_at: datetime

    @property
    def reference(self) -> str:
        """Return what a decision record quotes: person and version."""
        return f"{self.user_id}:{self.version}"


@dataclass(frozen=True, slots=True)
class KycEvent:
    """One change of an identity case."""

    at: datetime
    state: KycState
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class KycProposal:
    """The first of two reviewers' decisions. Nothing has changed for the person yet."""

    by: str
    at: datetime
    decision: KycDecision
    reason: KycReason
    staff_note: str


@dataclass(frozen=True, slots=True)
class KycCase:
    """An identity check. `staff_note`, risk codes and proposal never reach the person herself."""

    case_id: str
    user_id: str
    state: KycState
    revision: int
    reason: KycReason | None
    staff_note: str
    reviewer_id: str | None
    submitted_at: datetime | None
    decided_at: datetime | None
    history: tuple[KycEvent, ...]
    risk_codes: tuple[RiskCode, ...] = ()
    proposal: KycProposal | None = None

    @property
    def needs_second_person(self) -> bool:
        """Tell whether one reviewer alone may not approve or reject this case.

        High risk, or an approval that stands: undoing it freezes a person's money.
        """
        return bool(self.risk_codes) or self.state is KycState.APPROVED


@dataclass(frozen=True, slots=True)
class KycReview:
    """A case with the facts that the reviewer decides on."""

    case: KycCase
    facts: PersonalFacts
    age_years: int


@dataclass(frozen=True, slots=True)
class QuestionText:
    """One item in one language, with the reason why it is asked; options are (option, text)."""

    item: int
    question: str
    why: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A text that must be accepted before money moves; the version is stored with the consent."""

    version: str
    language: str
    title: str
    paragraphs: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Onboarding:
    """Everything a person sees of her way in; a step is resumable on any device."""

    user_id: str
    steps: tuple[tuple[Step, StepStatus], ...]
    personal: PersonalFacts | None
    financial: FinancialFacts | None
    answers: tuple[tuple[int, str], ...]
    accepted_disclosures: str | None

    @property
    def next_step(self) -> Step | None:
        """Return the first step that the person herself can work on."""
        for step, status in self.steps:
            if status not in (StepStatus.DONE, StepStatus.WAITING):
                return step
        return None


class SecondFactors(Protocol):
    """What onboarding asks of identity."""

    async def require_second_factor(self, user_id: str) -> None:
        """Raise SecondFactorNeededError unless the person's second factor is on."""
        ...
