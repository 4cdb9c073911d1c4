-- Prepended to every script, after the key names. KEYS[1] prefix, ARGV[1] seconds that keys live.

local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Parts that need not last as long as their batch have a time of their own.
local ownTimes = { speaker = true, mistakes = true, soFar = true }

local function touch(id)
  for _, part in ipairs(batchParts) do
    if not ownTimes[part] then redis.call('EXPIRE', batchKey(id, part), ARGV[1]) end
  end
end

local function stateOf(id)
  return redis.call('HGET', batchKey(id, 'record'), 'state')
end

-- Counts over all processes, for whoever watches.
local function tally(what, count)
  if count == 0 then return end
  redis.call('HINCRBY', sharedKey('tallies'), what, count)
  redis.call('EXPIRE', sharedKey('tallies'), ARGV[1])
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

local function pauseFor(id, reason, sinceMs)
  local record = batchKey(id, 'record')
  redis.call('HSET', record, 'state', 'paused', 'pauseReason', reason, 'pauseSinceMs', sinceMs,
    'waitsSinceMs', nowMs())
  redis.call('HDEL', record, 'pauseBy', 'pauseFault')
  announceChange(id)
end

local function endPause(id, state)
  redis.call('HSET', batchKey(id, 'record'), 'state', state)
  redis.call('HDEL', batchKey(id, 'record'), 'pauseReason', 'pauseSinceMs', 'waitsSinceMs', 'pauseBy',
    'pauseFault')
  announceChange(id)
end

local function waitsFor(id, reason)
  local fields = redis.call('HMGET', batchKey(id, 'record'), 'state', 'pauseReason')
  return fields[1] == 'paused' and fields[2] == reason
end

local function waitsForModel(id)
  return waitsFor(id, 'model-away') or waitsFor(id, 'model-misconfigured')
end

-- Since when this batch waits, and not since when others do.
local function waitsSinceMs(id)
  local fields = redis.call('HMGET', batchKey(id, 'record'), 'waitsSinceMs', 'pauseSinceMs')
  return tonumber(fields[1] or fields[2])
end

-- How many batches of each person run, or would if the model server were there.
local function countRunning()
  local running = {}
  for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
    local owner = redis.call('HGET', batchKey(id, 'record'), 'owner')
    local isRunning = stateOf(id) == 'running' or waitsForModel(id)
    if owner and isRunning then running[owner] = (running[owner] or 0) + 1 end
  end
  return running
end

-- False while as many batches of its person run as may.
local function hasTurn(id, running)
  local own = redis.call('HMGET', batchKey(id, 'record'), 'owner', 'batchesPerPerson')
  return not own[1] or not own[2] or (running[own[1]] or 0) < tonumber(own[2])
end

-- What no person holds up runs, unless it has to wait for its turn or for the model server.
local function letRun(id, running)
  local closed = redis.call('HMGET', sharedKey('endpoint'), 'reason', 'sinceMs')
  if not hasTurn(id, running or countRunning()) then
    pauseFor(id, 'turn', nowMs())
  elseif closed[1] then
    pauseFor(id, closed[1], closed[2])
  else
    endPause(id, 'running')
  end
end

-- Some batch does not run any more: others of its person may.
local function letNext()
  local running, waiting = countRunning(), {}
  for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
    if waitsFor(id, 'turn') then waiting[#waiting + 1] = id end
  end
  table.sort(waiting, function(a, b) return tonumber(a) < tonumber(b) end)
  for _, id in ipairs(waiting) do
    if hasTurn(id, running) then
      letRun(id, running)
      local owner = redis.call('HGET', batchKey(id, 'record'), 'owner')
      running[owner] = (running[owner] or 0) + 1
    end
  end
end

local function startFinishing(id)
  endPause(id, 'finishing')
  redis.call('HSET', batchKey(id, 'record'), 'finishingMs', nowMs())
  redis.call('PUBLISH', sharedKey('due'), 'finish:' .. id)
  letNext()
end

-- Every row without an outcome is cancelled; the others are delivered.
local function cancelRows(id)
  for _, from in ipairs({ 'pending', 'running' }) do
    local rows = tonumber(redis.call('HGET', batchKey(id, 'record'), from))
    moveRows(id, from, 'cancelled', rows)
    tally('rowsCancelled', rows)
  end
  redis.call('UNLINK', batchKey(id, 'pending'), batchKey(id, 'leases'), batchKey(id, 'tokens'))
  startFinishing(id)
end

-- Whether the batch is still to be finished, and its rows are counted anew by whoever has this token.
local function isCounted(id, token)
  return stateOf(id) == 'finishing' and redis.call('HGET', batchKey(id, 'record'), 'recheckToken') == token
end

-- Takes a batch's rows off its person's count of the day.
local function returnRows(id)
  local record = batchKey(id, 'record')
  local charged = redis.call('HMGET', record, 'chargedTo', 'chargedRows')
  if charged[1] and redis.call('EXISTS', charged[1]) == 1 then
    redis.call('DECRBY', charged[1], charged[2])
  end
  redis.call('HDEL', record, 'chargedTo', 'chargedRows')
end

-- A retry that was not begun may be asked for again.
local function forgetRetry(id)
  local drop = cjson.decode(redis.call('HGET', batchKey(id, 'record'), 'drop'))
  local claim = sharedKey('once:drop:' .. drop.key)
  if drop.retryOf and redis.call('GET', claim) == id then redis.call('DEL', claim) end
end

local function markEnded(id, state)
  if stateOf(id) == 'reading' then forgetRetry(id) end
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
  redis.call('HDEL', tokens, chunk, chunk .. ':left', chunk .. ':started')
  redis.call('ZREM', batchKey(id, 'leases'), chunk)
  if left > 0 then redis.call('ZADD', batchKey(id, 'pending'), chunk, chunk) end
  moveRows(id, 'running', 'pending', left)
end
