"""The words of the deeper parts of a risk profile: knowledge, follow-ups, cooling, ageing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

#: Money that is needed within so many years allows no more than this profile (1..10).
HORIZON_CAPS: Final = ((1, 1), (3, 3), (5, 5), (10, 7))


def horizon_cap(years: float) -> int:
    """Return the highest profile for money that is needed in so many years."""
    return next((cap for bound, cap in HORIZON_CAPS if years < bound), 10)


class Topic(StrEnum):
    """What a factual question is about."""

    INTEREST = "interest"
    INFLATION = "inflation"
    BOND_PRICES = "bond_prices"
    DIVERSIFICATION = "diversification"
    RISK_RETURN = "risk_return"
    FEES = "fees"


class ProductClass(StrEnum):
    """What a person has to understand before it is recommended to her."""

    BONDS = "bonds"
    SHARES = "shares"


class Grade(StrEnum):
    """How a factual question stands. EXPLAINED: it was wrong, and she read the explanation."""

    OPEN = "open"
    RIGHT = "right"
    WRONG = "wrong"
    EXPLAINED = "explained"


class Reading(StrEnum):
    """Which of two readings of contradicting answers she says is hers."""

    CAREFUL = "careful"
    BOLD = "bold"


class ProfileState(StrEnum):
    """Whether new advice may rest on a profile."""

    CURRENT = "current"
    EXPIRED = "expired"
    FACTS_CHANGED = "facts_changed"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The graded questions, and the classes that they do not allow to recommend."""

    grades: tuple[tuple[Topic, Grade], ...]
    blocked: tuple[ProductClass, ...]


@dataclass(frozen=True, slots=True)
class KnowledgeAnswer:
    """Her first answer to a factual question; the first one counts."""

    option: str
    answered_at: datetime
    explained_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One question about answers or facts that do not fit.

    `fingerprint` names the answers and facts it was asked about: when they change, an earlier
    reply is about something else. A binding one stops advice while it is open; the question of
    the household model never does.
    """

    code: str
    values: tuple[tuple[str, str], ...]
    fingerprint: str
    is_binding: bool
    reply: Reading | None = None


@dataclass(frozen=True, slots=True)
class Cooling:
    """A higher tolerance that waits: it counts from `until` on."""

    tolerance: int
    until: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """The tolerance in force before this version, and when it was stated."""

    tolerance: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class KnowledgeText:
    """One factual question in one language, with what to read after a wrong answer."""

    topic: Topic
    question: str
    why: str
    options: tuple[tuple[str, str], ...]
    explanation: tuple[str, ...]
    explanation_sha256: str


@dataclass(frozen=True, slots=True)
class FollowUpText:
    """The words of one follow-up in one language; `{names}` are filled with its values."""

    question: str
    why: str
    careful: str
    bold: str


@dataclass(frozen=True, slots=True)
class AskedHousehold:
    """What we ask and the household survey asks as well. Money in major units of `currency`."""

    currency: str
    age_years: int | None
    dependants: int
    yearly_income: float
    net_worth: float
    liquid: float
    debt_payment_share: float


class Households(Protocol):
    """A model of what households in her situation answer; nothing of it ever raises a profile."""

    @property
    def version(self) -> str | None:
        """Return the model's version once loaded."""
        ...

    async def load(self) -> None:
        """Make the model ready when one is stored and trusted."""
        ...

    def usual(self, asked: AskedHousehold) -> tuple[str, ...] | None:
        """Return the classes that are usual for such a household, None without a model."""
        ...


class NoHouseholds:
    """No model: nothing is compared, and the profile says so."""

    version: str | None = None

    async def load(self) -> None:
        """Do nothing."""

    # The default knows nothing, whatever it is asked.
    def usual(self, asked: AskedHousehold) -> tuple[str, ...] | None:  # noqa: ARG002
        """Return None."""
        return None


class Markets(Protocol):
    """What onboarding asks about the market."""

    async def recent_fall(self, *, days: int) -> float | None:
        """Return how far shares stand below their peak of the last days; None without prices."""
        ...


class NoMarkets:
    """No prices: nobody knows of a fall."""

    # The default knows nothing, whatever it is asked.
    async def recent_fall(self, *, days: int) -> float | None:  # noqa: ARG002
        """Return None."""
        return None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a profile asks of the world beside the person."""

    households: Households = field(default_factory=NoHouseholds)
    markets: Markets = field(default_factory=NoMarkets)


FollowUpReplies = Mapping[str, tuple[Reading, str]]
"""Code of a follow-up -> what she replied, and the fingerprint of what she was asked about."""
