-- Removes everything of a batch that has ended. ARGV 2 id. Returns purged, active or unknown.
local id = ARGV[2]
local record = batchKey(id, 'record')
local state = stateOf(id)
if not state then return 'unknown' end
if state ~= 'done' and state ~= 'cancelled' and state ~= 'refused' then return 'active' end

local drop = cjson.decode(redis.call('HGET', record, 'drop'))
local fingerprint = redis.call('HGET', record, 'fingerprint')
local claims = { sharedKey('once:drop:' .. drop.key) }
if fingerprint then claims[2] = sharedKey('fingerprint:' .. fingerprint) end
for _, claim in ipairs(claims) do
  if redis.call('GET', claim) == id then redis.call('DEL', claim) end
end
-- The rows that it had once more may be asked for again.
local retried = drop.retryOf and batchKey(drop.retryOf.id, 'record')
if retried and redis.call('HGET', retried, 'retriedAs') == id then
  redis.call('HDEL', retried, 'retriedAs', 'retriedBy')
  redis.call('SADD', sharedKey('unsettled'), drop.retryOf.id)
  announceChange(drop.retryOf.id)
end
for _, part in ipairs(batchParts) do redis.call('UNLINK', batchKey(id, part)) end
redis.call('SREM', sharedKey('active'), id)
redis.call('SREM', sharedKey('unsettled'), id)
redis.call('ZREM', sharedKey('team:' .. drop.team), id)
announceChange(id)
return 'purged'
