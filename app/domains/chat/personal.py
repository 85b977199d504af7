"""What this installation knows of a person, gathered so that it is not said outside."""

from app.domains.chat.consent_types import Known, KnownFacts
from app.domains.onboarding.service import OnboardingService


def known_from(onboarding: OnboardingService) -> KnownFacts:
    """Return what reads a person's own facts; before she gave any, only her id is known."""

    async def known(owner: str) -> Known:
        facts = (await onboarding.overview(owner)).personal
        if facts is None:
            return Known(owner)
        return Known(
            owner,
            names=(facts.legal_name,),
            addresses=(facts.address,),
            numbers=(facts.document_number,),
            births=(facts.birth_date,),
            country=facts.country,
        )

    return known
