"""A person's conversations: begin, list, read, rename, search, export, delete, erase."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.core.clock import Clock
from app.core.db import Database
from app.core.envelope import DataKey, Envelope
from app.core.ids import IdFactory, new_ulid
from app.core.store import Document
from app.core.uow import Transaction
from app.domains.chat.errors import ConversationNotFoundError, TooManyConversationsError
from app.domains.chat.repository import conversations, turns
from app.domains.chat.rules.searching import folded, snippet
from app.domains.chat.talk_types import TalkState
from app.domains.chat.turn_types import (
    MAX_CONVERSATIONS,
    MAX_TURNS,
    Conversation,
    Found,
    Hit,
    Opened,
    Page,
    StoredTurn,
    TurnsPage,
)

SEARCHED: Final = 1_000
HITS: Final = 50
PURGED: Final = 200
# Opening some hundred texts takes milliseconds: others get the loop in between.
IN_A_ROW: Final = 50


class History:
    """What is kept of chat. Texts are opened with the conversation's key, for its owner only."""

    def __init__(
        self, *, db: Database, clock: Clock, envelope: Envelope, new_id: IdFactory
    ) -> None:
        self._db = db
        self._clock = clock
        self._envelope = envelope
        self._new_id = new_id

    async def begin(self, owner: str, *, title: str, secret: bytes) -> Conversation:
        """Begin a conversation. Raises TooManyConversationsError."""
        if not await conversations.has_room(self._db, owner, most=MAX_CONVERSATIONS):
            raise TooManyConversationsError
        user_key = await self._envelope.key_of(owner)
        now = self._clock.now()
        made = Conversation(
            id=self._new_id(),
            owner=owner,
            title=title,
            created_at=now,
            updated_at=now,
            mark=new_ulid(now),
            turns=0,
            state=TalkState(),
        )

        async def work(tx: Transaction) -> None:
            await conversations.insert(tx, made, user_key=user_key, secret=secret)

        await self._db.transaction(work)
        return made

    async def list(self, owner: str, *, before: str | None, limit: int) -> Page:
        """Return conversations, the newest first."""
        rows = await conversations.newest(self._db, owner, before=before, limit=limit + 1)
        keys = await self._keys(owner, [row["_id"] for row in rows])
        shown = rows[:limit]
        found = [conversations.opened(r, keys[r["_id"]]) for r in shown if r["_id"] in keys]
        return Page(
            tuple(seen.conversation for seen in found),
            shown[-1]["mark"] if len(rows) > limit else None,
        )

    async def open(self, owner: str, conversation_id: str) -> Opened:
        """Return a conversation and its key. Raises ConversationNotFoundError."""
        user_key = await self._envelope.key_of(owner)
        head, key = await asyncio.gather(
            conversations.document(self._db, conversation_id, owner=owner),
            conversations.key(self._db, conversation_id, user_key=user_key),
        )
        if head is None or key is None:
            raise ConversationNotFoundError
        return conversations.opened(head, key)

    async def turns(
        self, owner: str, conversation_id: str, *, before: str | None, limit: int
    ) -> TurnsPage:
        """Return turns, the newest first. Raises ConversationNotFoundError."""
        seen = await self.open(owner, conversation_id)
        rows = await turns.newest(self._db, conversation_id, before=before, limit=limit + 1)
        shown = await _opened(rows[:limit], {conversation_id: seen.key})
        more = len(rows) > limit
        return TurnsPage(tuple(shown), shown[-1].id if more else None)

    async def rename(self, owner: str, conversation_id: str, *, title: str) -> Conversation:
        """Give a conversation another title. Raises ConversationNotFoundError."""
        user_key = await self._envelope.key_of(owner)

        async def work(tx: Transaction) -> None:
            head = await conversations.document(tx, conversation_id, owner=owner)
            key = await conversations.key(tx, conversation_id, user_key=user_key)
            if head is None or key is None:
                raise ConversationNotFoundError
            await conversations.rename(tx, conversations.opened(head, key), title=title)

        await self._db.transaction(work)
        return (await self.open(owner, conversation_id)).conversation

    async def search(self, owner: str, words: str) -> Found:
        """Return messages that hold the words, among the newest 1,000 turns."""
        wanted = folded(words.strip())
        rows = await turns.newest_of(self._db, owner, limit=SEARCHED + 1)
        looked = rows[:SEARCHED]
        ids = [row["conversation"] for row in looked]
        keys = await self._keys(owner, ids)
        heads = await self._heads(owner, keys)
        hits: list[Hit] = []
        for turn in await _opened(looked, keys):
            if turn.conversation in heads:
                hits += _hits(turn, heads[turn.conversation], wanted)
            if len(hits) >= HITS:
                break
        complete = len(rows) <= SEARCHED and len(hits) < HITS
        return Found(tuple(hits[:HITS]), len(looked), complete)

    async def export(self, owner: str, conversation_id: str) -> Mapping[str, Any]:
        """Return all of a conversation. Raises ConversationNotFoundError."""
        seen = await self.open(owner, conversation_id)
        rows = await turns.newest(self._db, conversation_id, limit=MAX_TURNS + 1)
        kept = await _opened(rows[::-1], {conversation_id: seen.key})
        conversation = seen.conversation
        return {
            "format": "finnami-conversation",
            "version": 1,
            "conversation": conversation.id,
            "title": conversation.title,
            "created_at": conversation.created_at,
            "exported_at": self._clock.now(),
            "turns": [_exported(turn) for turn in kept],
        }

    async def delete(self, owner: str, conversation_id: str) -> None:
        """Delete a conversation: its key first, so that nobody reads what is left of it.

        Broken off, it can be repeated. Raises ConversationNotFoundError.
        """
        if await conversations.document(self._db, conversation_id, owner=owner) is None:
            raise ConversationNotFoundError
        await conversations.destroy_key(self._db, conversation_id, owner=owner)
        for _ in range(MAX_TURNS // PURGED + 2):
            if await turns.purge(self._db, conversation_id, limit=PURGED) < PURGED:
                break
        await conversations.remove(self._db, conversation_id, owner=owner)

    async def erase(self, owner: str) -> int:
        """Delete all conversations of a person (erasure); return how many there were."""
        rows = await conversations.newest(self._db, owner, before=None, limit=MAX_CONVERSATIONS)
        for row in rows:
            await self.delete(owner, row["_id"])
        return len(rows)

    async def _keys(self, owner: str, ids: Sequence[str]) -> dict[str, DataKey]:
        if not ids:
            return {}
        user_key = await self._envelope.key_of(owner)
        return await conversations.keys(self._db, ids, user_key=user_key)

    async def _heads(self, owner: str, keys: Mapping[str, DataKey]) -> dict[str, Conversation]:
        rows = await conversations.newest(self._db, owner, before=None, limit=MAX_CONVERSATIONS)
        return {
            row["_id"]: conversations.opened(row, keys[row["_id"]]).conversation
            for row in rows
            if row["_id"] in keys
        }


async def _opened(rows: Sequence[Document], keys: Mapping[str, DataKey]) -> list[StoredTurn]:
    found: list[StoredTurn] = []
    for number, row in enumerate(rows, start=1):
        if row["conversation"] in keys:
            found.append(turns.opened(row, keys[row["conversation"]]))
        if number % IN_A_ROW == 0:
            await asyncio.sleep(0)
    return found


def _hits(turn: StoredTurn, conversation: Conversation, wanted: str) -> list[Hit]:
    texts = (("user", turn.text), ("adviser", "" if turn.answer is None else turn.answer.text))
    return [
        Hit(conversation.id, conversation.title, turn.id, role, turn.at, found)
        for role, text in texts
        if (found := snippet(text, wanted)) is not None
    ]


def _exported(turn: StoredTurn) -> Mapping[str, Any]:
    answer = turn.answer
    made = None if answer is None else answer.made
    return {
        "turn": turn.id,
        "at": turn.at,
        "locale": turn.locale,
        "user": turn.text,
        "adviser": "" if answer is None else answer.text,
        "finish": turn.finish,
        "badge": None if made is None else made.badge,
        "model": None if made is None else made.model,
        "citations": [] if answer is None else answer.citations,
        "results": [] if answer is None else answer.results,
        "proposals": [] if answer is None else answer.proposals,
    }
