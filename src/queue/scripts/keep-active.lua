-- Batches that wait for a person, or for their turn, live on however long that takes: what nobody has touched for a
-- tenth of its time is kept for all of it again. Returns how many were.
local kept = 0
for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
  local left = redis.call('TTL', batchKey(id, 'record'))
  if left >= 0 and left < ARGV[1] * 0.9 then
    touch(id)
    local fingerprint = redis.call('HGET', batchKey(id, 'record'), 'fingerprint')
    if fingerprint then redis.call('EXPIRE', sharedKey('fingerprint:' .. fingerprint), ARGV[1]) end
    kept = kept + 1
  end
end
return kept
