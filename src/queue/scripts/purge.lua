-- Removes everything of a batch that has ended, but for the claim of its message: that tells a batch that was
-- deleted from one that Redis has lost, and keeps the message from starting another. ARGV 2 id. Returns purged,
-- active or unknown.
local id = ARGV[2]
local record = batchKey(id, 'record')
local state = stateOf(id)
if not state then return 'unknown' end
if state ~= 'done' and state ~= 'cancelled' and state ~= 'refused' then return 'active' end

local drop = cjson.decode(redis.call('HGET', record, 'drop'))
local fingerprint = redis.call('HGET', record, 'fingerprint')
local claim = fingerprint and sharedKey('fingerprint:' .. fingerprint)
if claim and redis.call('GET', claim) == id then redis.call('DEL', claim) end
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
