-- Sets a field of a batch that exists. ARGV 2 id, 3 field, 4 value.
local record = batchKey(ARGV[2], 'record')
if redis.call('EXISTS', record) == 0 then return 0 end
redis.call('HSET', record, ARGV[3], ARGV[4])
announceChange(ARGV[2])
return 1
