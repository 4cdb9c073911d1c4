-- Ends every batch that has waited for a model server too long: its rows without an outcome are cancelled.
-- ARGV 2 ms, 3 fault as JSON. Returns the ids.
local ids = {}
if redis.call('EXISTS', sharedKey('endpoint')) == 0 then return ids end
for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
  if waitsForModel(id) and nowMs() - waitsSinceMs(id) >= tonumber(ARGV[2]) then
    redis.call('HSET', batchKey(id, 'record'), 'fault', ARGV[3])
    cancelRows(id)
    touch(id)
    redis.call('PUBLISH', sharedKey('cancelled'), id)
    ids[#ids + 1] = id
  end
end
return ids
