-- Lets a batch run that waits for an operator. ARGV 2 id, 3 who.
-- Returns approved, decided where it does not wait (any more), or unknown.
local id, by = ARGV[2], ARGV[3]
local record = batchKey(id, 'record')
if not stateOf(id) then return 'unknown' end
if not waitsFor(id, 'approval') then
  -- The same call sent again after its reply was lost is no second one.
  return redis.call('HGET', record, 'approvedBy') == by and 'approved' or 'decided'
end
redis.call('HSET', record, 'approvedBy', by)
letRun(id)
touch(id)
return 'approved'
