-- Pauses every running batch. ARGV 2 reason. The first reason and time stand until it is opened.
local endpoint = sharedKey('endpoint')
if redis.call('HSETNX', endpoint, 'reason', ARGV[2]) == 1 then
  redis.call('HSET', endpoint, 'sinceMs', nowMs())
end
local closed = redis.call('HMGET', endpoint, 'reason', 'sinceMs')
for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
  if stateOf(id) == 'running' then
    redis.call('HSET', batchKey(id, 'record'), 'state', 'paused', 'pauseReason', closed[1],
      'pauseSinceMs', closed[2])
    announceChange(id)
  end
end
return 1
