-- Missed drops were looked for. ARGV 2 from when on, 3 from when on next time. Changes nothing where Redis was emptied
-- meanwhile or another process was faster.
local key = sharedKey('presence')
if redis.call('HGET', key, 'heardMs') ~= ARGV[2] then return 0 end
redis.call('HSET', key, 'heardMs', ARGV[3], 'sweptMs', nowMs())
return 1
