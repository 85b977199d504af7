"""A turn is made ready: the text is read while her things are fetched."""

import asyncio
import gc
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domains.chat.talk_types import TalkState, Understood
from app.domains.chat.turn_ports import Tooling
from app.domains.chat.turn_types import Conversation, Opened, StoredTurn
from app.domains.chat.usecases.preparing import Job, Preparing
from tests.fakes.chat.engines import Boxes, Cast, Understands

pytestmark = pytest.mark.row("CH1")
NOW = datetime(2026, 1, 5, tzinfo=UTC)


class Reads(Understands):
    """Tells when it begins to read, and what it is handed of that later."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.handed: object = None

    def read(self, text: str) -> object:
        self.begun.set()
        return f"read: {text}"

    def understand(self, text: str, **more: Any) -> Understood:
        self.handed = more["reading"]
        return super().understand(text, **more)


class SlowBoxes(Boxes):
    """Her things come only once her text is being read."""

    def __init__(self, begun: threading.Event) -> None:
        self._begun = begun

    async def for_turn(self, owner: str, *, locale: str, now: datetime) -> Tooling:
        assert await asyncio.to_thread(self._begun.wait, 10), "the text is not read meanwhile"
        return await super().for_turn(owner, locale=locale, now=now)


class BrokenBoxes(Boxes):
    """A store is away."""

    async def for_turn(self, owner: str, *, locale: str, now: datetime) -> Tooling:
        raise ConnectionError("away")


def job() -> Job:
    talk = Conversation("c", "ana", "", NOW, NOW, "m", 0, TalkState())
    stored = StoredTurn("t", "c", "ana", "m-1", "tag", True, NOW, "what do I own?", "en")
    nothing: Any = None
    return Job(stored, Opened(talk, nothing), nothing, 0.0)


class TestPreparing:
    async def test_text_is_read_while_her_things_are_fetched_and_not_again(self) -> None:
        reads = Reads()
        ports = replace(Cast().ports(), understander=reads, toolboxes=SlowBoxes(reads.begun))

        turn, _, _ = await Preparing(ports).prepared(job())

        assert turn.understood.intent == "portfolio_value"
        assert reads.handed == "read: what do I own?"

    async def test_text_whose_reading_has_begun_is_not_read_again(self) -> None:
        reads = Reads()
        preparing = Preparing(replace(Cast().ports(), understander=reads))
        made = job()
        made.reading = preparing.read("what do I own, before anything is looked up?")

        await preparing.prepared(made)

        assert reads.handed == "read: what do I own, before anything is looked up?"

    async def test_reading_that_fails_is_told_to_whoever_waits_and_to_nobody_else(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Broken(Understands):
            def read(self, text: str) -> object:
                raise OSError("no model")

        preparing = Preparing(replace(Cast().ports(), understander=Broken()))
        made = job()
        made.reading = preparing.read("a")
        with pytest.raises(OSError, match="no model"):
            await preparing.prepared(made)
        given_up = preparing.read("b")
        await asyncio.wait({given_up})
        del given_up
        gc.collect()
        assert caplog.records == []

    @pytest.mark.parametrize(("plain", "reason"), [(True, "no_vectors"), (False, None)])
    async def test_a_text_read_without_vectors_is_told(
        self, plain: bool, reason: str | None
    ) -> None:
        class Plainly(Understands):
            def understand(self, text: str, **more: Any) -> Understood:
                return replace(super().understand(text, **more), plain=plain)

        made = job()
        await Preparing(replace(Cast().ports(), understander=Plainly())).prepared(made)
        assert made.meta["reason"] == reason

    async def test_store_that_is_away_is_what_is_told(self) -> None:
        ports = replace(Cast().ports(), toolboxes=BrokenBoxes())

        with pytest.raises(ConnectionError):
            await Preparing(ports).prepared(job())
