"""Drafts actions for a turn: previewed, kept, shown; shown again at a yes, cancelled at a no."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from app.core.clock import Clock
from app.core.db import Database
from app.core.ids import IdFactory
from app.core.uow import Transaction
from app.domains.chat.action_types import (
    LIFE,
    MOST_OPEN,
    ActionState,
    PendingAction,
    same_under,
)
from app.domains.chat.repository import actions
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk
from app.domains.chat.tools.findings import Findings
from app.domains.chat.tools.proposals.catalogue import KINDS
from app.domains.chat.tools.proposals.kinds import Kind
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.chat.tools.registry import Tool, tool
from app.domains.chat.tools.schemas import text
from app.domains.identity.service import IdentityService

SHOW: Final = "propose.show"
CANCEL: Final = "propose.cancel"
_ACTION: Final = {"action": text("The open action of this conversation")}


class Drafting:
    """Keeps what an engine drafts; nothing of it happens before its person confirms it."""

    def __init__(
        self, *, db: Database, clock: Clock, new_id: IdFactory, identity: IdentityService
    ) -> None:
        self._db = db
        self._identity = identity
        self._clock = clock
        self._new_id = new_id

    def tools(self) -> tuple[Tool, ...]:
        """Return a tool for each kind, and those for the card that is open."""
        drafts = tuple(
            tool(
                f"propose.{kind.kind.value}",
                partial(self._draft, kind),
                kind.description + " Nothing happens before the user confirms it on a card.",
                kind.properties,
                required=kind.required,
                proposes=True,
            )
            for kind in KINDS.values()
        )
        show = tool(SHOW, self._show, "Show the open card again.", _ACTION, proposes=True)
        cancel = tool(CANCEL, self._cancel, "Cancel the open draft.", _ACTION, proposes=True)
        return (*drafts, show, cancel)

    async def _draft(self, kind: Kind, desk: Desk, given: Arguments) -> Findings:
        turn, now = desk.turn, self._clock.now()
        if turn is None:
            raise ToolRefusal("not_offered")
        # Without one nothing could ever be confirmed: better said before the card than on it.
        await self._identity.require_second_factor(desk.owner)
        params = await kind.terms(desk, given)
        sketch = await kind.sketch(desk, params)
        await self._require_room(desk.owner, now)
        action = PendingAction(
            id=self._new_id(),
            user=desk.owner,
            kind=kind.kind,
            params=params,
            preview=sketch.preview(),
            conversation=turn.conversation,
            turn=turn.id,
            state=ActionState.PROPOSED,
            created_at=now,
            expires_at=now + LIFE,
        )

        async def work(tx: Transaction) -> None:
            await actions.insert(tx, action)
            tx.audit(f"chat_action.{kind.kind.value}", actor=desk.owner, object_id=action.id)

        await self._db.transaction(work)
        sketch.found.action = action.proposal()
        return sketch.found

    async def _require_room(self, owner: str, now: datetime) -> None:
        await actions.expire(self._db, owner, now=now)
        present = await actions.newest(self._db, owner, state=ActionState.PROPOSED, limit=MOST_OPEN)
        if len(present) == MOST_OPEN:
            raise ToolRefusal("limit_reached")

    async def _show(self, desk: Desk, given: Arguments) -> Findings:
        """Show the open card as it was drafted; its figures get ids of this turn."""
        action = await self._open(desk, given)
        made = Findings(desk)
        ids = {one.id: made.add(replace(one, id=desk.next_id())) for one in action.preview.evidence}
        shown = replace(action.preview, shown=same_under(action.preview, ids))
        made.action = replace(action, preview=shown).proposal()
        return made

    async def _cancel(self, desk: Desk, given: Arguments) -> Findings:
        action = await self._open(desk, given)
        at = self._clock.now()

        async def work(tx: Transaction) -> bool:
            done = await actions.advance(
                tx, action, present=ActionState.PROPOSED, to=ActionState.CANCELLED, at=at
            )
            if done:
                tx.audit("chat_action.cancelled", actor=desk.owner, object_id=action.id)
            return done

        if not await self._db.transaction(work):
            raise ToolRefusal("not_found")
        return Findings(desk)

    async def _open(self, desk: Desk, given: Arguments) -> PendingAction:
        """Return the open draft of this conversation; no other one can be named."""
        named, turn = given.text("action"), desk.turn
        if turn is None or named is None or named != turn.state.action:
            raise ToolRefusal("not_found", guess=named is not None)
        found = await actions.find(self._db, named, user=desk.owner)
        if (
            found is None
            or found.conversation != turn.conversation
            or found.state is not ActionState.PROPOSED
            or found.expires_at <= self._clock.now()
        ):
            raise ToolRefusal("not_found")
        return found
