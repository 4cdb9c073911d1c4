-- Resumes every batch that waits for the model server. No arguments.
redis.call('DEL', sharedKey('endpoint'))
for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
  if waitsForModel(id) then endPause(id, 'running') end
end
return 1
