"""Lets an engine write a refused sentence once more, before another engine answers instead."""

import asyncio
from collections.abc import Callable
from typing import Final

from app.domains.chat.errors import EngineError
from app.domains.chat.evidence_types import Status
from app.domains.chat.talk_types import Turn
from app.domains.chat.turn_ports import Gate, Mend, Refused
from app.domains.chat.usecases.speaking import Speaker

MEND_S: Final = 4.0
_SPANS_MAX: Final = 10


async def mended(speaker: Speaker, mend: Mend | None, turn: Turn, gate: Callable[[], Gate]) -> None:
    """Replace each sentence that was refused just now; what stays refused stays out.

    The engine is told which figures failed, never other values, and has 4 s for a sentence.
    """
    while (refused := speaker.refusal) is not None:
        steps = None
        if mend is not None:
            try:
                async with asyncio.timeout(MEND_S):
                    text = await mend(turn, refused.text.strip(), _untraced(refused))
                judge = gate()
                steps = [*judge.push(_in_place(refused.text, text)), *judge.finish()]
            except (TimeoutError, EngineError):
                steps = None
        speaker.replace(steps)


def _untraced(refused: Refused) -> list[str]:
    claims = () if refused.verdict is None else refused.verdict.claims
    bad = [one.text for one in claims if one.status in (Status.UNGROUNDED, Status.UNPARSEABLE)]
    return bad[:_SPANS_MAX]


def _in_place(old: str, new: str) -> str:
    """Return a sentence with the blanks around it that the old one had."""
    if not new:
        return ""
    body = old.strip()
    at = old.find(body)
    return old[:at] + new + old[at + len(body) :]
