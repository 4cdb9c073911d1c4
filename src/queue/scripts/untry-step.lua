-- Takes back the count of a try that was no fault of the step. ARGV 2 id, 3 step. Returns 1.
local record = batchKey(ARGV[2], 'record')
if tonumber(redis.call('HGET', record, 'tries:' .. ARGV[3]) or '0') > 0 then
  redis.call('HINCRBY', record, 'tries:' .. ARGV[3], -1)
end
return 1
