"""The Lua programs of the gate, and the rate limits they count.

Rates are counted by GCRA (generic cell rate algorithm, ATM Forum TM 4.0, as a virtual
schedule): one number per key, the theoretical arrival time. The clock is the server's, so
several API processes agree, and a limit is never counted in two places.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Final

# Shared by both programs. Checks every limit first and counts only when all allow, so a
# refused call never uses up another limit. Times are microseconds (exact below 2^53).
_GCRA = """
local function admit(first, n, at)
  local t = redis.call('TIME')
  local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
  local wait, left, next_tat = 0, nil, {}
  for i = 0, n - 1 do
    local step = tonumber(ARGV[at + 2 * i])
    local room = step * tonumber(ARGV[at + 2 * i + 1])
    local tat = math.max(tonumber(redis.call('GET', KEYS[first + i]) or 0), now) + step
    local over = tat - room - now
    if over > wait then wait = over end
    local free = math.floor((room - (tat - now)) / step)
    if left == nil or free < left then left = free end
    next_tat[i] = tat
  end
  if wait > 0 then return 0, wait, 0 end
  for i = 0, n - 1 do
    local ms = math.ceil((next_tat[i] - now) / 1000)
    redis.call('SET', KEYS[first + i], string.format('%.0f', next_tat[i]), 'PX', ms)
  end
  return 1, 0, left
end
"""

_CHECK = (
    _GCRA
    + """
local n = tonumber(ARGV[1])
local session = redis.call('GET', KEYS[1])
local ok, wait, left = admit(2, n, 2)
local body = false
if ok == 1 and session and KEYS[n + 2] then body = redis.call('GET', KEYS[n + 2]) end
return {session, ok, wait, left, body}
"""
)

_LIMIT = (
    _GCRA
    + """
local ok, wait, left = admit(1, #KEYS, 1)
return {ok, wait, left}
"""
)


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua program, called by its SHA-1 once the server knows it."""

    body: str
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha1(self.body.encode(), usedforsecurity=False).hexdigest()
        object.__setattr__(self, "sha", digest)


CHECK: Final = Script(_CHECK)
LIMIT: Final = Script(_LIMIT)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`count` calls per `period_s`, of which `burst` may come at once.

    `also` is a second, longer window that must allow the call too (money: 1/s and 60/h).
    """

    name: str
    count: int
    period_s: float
    burst: int
    also: "RateLimit | None" = None
    names: tuple[str, ...] = field(init=False, compare=False, repr=False)
    """The names of all windows, this one first; computed once, read on every request."""
    args: tuple[int, ...] = field(init=False, compare=False, repr=False)
    """(microseconds between calls, burst) of each window: what the programs count with."""

    def __post_init__(self) -> None:
        names, mine = (self.name,), self.numbers()
        more = self.also
        object.__setattr__(self, "names", names + (more.names if more else ()))
        object.__setattr__(self, "args", mine + (more.args if more else ()))

    def numbers(self) -> tuple[int, int]:
        """Return (microseconds between calls, burst) of this window alone."""
        return round(self.period_s * 1_000_000 / self.count), self.burst
