-- reading -> running, or paused while the endpoint is closed. Returns 1, or 0 if the batch is no longer read.
-- ARGV 2 id, 3 rows, 4 rows a chunk, 5 table, 6 summary, 7 recipe, 8 file hash,
-- 9 1 if the message's text is not used.
local id, total, size = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local record = batchKey(id, 'record')
if stateOf(id) ~= 'reading' then return 0 end

local chunks = math.ceil(total / size)
if redis.call('HLEN', batchKey(id, 'chunks')) < chunks then
  return redis.error_reply('CHUNKS_MISSING of batch ' .. id)
end
for chunk = 0, chunks - 1 do redis.call('ZADD', batchKey(id, 'pending'), chunk, chunk) end
redis.call('HSET', record, 'table', ARGV[5], 'summary', ARGV[6], 'recipe', ARGV[7], 'fileHash', ARGV[8],
  'textIgnored', ARGV[9])
redis.call('HSET', record, 'state', 'running', 'total', total, 'pending', total, 'startedMs', nowMs())

local closed = redis.call('HMGET', sharedKey('endpoint'), 'reason', 'sinceMs')
if total == 0 then
  startFinishing(id)
elseif closed[1] then
  redis.call('HSET', record, 'state', 'paused', 'pauseReason', closed[1], 'pauseSinceMs', closed[2])
end
touch(id)
announceChange(id)
return 1
