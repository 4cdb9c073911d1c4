-- Turns every row without an outcome into cancelled. ARGV 2 id, 3 who. Returns cancelled, ended or unknown.
local id, by = ARGV[2], ARGV[3]
local record = batchKey(id, 'record')
local state = stateOf(id)
if not state then return 'unknown' end
if state ~= 'reading' and state ~= 'running' and state ~= 'paused' then
  -- The same call sent again after its reply was lost is no second one.
  return redis.call('HGET', record, 'cancelledBy') == by and 'cancelled' or 'ended'
end
redis.call('HSET', record, 'cancelledBy', by)
if state == 'reading' then
  redis.call('UNLINK', batchKey(id, 'chunks'))
  markEnded(id, 'cancelled')
else
  for _, from in ipairs({ 'pending', 'running' }) do
    moveRows(id, from, 'cancelled', tonumber(redis.call('HGET', record, from)))
  end
  redis.call('DEL', batchKey(id, 'pending'), batchKey(id, 'leases'), batchKey(id, 'tokens'))
  startFinishing(id)
end
redis.call('PUBLISH', sharedKey('cancelled'), id)
return 'cancelled'
