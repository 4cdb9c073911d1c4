-- One running batch for a fingerprint. ARGV 2 id, 3 fingerprint. Returns the holder's id where that is another.
local id, claim = ARGV[2], sharedKey('fingerprint:' .. ARGV[3])
local holder = redis.call('GET', claim)
if holder and holder ~= id then
  local state = stateOf(holder)
  local over = not state or state == 'done' or state == 'cancelled' or state == 'refused'
  if not over then return holder end
end
if redis.call('EXISTS', batchKey(id, 'record')) == 0 then return false end
redis.call('SET', claim, id, 'EX', ARGV[1])
redis.call('HSET', batchKey(id, 'record'), 'fingerprint', ARGV[3])
return false
