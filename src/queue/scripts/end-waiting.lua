-- Ends batches that have waited for a model server too long: their rows without an outcome are cancelled. So many of
-- them at a time that Redis answers others meanwhile. ARGV 2 ms, 3 fault as JSON. Returns the ids.
local most, ids = 20, {}
if redis.call('EXISTS', sharedKey('endpoint')) == 0 then return ids end
for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
  if #ids < most and waitsForModel(id) and nowMs() - waitsSinceMs(id) >= tonumber(ARGV[2]) then
    redis.call('HSET', batchKey(id, 'record'), 'fault', ARGV[3])
    cancelRows(id)
    touch(id)
    redis.call('PUBLISH', sharedKey('cancelled'), id)
    ids[#ids + 1] = id
  end
end
return ids
