-- Records what became of a row. The lease's token must be current; the first outcome stays.
-- ARGV 2 id, 3 chunk, 4 token, 5 row index, 6 line, 7 outcome as JSON, 8 status, then
-- done: 9 prompt tokens, 10 completion tokens, 11 1 if cached, 12 ms at the model, 13 animated pictures;
-- failed: 9 code, 10 fault as JSON.
-- Returns { committed | already | refused, rows that the chunk still lacks }.
local id, chunk, index, status = ARGV[2], ARGV[3], ARGV[5], ARGV[8]
local record, tokens = batchKey(id, 'record'), batchKey(id, 'tokens')
if redis.call('HGET', tokens, chunk) ~= ARGV[4] then return { 'refused', -1 } end
if redis.call('HSETNX', batchKey(id, 'outcomes'), index, ARGV[7]) == 0 then
  return { 'already', tonumber(redis.call('HGET', tokens, chunk .. ':left')) }
end

local left = redis.call('HINCRBY', tokens, chunk .. ':left', -1)
moveRows(id, 'running', status, 1)

if status == 'done' then
  local sums = { 'promptTokens', 'completionTokens', 'cachedRows', 'modelMs', 'animatedPictures' }
  for position, sum in ipairs(sums) do
    redis.call('HINCRBY', record, sum, ARGV[8 + position])
  end
else
  local faults, code = batchKey(id, 'faults'), ARGV[9]
  if code == 'E_ROW_CRASHED_WORKER' then
    -- The row that it was is found: chunks that died beside it are trusted again.
    for _, field in ipairs(redis.call('HKEYS', tokens)) do
      if string.find(field, ':crashes$') then redis.call('HDEL', tokens, field) end
    end
  end
  if redis.call('HINCRBY', faults, code .. ':count', 1) == 1 then
    redis.call('HSET', faults, code .. ':lines', ARGV[6], code .. ':example', ARGV[10])
  else
    local lines = redis.call('HGET', faults, code .. ':lines')
    local _, commas = string.gsub(lines, ',', ',')
    if commas < 9 then redis.call('HSET', faults, code .. ':lines', lines .. ',' .. ARGV[6]) end
    if redis.call('HGET', faults, code .. ':example') ~= ARGV[10] then
      redis.call('HSET', faults, code .. ':varied', 1)
    end
  end
end
touch(id)

local now = redis.call('HMGET', record, 'pending', 'running', 'pauseReason')
if now[1] == '0' and now[2] == '0' then
  startFinishing(id)
elseif now[3] == 'rejected' and status == 'done' and ARGV[11] == '0' then
  -- The server takes this row, so the rejected ones are themselves to blame.
  letRun(id)
end
return { 'committed', left }
