-- Closes an endpoint, and pauses every running batch where none is left open.
-- ARGV 2 reason, 3 its name, then the names of all endpoints that the caller knows. The first reason and
-- time stand until it is opened. Returns 1 where none is left open.
local function isClosed(name) return redis.call('EXISTS', sharedKey('endpoint:' .. name)) == 1 end
local function note(key)
  if redis.call('HSETNX', key, 'reason', ARGV[2]) == 1 then
    redis.call('HSET', key, 'sinceMs', nowMs())
  end
end

local own = sharedKey('endpoint:' .. ARGV[3])
note(own)
-- One that nobody has in its settings any more is forgotten.
redis.call('EXPIRE', own, ARGV[1])
for argument = 4, #ARGV do
  if not isClosed(ARGV[argument]) then return 0 end
end

local paused = sharedKey('endpoint')
note(paused)
local pause = redis.call('HMGET', paused, 'reason', 'sinceMs')
for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
  if stateOf(id) == 'running' then pauseFor(id, pause[1], pause[2]) end
end
return 1
