-- Counts a try of a step before it begins: what its process does not take back has met a bug or has killed it.
-- ARGV 2 id, 3 step, 4 tries that it has, 5 ms between all further ones, or '' for none. Returns 1 if it may begin.
local id, step, record = ARGV[2], ARGV[3], batchKey(ARGV[2], 'record')
-- The step itself knows what to do without a batch.
if redis.call('EXISTS', record) == 0 then return 1 end
local fields = redis.call('HMGET', record, 'tries:' .. step, 'tried:' .. step)
if tonumber(fields[1] or '0') >= tonumber(ARGV[4]) then
  if ARGV[5] == '' then return 0 end
  if redis.call('HSETNX', record, 'stuckMs', nowMs()) == 1 then announceChange(id) end
  if nowMs() - tonumber(fields[2] or '0') < tonumber(ARGV[5]) then return 0 end
end
redis.call('HSET', record, 'tried:' .. step, nowMs())
redis.call('HINCRBY', record, 'tries:' .. step, 1)
return 1
