-- reading -> running, or paused: for an operator, for its turn, or while the endpoint is closed.
-- Returns 1, or 0 if the batch is no longer read.
-- ARGV 2 id, 3 rows, 4 rows a chunk, 5 table, 6 summary, 7 recipe, 8 file hash,
-- 9 1 if the message's text is not used, 10 1 if an operator is asked, 11 seconds that it may take or '',
-- 12 batches of one person that may run or '', 13 rows whose outcome was carried over, 14 nonce of the call.
local id, total, size = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local record = batchKey(id, 'record')
if stateOf(id) ~= 'reading' then
  -- The same call sent again after its reply was lost has started it.
  return redis.call('HGET', record, 'startNonce') == ARGV[14] and 1 or 0
end

local chunks = math.ceil(total / size)
if redis.call('HLEN', batchKey(id, 'chunks')) < chunks then
  return redis.error_reply('CHUNKS_MISSING of batch ' .. id)
end
local carried = tonumber(ARGV[13])
-- Many at a time: one by one those of a million rows would hold Redis up for a tenth of a second.
local outcomes, added = batchKey(id, 'outcomes'), {}
local function addPending()
  if #added > 0 then redis.call('ZADD', batchKey(id, 'pending'), unpack(added)) end
  added = {}
end
for chunk = 0, chunks - 1 do
  local isCarried = carried > 0 and redis.call('HEXISTS', outcomes, 'c' .. chunk) == 1
  if not isCarried then
    added[#added + 1] = chunk
    added[#added + 1] = chunk
  end
  if #added >= 1000 then addPending() end
end
addPending()
redis.call('HSET', record, 'table', ARGV[5], 'summary', ARGV[6], 'recipe', ARGV[7], 'fileHash', ARGV[8],
  'textIgnored', ARGV[9])
redis.call('HSET', record, 'total', total, 'pending', total - carried, 'done', carried, 'carriedRows', carried,
  'startedMs', nowMs(), 'startNonce', ARGV[14])
if ARGV[11] ~= '' then redis.call('HSET', record, 'estimateSeconds', ARGV[11]) end
if ARGV[12] ~= '' then redis.call('HSET', record, 'batchesPerPerson', ARGV[12]) end

local retried = cjson.decode(redis.call('HGET', record, 'drop')).retryOf
if retried and stateOf(retried.id) then
  redis.call('HSET', batchKey(retried.id, 'record'), 'retriedAs', id, 'retriedBy', retried.by)
  -- Its thread has something to tell once more.
  redis.call('SADD', sharedKey('unsettled'), retried.id)
  touch(retried.id)
  announceChange(retried.id)
end

if total == carried then
  startFinishing(id)
elseif ARGV[10] == '1' then
  pauseFor(id, 'approval', nowMs())
else
  letRun(id)
end
touch(id)
return 1
