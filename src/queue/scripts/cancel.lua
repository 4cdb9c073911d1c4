-- Turns every row without an outcome into cancelled; a batch that is stuck ends without its file. ARGV 2 id, 3 who,
-- 4 declined where an operator does not let it run, else ''. Returns cancelled, ended, unknown or, of one
-- that is to be declined, decided where it does not wait for an operator (any more).
local id, by = ARGV[2], ARGV[3]
local record = batchKey(id, 'record')
local state = stateOf(id)
if not state then return 'unknown' end
if ARGV[4] == 'declined' and not waitsFor(id, 'approval') then
  return redis.call('HGET', record, 'declinedBy') == by and 'cancelled' or 'decided'
end
if state == 'finishing' and redis.call('HEXISTS', record, 'stuckMs') == 1 then
  redis.call('HSET', record, 'cancelledBy', by)
  -- Nobody works on it any more, whatever it was that kept it.
  redis.call('UNLINK', batchKey(id, 'pending'), batchKey(id, 'leases'), batchKey(id, 'tokens'))
  markEnded(id, 'cancelled')
  return 'cancelled'
end
if state ~= 'reading' and state ~= 'running' and state ~= 'paused' then
  -- The same call sent again after its reply was lost is no second one.
  return redis.call('HGET', record, 'cancelledBy') == by and 'cancelled' or 'ended'
end
-- No row was begun, so none counts.
if state == 'reading' or waitsFor(id, 'approval') then returnRows(id) end
redis.call('HSET', record, 'cancelledBy', by)
if ARGV[4] == 'declined' then redis.call('HSET', record, 'declinedBy', by) end
if state == 'reading' then
  redis.call('UNLINK', batchKey(id, 'chunks'), batchKey(id, 'outcomes'))
  markEnded(id, 'cancelled')
else
  cancelRows(id)
end
redis.call('PUBLISH', sharedKey('cancelled'), id)
return 'cancelled'
