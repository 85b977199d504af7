"""When a consent holds."""

from app.domains.chat.consent_types import CONSENT_VERSION, Consent, Provider


def holds(consent: Consent | None, provider: Provider | None) -> bool:
    """Tell whether a consent is to this very provider, on its host, and to the text in force."""
    return (
        consent is not None
        and provider is not None
        and (consent.provider, consent.host, consent.version)
        == (provider.name, provider.host, CONSENT_VERSION)
    )
