-- The operators were told. ARGV 2 began or ended, 3 since when in ms, as claimed.
local outage = sharedKey('outage')
if redis.call('HGET', outage, 'sinceMs') ~= ARGV[3] then return 0 end
if ARGV[2] == 'ended' then return redis.call('DEL', outage) end
redis.call('HSET', outage, 'told', 1)
redis.call('HDEL', outage, 'holder', 'heldUntilMs')
return 1
