-- Records what a message asks for, once a key.
-- ARGV 2 key, 3 nonce of the call, 4 drop as JSON, 5 team, 6 person.
-- Returns { id, 1 if this call created it }. The nonce keeps a command that was sent again apart from a double.
local known = sharedKey('once:drop:' .. ARGV[2])
local id = redis.call('GET', known)
local isThere = id and redis.call('EXISTS', batchKey(id, 'record')) == 1
-- A claim outlives its batch only where that was deleted; a retry may be asked for once more.
if id and (isThere or not cjson.decode(ARGV[4]).retryOf) then
  local nonce = redis.call('HGET', batchKey(id, 'record'), 'nonce')
  return { id, nonce == ARGV[3] and 1 or 0 }
end

id = tostring(redis.call('INCR', sharedKey('ids')))
local now = nowMs()
redis.call('SET', known, id, 'EX', ARGV[1])
redis.call('HSET', batchKey(id, 'record'), 'state', 'reading', 'drop', ARGV[4], 'nonce', ARGV[3],
  'owner', ARGV[5] .. ':' .. ARGV[6], 'language', 'en', 'createdMs', now,
  'total', 0, 'pending', 0, 'running', 0, 'done', 0, 'failed', 0, 'cancelled', 0)
redis.call('SADD', sharedKey('active'), id)
-- Here, because whoever asked for it may be gone before it can open the thread, or may have given up waiting. And
-- never again: a thread that was told everything is told some of it twice.
redis.call('SADD', sharedKey('unsettled'), id)
local team = sharedKey('team:' .. ARGV[5])
redis.call('ZADD', team, now, id)
redis.call('ZREMRANGEBYSCORE', team, '-inf', now - ARGV[1] * 1000)
redis.call('EXPIRE', team, ARGV[1])
touch(id)
redis.call('PUBLISH', sharedKey('due'), 'read:' .. id)
announceChange(id)
return { id, 1 }
