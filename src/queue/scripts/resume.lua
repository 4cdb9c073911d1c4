-- Lets a batch go on that a person paused, or that waits for a person to look at it; one that is stuck is tried
-- as if for the first time. ARGV 2 id, 3 nonce of the call, which keeps one that was sent again apart from another.
-- Returns resumed; running, turn, approval or model where there is nothing to resume; reading, ended or unknown.
local id = ARGV[2]
local state = stateOf(id)
if not state then return 'unknown' end
if redis.call('HGET', batchKey(id, 'record'), 'resumeNonce') == ARGV[3] then return 'resumed' end
if state == 'running' or state == 'reading' then return state end
if state == 'finishing' and redis.call('HEXISTS', batchKey(id, 'record'), 'stuckMs') == 1 then
  redis.call('HDEL', batchKey(id, 'record'), 'stuckMs', 'tries:finish', 'tried:finish', 'rechecks')
  redis.call('HSET', batchKey(id, 'record'), 'resumeNonce', ARGV[3])
  redis.call('PUBLISH', sharedKey('due'), 'finish:' .. id)
  announceChange(id)
  touch(id)
  return 'resumed'
end
if state ~= 'paused' then return 'ended' end
if waitsFor(id, 'approval') then return 'approval' end
if waitsFor(id, 'turn') then return 'turn' end
if waitsForModel(id) then return 'model' end
redis.call('HSET', batchKey(id, 'record'), 'resumeNonce', ARGV[3])
letRun(id)
touch(id)
return 'resumed'
