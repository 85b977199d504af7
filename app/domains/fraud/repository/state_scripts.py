"""The Lua programs of the entity state: one hash an entity, each program one round trip.

Fields: `e` the packed payments (app/ml/features/fraud_state.py), `r` the token of a rebuild
under way, `a<number>` what was recorded during it, `m<payment id>` a payment that was screened
and has not been settled yet, with its time in milliseconds.
"""

from typing import Final

from app.core.gate_scripts import Script
from app.ml.features.fraud import EVENTS_MAX
from app.ml.features.fraud_state import KEY, WIDTH

FIELDS_MAX = 600
"""Beyond this many fields something is wrong with an entity: it is forgotten and rebuilt."""

# Lua's own comparison of strings follows the server's locale, so bytes are compared here.
_PUT = f"""
local W, K, MAX = {WIDTH}, {KEY}, {EVENTS_MAX}
local function after(e, at, key)
  for i = 1, K do
    local a, b = e:byte(at + i), key:byte(i)
    if a ~= b then return a > b end
  end
  return false
end
local function put(e, rec, replace)
  local key, at = rec:sub(1, K), #e
  while at > 0 and after(e, at - W, key) do at = at - W end
  if at > 0 and e:sub(at - W + 1, at - W + K) == key then
    if not replace then return e end
    return e:sub(1, at - W) .. rec .. e:sub(at + 1)
  end
  e = e:sub(1, at) .. rec .. e:sub(at + 1)
  if #e > MAX * W then e = e:sub(#e - MAX * W + 1) end
  return e
end
"""

# ARGV: payment id, its time in ms, a token, seconds that a rebuild may take, 1 to mark it.
READ: Final = Script(f"""
local k = KEYS[1]
if redis.call('HLEN', k) > {FIELDS_MAX} then redis.call('DEL', k) end
local all, events, loading, marks = redis.call('HGETALL', k), false, false, {{}}
local mine = 'm' .. ARGV[1]
for i = 1, #all, 2 do
  local f = all[i]
  if f == 'e' then events = all[i + 1]
  elseif f == 'r' then loading = all[i + 1]
  elseif f ~= mine and f:byte(1) == 109 then
    marks[#marks + 1] = f:sub(2)
    marks[#marks + 1] = all[i + 1]
  end
end
if ARGV[5] == '0' then return {{events, false, marks}} end
redis.call('HSET', k, mine, ARGV[2])
if not events then
  if not loading then
    loading = ARGV[3]
    redis.call('HSET', k, 'r', loading)
  end
  redis.call('EXPIRE', k, ARGV[4])
end
return {{events, loading, marks}}
""")

# ARGV: token, packed payments, seconds to keep them. 0 when the store was emptied meanwhile.
STORE: Final = Script(
    _PUT
    + """
local k = KEYS[1]
if redis.call('HGET', k, 'r') ~= ARGV[1] then return 0 end
local e, all = ARGV[2], redis.call('HGETALL', k)
local gone = {'r'}
for i = 1, #all, 2 do
  if all[i]:byte(1) == 97 then
    gone[#gone + 1] = all[i]
    e = put(e, all[i + 1], true)
  end
end
redis.call('HSET', k, 'e', e)
redis.call('HDEL', k, unpack(gone))
redis.call('EXPIRE', k, ARGV[3])
return 1
"""
)

# ARGV: 1 to overwrite, seconds to keep, then payment id and record of each. A state that nobody
# keeps needs nothing: its next reader finds the payments in the database.
APPEND: Final = Script(
    _PUT
    + """
local k = KEYS[1]
local e, loading = redis.call('HGET', k, 'e'), redis.call('HEXISTS', k, 'r') == 1
if not e and not loading then return 0 end
for i = 3, #ARGV, 2 do
  if e then
    e = put(e, ARGV[i + 1], ARGV[1] == '1')
  else
    redis.call('HSET', k, 'a' .. ARGV[i + 1]:sub(1, K), ARGV[i + 1])
  end
  redis.call('HDEL', k, 'm' .. ARGV[i])
end
if e then
  redis.call('HSET', k, 'e', e)
  redis.call('EXPIRE', k, ARGV[2])
end
return 1
"""
)
