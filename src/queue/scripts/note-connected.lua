-- A bot is connected to Slack now. ARGV 2 how long none must have been for that to be told, in ms. Returns the time,
-- from when on drops may have been missed, and when they were last looked for (0 where never).
local key = sharedKey('presence')
local now = nowMs()
local last = redis.call('HGET', key, 'connectedMs')
if last and now - last > tonumber(ARGV[2]) then
  redis.call('HSET', key, 'absentFromMs', last, 'absentToMs', now)
end
redis.call('HSET', key, 'connectedMs', now)
redis.call('HSETNX', key, 'heardMs', now)
redis.call('EXPIRE', key, ARGV[1])
local marks = redis.call('HMGET', key, 'heardMs', 'sweptMs')
return { now, tonumber(marks[1]), tonumber(marks[2] or 0) }
