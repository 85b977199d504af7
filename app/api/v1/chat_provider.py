"""/v1/chat: who outside might word answers, what she consented to, what would be replaced."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from app.api.conversation_shapes import Message, TalkLocale
from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Input
from app.api.policy import policy
from app.api.shapes import Out
from app.domains.chat.consent_types import Consent, ConsentText, LastRedaction, Preview, Provider
from app.domains.chat.errors import ConsentTextError, NoProviderError
from app.domains.identity.types import RateClass

router = APIRouter(prefix="/v1/chat", tags=["chat"])

Locale = Annotated[str, Query(pattern=r"^[A-Za-z-]{2,10}$")]
ProviderName = Annotated[
    str, StringConstraints(min_length=1, max_length=60), Field(examples=["Example AI"])
]


class RedactedKindOut(Out):
    """A kind of personal data that is replaced, and its name in the language asked for."""

    kind: str = Field(examples=["iban"])
    label: str = Field(examples=["Bank account numbers (IBAN)"])


class ConsentTextOut(Out):
    """What is to be read before a consent, with the hash it is stored with."""

    version: str = Field(examples=["2026-11"])
    language: str
    title: str
    paragraphs: list[str]
    kinds: list[RedactedKindOut]
    sha256: str

    @classmethod
    def of(cls, text: ConsentText) -> "ConsentTextOut":
        """Return the public form."""
        return cls(
            version=text.version,
            language=text.language,
            title=text.title,
            paragraphs=list(text.paragraphs),
            kinds=[RedactedKindOut(kind=kind, label=label) for kind, label in text.kinds.items()],
            sha256=text.sha256,
        )


class ProviderOut(Out):
    """The provider that could word answers; not `configured`: everything stays here."""

    configured: bool
    name: str | None
    model: str | None
    host: str | None
    consent_text: ConsentTextOut | None

    @classmethod
    def of(cls, provider: Provider | None, text: ConsentText | None) -> "ProviderOut":
        """Return the public form."""
        return cls(
            configured=provider is not None,
            name=None if provider is None else provider.name,
            model=None if provider is None else provider.model,
            host=None if provider is None else provider.host,
            consent_text=None if text is None else ConsentTextOut.of(text),
        )


class RedactedCountOut(Out):
    """How many different values of a kind were replaced."""

    kind: str = Field(examples=["iban"])
    count: int


class LastRedactionOut(Out):
    """What was replaced in the newest turn that left this installation; never a value."""

    turn_id: str
    at: datetime
    counts: list[RedactedCountOut]

    @classmethod
    def of(cls, last: LastRedaction) -> "LastRedactionOut":
        """Return the public form."""
        counts = [RedactedCountOut(kind=kind, count=n) for kind, n in sorted(last.counts.items())]
        return cls(turn_id=last.turn, at=last.at, counts=counts)


class ConsentOut(Out):
    """The caller's consent. `in_force` is false when provider, host or text changed since."""

    given: bool
    in_force: bool
    provider: str | None
    host: str | None
    version: str | None
    language: str | None
    share_figures: bool
    at: datetime | None
    last_redaction: LastRedactionOut | None

    @classmethod
    def of(cls, consent: Consent | None, *, in_force: bool) -> "ConsentOut":
        """Return the public form."""
        last = None if consent is None else consent.last
        return cls(
            given=consent is not None,
            in_force=in_force,
            provider=None if consent is None else consent.provider,
            host=None if consent is None else consent.host,
            version=None if consent is None else consent.version,
            language=None if consent is None else consent.language,
            share_figures=consent is not None and consent.share_figures,
            at=None if consent is None else consent.at,
            last_redaction=None if last is None else LastRedactionOut.of(last),
        )


class ConsentIn(Input):
    """Whom and what was read; `share_figures` lets amounts leave as well."""

    provider: ProviderName
    version: Annotated[str, StringConstraints(max_length=20)] = Field(examples=["2026-11"])
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z-]{2,10}$")] = Field(
        examples=["en"]
    )
    share_figures: bool = False


class PreviewIn(Input):
    """A message, as it would be written to the adviser."""

    text: Message
    locale: TalkLocale = "en"
    share_figures: bool = False


class PreviewOut(Out):
    """The message as the provider would see it, and what was replaced."""

    text: str
    counts: list[RedactedCountOut]

    @classmethod
    def of(cls, found: Preview) -> "PreviewOut":
        """Return the public form."""
        counts = [RedactedCountOut(kind=kind, count=n) for kind, n in sorted(found.counts.items())]
        return cls(text=found.text, counts=counts)


@router.get("/provider", responses=declared())
@policy("user")
async def get_chat_provider(
    _: CallerDep, services: ServicesDep, locale: Locale = "en"
) -> ProviderOut:
    """Return who could word answers, with the text to read before anything leaves."""
    consenting = services.chat.consenting
    return ProviderOut.of(consenting.provider, consenting.text(locale))


@router.get("/consent", responses=declared())
@policy("user")
async def get_chat_consent(caller: CallerDep, services: ServicesDep) -> ConsentOut:
    """Return the caller's consent, and what was replaced in the newest turn that left."""
    consenting = services.chat.consenting
    found = await consenting.of(caller.user_id)
    return ConsentOut.of(found, in_force=consenting.holds(found))


@router.put("/consent", responses=declared(NoProviderError, ConsentTextError))
@policy("user", rate=RateClass.WRITE)
async def give_chat_consent(
    body: ConsentIn, caller: CallerDep, services: ServicesDep
) -> ConsentOut:
    """Consent to the provider and the text in force; repeating it changes `share_figures`."""
    consenting = services.chat.consenting
    made = await consenting.give(
        caller.user_id,
        provider=body.provider,
        version=body.version,
        language=body.language,
        share_figures=body.share_figures,
    )
    return ConsentOut.of(made, in_force=consenting.holds(made))


@router.delete("/consent", status_code=204, responses=declared())
@policy("user", rate=RateClass.WRITE)
async def withdraw_chat_consent(caller: CallerDep, services: ServicesDep) -> None:
    """Withdraw: from the next message on nothing leaves. Without a consent nothing changes."""
    await services.chat.consenting.withdraw(caller.user_id)


@router.post("/redaction-preview", responses=declared())
@policy("user")
async def preview_redaction(
    body: PreviewIn, caller: CallerDep, services: ServicesDep
) -> PreviewOut:
    """Show a message as it would leave. Nothing is sent and nothing is kept."""
    found = await services.chat.consenting.preview(
        caller.user_id, body.text, locale=body.locale, share_figures=body.share_figures
    )
    return PreviewOut.of(found)
