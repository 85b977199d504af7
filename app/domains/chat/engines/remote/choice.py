"""Tells whether a person may be answered by the provider, and makes the engine of the turn."""

import asyncio
from typing import TYPE_CHECKING, Any

from app.core.db import Database
from app.domains.chat.consent_types import KnownFacts
from app.domains.chat.redaction.masking import Masker
from app.domains.chat.remote_types import RemoteSettings
from app.domains.chat.repository import consents
from app.domains.chat.rules.consenting import holds
from app.domains.chat.turn_ports import Offered

if TYPE_CHECKING:
    import httpx2


class RemoteEngines:
    """The RemoteChoice of an installation with a provider. Nothing of it is imported at start."""

    def __init__(self, far: RemoteSettings, *, db: Database, known: KnownFacts) -> None:
        self._far = far
        self._db = db
        self._known = known
        self._http: httpx2.AsyncClient | None = None

    async def offered(self, owner: str) -> Offered | None:
        """Return the engine of a turn when she consented to this provider, host and text.

        Raises UnavailableError when a store is away: what is not known cannot be masked.
        """
        consent, known = await asyncio.gather(consents.find(self._db, owner), self._known(owner))
        if consent is None or not holds(consent, self._far.provider):
            return None
        engines, http = await self._loaded()
        masker = Masker(known, share_figures=consent.share_figures)
        engine = engines.RemoteEngine(self._far, http, masker, share_figures=consent.share_figures)
        return Offered(
            engine,
            "remote",
            self._far.model,
            {**engines.prompting.VERSIONS, "consent": consent.version},
            mend=engine.mend,
            originals=engine.originals,
            redacted=masker.counts,
        )

    async def agreed(self, owner: str) -> bool:
        """Tell whether she consented to this provider, host and text."""
        consent = await consents.find(self._db, owner)
        return consent is not None and holds(consent, self._far.provider)

    async def _loaded(self) -> tuple[Any, "httpx2.AsyncClient"]:
        """Import what speaks to a provider, once and beside the loop: it takes a second."""
        engines, wire = await asyncio.to_thread(_imported)
        if self._http is None:
            self._http = wire.client()
        return engines, self._http


def _imported() -> tuple[Any, Any]:
    from app.domains.chat.engines.remote import engine, wire

    return engine, wire
