-- Gives out a chunk of the running batch that has the fewest rows in flight; among equals, of the one that was
-- leased from longest ago.
-- ARGV 2 ms of the lease, 3 its token, 4 rows a chunk, 5 1 to take back leases that have expired, then the ids
-- of batches to leave out.
-- Returns false, or { id, chunk, packed rows, crashes, index of each row without an outcome… }. A chunk whose
-- holders have died is given out row by row, and crashes says how often this row was at work then; else -1.
local now, size = nowMs(), tonumber(ARGV[4])
local trustedCrashes = 1
local leftOut = {}
for argument = 6, #ARGV do leftOut[ARGV[argument]] = true end
-- Whoever takes nothing back for now is to hear for how long Redis takes no writes, also where nothing is to be leased.
if ARGV[5] ~= '1' then redis.call('SET', sharedKey('probe'), 'written', 'PX', 60000) end

-- A holder died or stood still. What it gives back itself does not come here.
local function noteCrash(id, chunk)
  local tokens = batchKey(id, 'tokens')
  redis.call('HINCRBY', tokens, chunk .. ':crashes', 1)
  local started = redis.call('HGET', tokens, chunk .. ':started')
  if started then redis.call('HINCRBY', tokens, 'row:' .. started, 1) end
end

-- Whether there were any.
local function reclaimExpired(id)
  local expired = redis.call('ZRANGEBYSCORE', batchKey(id, 'leases'), '-inf', now)
  for _, chunk in ipairs(expired) do
    noteCrash(id, chunk)
    giveBack(id, chunk)
  end
  tally('leasesExpired', #expired)
  -- The set of pending chunks may have been made anew.
  if #expired > 0 then touch(id) end
  return #expired > 0
end

-- Chunks that nobody holds, whatever the counters say. Where no chunk is left at all although the batch runs, rows
-- were lost or counted wrong: whoever is to finish it finds out.
local function countOpen(id)
  local open = redis.call('ZCARD', batchKey(id, 'pending'))
  if open == 0 and redis.call('ZCARD', batchKey(id, 'leases')) == 0 then startFinishing(id) end
  return open
end

local function look(id)
  return unpack(redis.call('HMGET', batchKey(id, 'record'), 'state', 'pending', 'running', 'leasedAt'))
end

-- The batch whose turn it is. Expired leases are taken back of every batch, since whoever has room for one may
-- be another process.
local function choose()
  local chosen, fewest, earliest
  for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
    local state, pending, running, leased = look(id)
    if state == 'running' then
      if ARGV[5] == '1' and reclaimExpired(id) then
        state, pending, running, leased = look(id)
      end
      pending = countOpen(id)
      running, leased = tonumber(running), tonumber(leased or '0')
      local isOlder = leased == earliest and tonumber(id) < tonumber(chosen)
      local isEarlier = running == fewest and (leased < earliest or isOlder)
      local isWanted = not leftOut[id] and tonumber(pending) > 0
      if isWanted and (not chosen or running < fewest or isEarlier) then
        chosen, fewest, earliest = id, running, leased
      end
    elseif state == false then
      redis.call('SREM', sharedKey('active'), id)
    end
  end
  return chosen
end

-- The batch's first chunk that nobody holds. What has lost its rows is nobody's work any more; so many of them are
-- passed over at a time that nobody waits for it.
local function findChunk(id)
  for _ = 1, 500 do
    local chunk = redis.call('ZRANGE', batchKey(id, 'pending'), 0, 0)[1]
    local rows = chunk and redis.call('HGET', batchKey(id, 'chunks'), chunk)
    if rows or not chunk then return chunk, rows end
    redis.call('ZREM', batchKey(id, 'pending'), chunk)
  end
end

local chosen, chunk, rows
repeat
  chosen = choose()
  if not chosen then return false end
  chunk, rows = findChunk(chosen)
  if not rows then leftOut[chosen] = true end
until rows

local first = chunk * size
local last = math.min(first + size, tonumber(redis.call('HGET', batchKey(chosen, 'record'), 'total'))) - 1
local tokens = batchKey(chosen, 'tokens')
local isWatched = tonumber(redis.call('HGET', tokens, chunk .. ':crashes') or '0') > trustedCrashes
local reply, left = { chosen, chunk, rows, -1 }, 0
for index = first, last do
  if redis.call('HEXISTS', batchKey(chosen, 'outcomes'), index) == 0 then
    left = left + 1
    if left == 1 or not isWatched then reply[#reply + 1] = index end
  end
end
if isWatched and left > 0 then reply[4] = tonumber(redis.call('HGET', tokens, 'row:' .. reply[5]) or '0') end
redis.call('ZREM', batchKey(chosen, 'pending'), chunk)
redis.call('ZADD', batchKey(chosen, 'leases'), now + ARGV[2], chunk)
redis.call('HSET', tokens, chunk, ARGV[3], chunk .. ':left', left)
local time = redis.call('TIME')
redis.call('HSET', batchKey(chosen, 'record'), 'leasedAt', time[1] .. string.format('%06d', time[2]))
moveRows(chosen, 'pending', 'running', left)
touch(chosen)
return reply
