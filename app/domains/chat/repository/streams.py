"""A turn's events in Redis: one stream per turn for five minutes, and the word to stop it."""

from collections.abc import Sequence
from typing import Final

from app.core.gate import Gate
from app.core.gate_scripts import Script
from app.core.redis_wire import Argument
from app.domains.chat.turn_types import MAX_EVENTS, KeptEvent

TTL_S: Final = 300
READ_AT_ONCE: Final = 200

# An entry that is there already is refused by its id: sending a batch again adds nothing twice.
_APPEND: Final = Script(
    """
for i = 3, #ARGV, 3 do
  redis.pcall('XADD', KEYS[1], 'MAXLEN', ARGV[2], ARGV[i], 'n', ARGV[i + 1], 'd', ARGV[i + 2])
end
if #ARGV > 2 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return redis.call('EXISTS', KEYS[2])
"""
)
TIMEOUT_S: Final = 0.5


class Streams:
    """Keys hold the owner, who comes from the caller: nobody names another person's stream."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def append(self, owner: str, turn_id: str, events: Sequence[KeptEvent]) -> bool:
        """Keep events; tell whether the turn is to stop. Repeating it adds nothing.

        Raises GateUnavailableError.
        """
        args: list[Argument] = [TTL_S, MAX_EVENTS]
        for event in events:
            args += [f"1-{event.seq}", event.name, event.data]
        reply = await self._gate.eval(
            _APPEND, [_stream(owner, turn_id), _stop(owner, turn_id)], args
        )
        return reply == 1

    async def after(self, owner: str, turn_id: str, seq: int) -> list[KeptEvent] | None:
        """Return events after one, None when the stream is there no longer (or not yet).

        Raises GateUnavailableError.
        """
        key = _stream(owner, turn_id)
        reply = await self._gate.call(
            "XRANGE", key, f"1-{seq + 1}", "+", "COUNT", READ_AT_ONCE, timeout_s=TIMEOUT_S
        )
        assert isinstance(reply, list)  # noqa: S101 - XRANGE's reply
        if not reply:
            return [] if await self._gate.call("EXISTS", key) == 1 else None
        return [_event(entry) for entry in reply]

    async def ask_stop(self, owner: str, turn_id: str) -> None:
        """Tell whichever process runs the turn to stop it."""
        await self._gate.call("SET", _stop(owner, turn_id), 1, "EX", TTL_S)

    async def forget(self, owner: str, turn_ids: Sequence[str]) -> None:
        """Drop the events of turns: their conversation is deleted."""
        if turn_ids:
            await self._gate.call("DEL", *(_stream(owner, turn) for turn in turn_ids))


def _event(entry: object) -> KeptEvent:
    assert isinstance(entry, list)  # noqa: S101 - id and fields, by _APPEND
    at, fields = entry
    assert isinstance(at, bytes)  # noqa: S101 - by _APPEND
    assert isinstance(fields, list)  # noqa: S101 - by _APPEND
    _, name, _, data = fields
    return KeptEvent(int(at.partition(b"-")[2]), name.decode(), data)


def _stream(owner: str, turn_id: str) -> str:
    return f"{{u:{owner}}}:chat:events:{turn_id}"


def _stop(owner: str, turn_id: str) -> str:
    return f"{{u:{owner}}}:chat:stop:{turn_id}"
