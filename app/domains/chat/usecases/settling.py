"""Keeps what came of a turn: its answer, the next turn's state and one audit row, in one commit."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Final

import structlog

from app.core.clock import Clock
from app.core.db import Database
from app.core.errors import FinNamiError
from app.core.ids import new_ulid
from app.core.uow import Transaction
from app.domains.chat.repository import consents, conversations, turns
from app.domains.chat.repository.budgets import Budgets
from app.domains.chat.talk_types import Finish, TalkState
from app.domains.chat.turn_types import MAX_TITLE, Answer, Opened, Record, StoredTurn

TITLE: Final = 60
MAX_NOTED: Final = 20
# Two hundred turns may end at once, and the embedded database takes one transaction at a time.
SETTLE_S: Final = 30.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Settled:
    """How a turn ended: with a finish, or with the code of an error."""

    finish: Finish | None
    code: str = ""
    state: TalkState | None = None


class Settling:
    """Ends turns in the database and in the budget."""

    def __init__(self, *, db: Database, clock: Clock, budgets: Budgets) -> None:
        self._db = db
        self._clock = clock
        self._budgets = budgets

    async def settle(
        self, turn: StoredTurn, seen: Opened, settled: Settled, answer: Answer, record: Record
    ) -> bool:
        """Store the end of a turn; False when the database did not take it. Never raises."""
        try:
            work = self._work(turn, seen, settled, answer, record)
            await self._db.transaction(work, timeout_s=SETTLE_S)
        except FinNamiError as error:
            log.warning("turn_not_stored", turn=turn.id, why=error.code)
            return False
        finally:
            await self._budgets.settle(turn.owner, turn.id, cost_micro=record.cost_micro)
        return True

    def _work(
        self, turn: StoredTurn, seen: Opened, settled: Settled, answer: Answer, record: Record
    ) -> Callable[[Transaction], Awaitable[None]]:
        at = self._clock.now()
        mark = new_ulid(at)
        finish = "error" if settled.finish is None else settled.finish.value
        noted = noted_of(record, finish=finish, code=settled.code)

        async def work(tx: Transaction) -> None:
            tx.audit("chat.turn", actor=turn.owner, object_id=turn.id, after=noted)
            if (counts := record.redacted) is not None:
                await consents.note(tx, turn.owner, turn=turn.id, at=at, counts=counts)
            found = await conversations.document(tx, turn.conversation, owner=turn.owner)
            if found is None or not await turns.close(
                tx, turn.id, answer=answer, finish=finish, at=at, key=seen.key
            ):
                return
            # Read anew: she may have given the conversation a name meanwhile.
            now = conversations.opened(found, seen.key)
            state = now.conversation.state if settled.state is None else settled.state
            title = now.conversation.title or title_of(turn.text)
            await conversations.move_on(tx, now, title=title, state=state, mark=mark, at=at)

        return work


def title_of(text: str) -> str:
    """Return a conversation's first title: how its first message begins."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE else line[: min(TITLE, MAX_TITLE) - 1].rstrip() + "…"


def noted_of(record: Record, *, finish: str, code: str) -> dict[str, object]:
    """Return what the audit row of a turn says: versions, codes, counts, digests; no text."""
    found = asdict(record)
    found["tools"] = found["tools"][:MAX_NOTED]
    found["failures"] = found["failures"][:MAX_NOTED]
    return {**found, "finish": finish, "code": code}
