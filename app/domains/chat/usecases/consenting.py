"""Consent to a provider outside: given to a text that was read, withdrawn at once."""

from dataclasses import replace

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.chat.consent_types import (
    Consent,
    ConsentText,
    Known,
    KnownFacts,
    Preview,
    Provider,
)
from app.domains.chat.errors import ConsentTextError, NoProviderError
from app.domains.chat.redaction.masking import Masker
from app.domains.chat.repository import consents
from app.domains.chat.rules.consenting import holds


async def _nobody(owner: str) -> Known:
    return Known(owner)


class Consenting:
    """What a person is shown before a message leaves, and what she decided."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        provider: Provider | None,
        known: KnownFacts | None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._known = known or _nobody
        self.provider = provider

    def text(self, language: str) -> ConsentText | None:
        """Return what is to be read, None when no provider is configured."""
        return None if self.provider is None else consents.text(language, self.provider)

    async def of(self, owner: str) -> Consent | None:
        """Return her consent, also one that holds no longer."""
        return await consents.find(self._db, owner)

    def holds(self, consent: Consent | None) -> bool:
        """Tell whether a consent is to this provider, on this host, to the text in force."""
        return holds(consent, self.provider)

    async def give(
        self, owner: str, *, provider: str, version: str, language: str, share_figures: bool
    ) -> Consent:
        """Keep a consent; the same one again only moves `share_figures`.

        Raises NoProviderError, ConsentTextError when another provider or text is in force.
        """
        text = self.text(language)
        if self.provider is None or text is None:
            raise NoProviderError
        if (provider, version) != (self.provider.name, text.version):
            raise ConsentTextError(provider=self.provider.name, version=text.version)
        made = Consent(
            owner=owner,
            provider=provider,
            host=self.provider.host,
            version=version,
            language=text.language,
            sha256=text.sha256,
            share_figures=share_figures,
            at=self._clock.now(),
        )

        async def work(tx: Transaction) -> None:
            await consents.put(tx, made)
            tx.audit(
                "chat.consent_given",
                actor=owner,
                object_id=owner,
                after={
                    "provider": made.provider,
                    "host": made.host,
                    "version": made.version,
                    "sha256": made.sha256,
                    "share_figures": share_figures,
                },
            )

        await self._db.transaction(work)
        earlier = await self.of(owner)
        return replace(made, last=None if earlier is None else earlier.last)

    async def withdraw(self, owner: str) -> None:
        """Forget a consent; the next message stays here. Repeating it changes nothing."""

        async def work(tx: Transaction) -> None:
            if await consents.remove(tx, owner):
                tx.audit("chat.consent_withdrawn", actor=owner, object_id=owner)

        await self._db.transaction(work)

    async def preview(self, owner: str, text: str, *, locale: str, share_figures: bool) -> Preview:
        """Return a message as it would leave, with what is known of her replaced."""
        masker = Masker(await self._known(owner), share_figures=share_figures, locale=locale)
        shown = masker.said(text)
        return Preview(shown, masker.counts)
