"""Puts the parts of chat together: understanding, tools, the embedded engine, grounding."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

from app.domains.chat.engines.embedded import EmbeddedEngine
from app.domains.chat.engines.phrases import disclaimer
from app.domains.chat.engines.remote.choice import RemoteEngines
from app.domains.chat.grounded_gate import GroundedGate
from app.domains.chat.personal import known_from
from app.domains.chat.remote_types import RemoteSettings
from app.domains.chat.talk_types import Budget, Names, TalkState, Understander, Understood
from app.domains.chat.tools.factory import ChatTools
from app.domains.chat.tools.references import href
from app.domains.chat.turn_ports import ChatPorts, Offered
from app.domains.chat.warming import steps

DAY_CAP_MICRO: Final = 1_000_000
TOTAL_CAP_MICRO: Final = 20_000_000
TEMPLATES: Final = "templates-1"


class AtFirstUse:
    """Loads an understander when it is first used: a start must not wait for a model."""

    def __init__(self, load: Callable[[], Understander]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._loaded: Understander | None = None

    def read(self, text: str) -> object:
        """Return what the text alone tells. Raises ArtefactError when no model can be served."""
        return self._ready().read(text)

    def understand(
        self,
        text: str,
        *,
        locale: str,
        names: Names,
        today: datetime,
        state: TalkState | None = None,
        reading: object = None,
    ) -> Understood:
        """Return what a message asks for. Raises ArtefactError when no model can be served."""
        return self._ready().understand(
            text, locale=locale, names=names, today=today, state=state, reading=reading
        )

    def _ready(self) -> Understander:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
        return self._loaded


def house_ports(
    tools: ChatTools,
    load: Callable[[], Understander],
    *,
    far: RemoteSettings | None = None,
    day_cap_micro: int = DAY_CAP_MICRO,
    total_cap_micro: int = TOTAL_CAP_MICRO,
) -> ChatPorts:
    """Return everything behind a conversation; without `far` it needs no key and no network."""
    embedded = EmbeddedEngine(disclaims=False)
    known = known_from(tools.doors.onboarding)
    understander = AtFirstUse(load)
    return ChatPorts(
        understander=understander,
        toolboxes=tools,
        gates=GroundedGate,
        embedded=Offered(embedded, "embedded", "templates", {"templates": TEMPLATES}),
        href=href,
        disclaimer=disclaimer,
        warming=steps(understander),
        day_cap_micro=day_cap_micro,
        total_cap_micro=total_cap_micro,
        budget=Budget() if far is None else Budget(first_token_s=far.first_token_s),
        known=known,
        provider=None if far is None else far.provider,
        remote=None if far is None else RemoteEngines(far, db=tools.db, known=known),
    )
