"""An engine is read at a pace that leaves others their turn."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.domains.chat.talk_types import EventName, TalkEvent
from app.domains.chat.usecases.pacing import Pace, paced

pytestmark = pytest.mark.row("CH1")


class TestPaced:
    async def test_who_reads_hears_of_an_item_before_the_engine_goes_on(self) -> None:
        order: list[str] = []
        heard = asyncio.Event()

        async def reader() -> None:
            for _ in range(3):
                await heard.wait()
                heard.clear()
                order.append("heard")

        async def engine() -> AsyncIterator[TalkEvent]:
            for _ in range(3):
                order.append("made")
                yield TalkEvent(EventName.DELTA, {"op": "append", "text": "word "})

        reading = asyncio.create_task(reader())
        await asyncio.sleep(0)
        async for _ in paced(engine(), Pace(10.0, None, 10.0)):
            heard.set()
        await reading

        assert order == ["made", "heard"] * 3
