-- Stores an answer, drops those that are too old or beyond the bound, and ends the claim.
-- ARGV 2 key, 3 token, 4 packed answer, 5 seconds that answers are kept, 6 bytes of all of them.
-- Returns the bytes in use, what Redis itself needs for each answer included.
local answers, used, now = sharedKey('answers'), sharedKey('answers:used'), nowMs()
-- Measured with MEMORY USAGE on both keys, for names of 43 characters.
local overhead = 280
-- So that a bound that was lowered a lot does not hold Redis up.
local mostDropped = 1000

local function drop(key)
  local size = redis.call('HSTRLEN', answers, key)
  redis.call('ZREM', used, key)
  if redis.call('HDEL', answers, key) == 0 then return end
  redis.call('HINCRBY', answers, 'bytes', -(size + overhead))
end

-- Where it is lost when they were used, nothing would ever drop them.
if redis.call('EXISTS', used) == 0 then redis.call('UNLINK', answers) end
drop(ARGV[2])
redis.call('HSET', answers, ARGV[2], ARGV[4])
redis.call('ZADD', used, now, ARGV[2])
local bytes = redis.call('HINCRBY', answers, 'bytes', #ARGV[4] + overhead)

for _ = 1, mostDropped do
  local oldest = redis.call('ZRANGE', used, 0, 0, 'WITHSCORES')
  local isOld = tonumber(oldest[2]) <= now - ARGV[5] * 1000
  if not isOld and bytes <= tonumber(ARGV[6]) then break end
  drop(oldest[1])
  bytes = tonumber(redis.call('HGET', answers, 'bytes'))
  if bytes == 0 then break end
end
redis.call('EXPIRE', answers, ARGV[5])
redis.call('EXPIRE', used, ARGV[5])

local claim = sharedKey('answering:' .. ARGV[2])
if redis.call('GET', claim) == ARGV[3] then redis.call('DEL', claim) end
return bytes
