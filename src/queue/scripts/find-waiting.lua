-- The batches that have waited for a model server for so long, have answers, and were not told them in this
-- outage. ARGV 2 ms. Returns the ids.
local ids = {}
if redis.call('EXISTS', sharedKey('endpoint')) == 0 then return ids end
for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
  if waitsForModel(id) and nowMs() - waitsSinceMs(id) >= tonumber(ARGV[2]) then
    local fields = redis.call('HMGET', batchKey(id, 'record'), 'done', 'soFarMs', 'pauseSinceMs')
    if fields[1] ~= '0' and fields[2] ~= fields[3] then ids[#ids + 1] = id end
  end
end
return ids
