-- Opens an endpoint and resumes every batch that waits for a server. ARGV 2 its name.
redis.call('DEL', sharedKey('endpoint:' .. ARGV[2]), sharedKey('endpoint'))
-- Operators who were told of the outage are told of its end.
if redis.call('EXISTS', sharedKey('outage')) == 1 then redis.call('HSETNX', sharedKey('outage'), 'endedMs', nowMs()) end
for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
  if waitsForModel(id) then endPause(id, 'running') end
end
return 1
