-- Opens an endpoint and resumes every batch that waits for a server. ARGV 2 its name.
redis.call('DEL', sharedKey('endpoint:' .. ARGV[2]), sharedKey('endpoint'))
for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
  if waitsForModel(id) then endPause(id, 'running') end
end
return 1
