-- Prepended to every script, after the key names. KEYS[1] prefix, ARGV[1] seconds that keys live.

local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function touch(id)
  for _, part in ipairs(batchParts) do
    if part ~= 'speaker' then redis.call('EXPIRE', batchKey(id, part), ARGV[1]) end
  end
end

local function stateOf(id)
  return redis.call('HGET', batchKey(id, 'record'), 'state')
end

local function announceChange(id)
  redis.call('PUBLISH', sharedKey('changed'), id)
end

-- The one way for rows to change their state, so that the sum of the counters stays the total.
local function moveRows(id, from, to, rows)
  if rows == 0 then return end
  redis.call('HINCRBY', batchKey(id, 'record'), from, -rows)
  redis.call('HINCRBY', batchKey(id, 'record'), to, rows)
end

local function startFinishing(id)
  local record = batchKey(id, 'record')
  redis.call('HSET', record, 'state', 'finishing')
  redis.call('HDEL', record, 'pauseReason', 'pauseSinceMs')
  redis.call('PUBLISH', sharedKey('due'), 'finish:' .. id)
  announceChange(id)
end

local function markEnded(id, state)
  redis.call('HSET', batchKey(id, 'record'), 'state', state, 'endedMs', nowMs())
  redis.call('SREM', sharedKey('active'), id)
  local fingerprint = redis.call('HGET', batchKey(id, 'record'), 'fingerprint')
  if fingerprint then
    local claim = sharedKey('fingerprint:' .. fingerprint)
    if redis.call('GET', claim) == id then redis.call('DEL', claim) end
  end
  touch(id)
  announceChange(id)
end

-- Ends a lease; its rows without an outcome are pending again.
local function giveBack(id, chunk)
  local tokens = batchKey(id, 'tokens')
  local left = tonumber(redis.call('HGET', tokens, chunk .. ':left') or '0')
  redis.call('HDEL', tokens, chunk, chunk .. ':left')
  redis.call('ZREM', batchKey(id, 'leases'), chunk)
  if left > 0 then redis.call('ZADD', batchKey(id, 'pending'), chunk, chunk) end
  moveRows(id, 'running', 'pending', left)
end
