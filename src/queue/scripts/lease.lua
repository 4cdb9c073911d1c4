-- Gives out a chunk of the running batch that has the fewest rows in flight.
-- ARGV 2 ms of the lease, 3 its token, 4 rows a chunk, 5 1 to take back leases that have expired.
-- Returns false, or { id, chunk, packed rows, index of each row without an outcome… }.
local now, size = nowMs(), tonumber(ARGV[4])

local function reclaimExpired(id)
  for _, chunk in ipairs(redis.call('ZRANGEBYSCORE', batchKey(id, 'leases'), '-inf', now)) do
    giveBack(id, chunk)
  end
end

local chosen, fewest
for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
  local state = stateOf(id)
  if not state then
    redis.call('SREM', sharedKey('active'), id)
  elseif state == 'running' then
    if ARGV[5] == '1' then reclaimExpired(id) end
    local counts = redis.call('HMGET', batchKey(id, 'record'), 'running', 'pending')
    local running, pending = tonumber(counts[1]), tonumber(counts[2])
    local older = running == fewest and tonumber(id) < tonumber(chosen)
    if pending > 0 and (not chosen or running < fewest or older) then
      chosen, fewest = id, running
    end
  end
end
if not chosen then return false end

local chunk = redis.call('ZRANGE', batchKey(chosen, 'pending'), 0, 0)[1]
local rows = chunk and redis.call('HGET', batchKey(chosen, 'chunks'), chunk)
if not rows then return redis.error_reply('CHUNK_MISSING of batch ' .. chosen) end

local first = chunk * size
local last = math.min(first + size, tonumber(redis.call('HGET', batchKey(chosen, 'record'), 'total'))) - 1
local reply, left = { chosen, chunk, rows }, 0
for index = first, last do
  if redis.call('HEXISTS', batchKey(chosen, 'outcomes'), index) == 0 then
    left = left + 1
    reply[#reply + 1] = index
  end
end
redis.call('ZREM', batchKey(chosen, 'pending'), chunk)
redis.call('ZADD', batchKey(chosen, 'leases'), now + ARGV[2], chunk)
redis.call('HSET', batchKey(chosen, 'tokens'), chunk, ARGV[3], chunk .. ':left', left)
moveRows(chosen, 'pending', 'running', left)
touch(chosen)
return reply
