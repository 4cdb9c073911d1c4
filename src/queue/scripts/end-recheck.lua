-- Puts a batch's counters right, as they were counted: it is finished then, or its rows without an outcome run.
-- ARGV 2 id, 3 token of the count, 4 rows, 5 done, 6 failed, 7 without an outcome, 8 1 where it was stopped, so
-- that these are cancelled, then fields and values of its faults. Returns 1, or 0 where another counts it or
-- somebody has ended it.
local id, left = ARGV[2], tonumber(ARGV[7])
local record, faults = batchKey(id, 'record'), batchKey(id, 'faults')
if not isCounted(id, ARGV[3]) then return 0 end
local isStopped = ARGV[8] == '1'
redis.call('HSET', record, 'total', ARGV[4], 'done', ARGV[5], 'failed', ARGV[6], 'running', 0,
  'pending', isStopped and 0 or left, 'cancelled', isStopped and left or 0)
redis.call('DEL', faults)
for argument = 9, #ARGV, 2 do redis.call('HSET', faults, ARGV[argument], ARGV[argument + 1]) end
redis.call('HDEL', record, 'recheckToken', 'stuckMs')
redis.call('HINCRBY', record, 'rechecks', 1)
tally('failedChecks', 1)
if left > 0 and not isStopped then
  redis.call('HSET', record, 'recheckedRows', left)
  letRun(id)
else
  redis.call('HDEL', record, 'recheckedRows')
  startFinishing(id)
end
touch(id)
return 1
