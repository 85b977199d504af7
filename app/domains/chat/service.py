"""The door of chat: conversations, turns and their streams."""

import secrets
from collections.abc import Mapping
from typing import Any

from app.core.clock import Clock
from app.core.db import Database
from app.core.envelope import KEY_BYTES, Envelope
from app.core.gate import Gate
from app.core.ids import new_id
from app.domains.chat.action_types import ActionState, PendingAction
from app.domains.chat.repository import actions, consents, conversations, turns
from app.domains.chat.repository.budgets import Budgets
from app.domains.chat.repository.streams import Streams
from app.domains.chat.tools.factory import ChatTools
from app.domains.chat.turn_ports import ChatPorts
from app.domains.chat.turn_types import Ask, Conversation, Found, Page, TurnsPage
from app.domains.chat.usecases.acting import Acting
from app.domains.chat.usecases.asking import Asking, Following
from app.domains.chat.usecases.confirming import Confirming
from app.domains.chat.usecases.consenting import Consenting
from app.domains.chat.usecases.history import History
from app.domains.chat.usecases.running import Running
from app.domains.chat.usecases.settling import Settling
from app.domains.chat.usecases.warming import warmed
from app.domains.identity.service import IdentityService
from app.domains.identity.types import Caller

COLLECTIONS = (*conversations.SPECS, *turns.SPECS, *actions.SPECS, *consents.SPECS)


class ChatService:
    """Chat's door. Without ports it keeps and shows conversations, and answers nobody.

    `consenting` is what a person lets out to a provider.
    """

    def __init__(
        self,
        *,
        db: Database,
        gate: Gate,
        clock: Clock,
        envelope: Envelope,
        ports: ChatPorts | None,
    ) -> None:
        self.consenting = Consenting(
            db=db,
            clock=clock,
            provider=ports.provider if ports else None,
            known=ports.known if ports else None,
        )
        streams = Streams(gate)
        budgets = Budgets(
            gate,
            clock,
            day_cap_micro=ports.day_cap_micro if ports else 0,
            total_cap_micro=ports.total_cap_micro if ports else 0,
        )
        self._warming = ports.warming if ports else ()
        running = None
        if ports is not None and (ports.embedded is not None or ports.remote is not None):
            settling = Settling(db=db, clock=clock, budgets=budgets)
            running = Running(ports=ports, settling=settling, clock=clock)
        self._history = History(db=db, clock=clock, envelope=envelope, new_id=new_id)
        self._asking = Asking(
            db=db,
            clock=clock,
            envelope=envelope,
            streams=streams,
            budgets=budgets,
            running=running,
        )

    @property
    def running_now(self) -> int:
        """Return how many turns this process runs."""
        return self._asking.running_now

    async def warm(self) -> None:
        """Make ready what the first messages would wait for. Never raises; they can do without."""
        await warmed(self._warming)

    async def ask(
        self, owner: str, conversation_id: str, ask: Ask, *, after: int = -1
    ) -> Following:
        """Begin a turn, or follow the one that this message began. Raises as Asking.ask."""
        return await self._asking.ask(owner, conversation_id, ask, after=after)

    async def follow(
        self, owner: str, conversation_id: str, turn_id: str, *, after: int
    ) -> Following:
        """Follow a turn after an event. Raises as Asking.follow."""
        return await self._asking.follow(owner, conversation_id, turn_id, after=after)

    async def stop(self, owner: str, conversation_id: str, turn_id: str) -> None:
        """Stop a turn. Raises ConversationNotFoundError, TurnNotFoundError."""
        await self._asking.stop(owner, conversation_id, turn_id)

    async def begin(self, owner: str, *, title: str = "") -> Conversation:
        """Begin a conversation. Raises TooManyConversationsError."""
        secret = secrets.token_bytes(KEY_BYTES)
        return await self._history.begin(owner, title=title, secret=secret)

    async def list(self, owner: str, *, before: str | None, limit: int) -> Page:
        """Return conversations, the newest first."""
        return await self._history.list(owner, before=before, limit=limit)

    async def turns(
        self, owner: str, conversation_id: str, *, before: str | None, limit: int
    ) -> TurnsPage:
        """Return turns, the newest first. Raises ConversationNotFoundError."""
        return await self._history.turns(owner, conversation_id, before=before, limit=limit)

    async def rename(self, owner: str, conversation_id: str, *, title: str) -> Conversation:
        """Give a conversation another title. Raises ConversationNotFoundError."""
        return await self._history.rename(owner, conversation_id, title=title)

    async def search(self, owner: str, words: str) -> Found:
        """Return messages that hold the words, among the newest."""
        return await self._history.search(owner, words)

    async def export(self, owner: str, conversation_id: str) -> Mapping[str, Any]:
        """Return all of a conversation. Raises ConversationNotFoundError."""
        return await self._history.export(owner, conversation_id)

    async def delete(self, owner: str, conversation_id: str) -> None:
        """Delete a conversation, stop its answer. Raises ConversationNotFoundError."""
        await self._history.delete(owner, conversation_id)
        self._asking.stop_all(conversation_id=conversation_id)

    async def erase(self, owner: str) -> int:
        """Delete a person's conversations and her consent; return how many of them there were."""
        await self.consenting.withdraw(owner)
        return await self._history.erase(owner)

    def close(self) -> None:
        """Stop every turn: the process ends."""
        self._asking.stop_all()


class ChatActions:
    """The door of drafted actions: what a person may see of them, cancel and confirm.

    No engine is given this object: nothing that is said in a conversation confirms anything.
    """

    def __init__(
        self, *, db: Database, clock: Clock, identity: IdentityService, tools: ChatTools
    ) -> None:
        self._acting = Acting(db=db, clock=clock)
        self._confirming = Confirming(
            db=db, clock=clock, identity=identity, tools=tools, acting=self._acting
        )

    async def list(
        self, owner: str, *, state: ActionState | None, limit: int
    ) -> list[PendingAction]:
        """Return a person's actions, the newest first."""
        return await self._acting.list(owner, state=state, limit=limit)

    async def find(self, owner: str, action_id: str) -> PendingAction:
        """Return one action. Raises ActionNotFoundError."""
        return await self._acting.find(owner, action_id)

    async def cancel(self, owner: str, action_id: str) -> PendingAction:
        """Cancel a draft. Raises ActionNotFoundError, ActionClosedError."""
        return await self._acting.cancel(owner, action_id)

    async def confirm(
        self, caller: Caller, action_id: str, *, grant: str | None
    ) -> tuple[PendingAction, bool]:
        """Carry an action out, once. Raises as Confirming.confirm."""
        return await self._confirming.confirm(caller, action_id, grant=grant)
