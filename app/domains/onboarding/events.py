"""What onboarding tells the domains above: ids only."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class KycDecided(Event):
    """A reviewer decided an identity case."""

    name: ClassVar[str] = "onboarding.kyc_decided.v1"
    user_id: str
    case_id: str


@dataclass(frozen=True, slots=True)
class RiskProfileMade(Event):
    """A person has a new version of her risk profile."""

    name: ClassVar[str] = "onboarding.risk_profile_made.v1"
    user_id: str
    profile: str
