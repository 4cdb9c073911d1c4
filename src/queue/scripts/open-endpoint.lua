-- Resumes every paused batch. No arguments.
redis.call('DEL', sharedKey('endpoint'))
for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
  if stateOf(id) == 'paused' then
    redis.call('HSET', batchKey(id, 'record'), 'state', 'running')
    redis.call('HDEL', batchKey(id, 'record'), 'pauseReason', 'pauseSinceMs')
    announceChange(id)
  end
end
return 1
