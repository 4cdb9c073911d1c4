-- finishing -> done or cancelled. ARGV 2 id. Returns 1 if this call ended it.
local id = ARGV[2]
if stateOf(id) ~= 'finishing' then return 0 end
-- By a person, or because it could not go on.
local ends = redis.call('HMGET', batchKey(id, 'record'), 'cancelledBy', 'fault')
local cancelled = ends[1] or ends[2]
redis.call('DEL', batchKey(id, 'pending'), batchKey(id, 'leases'), batchKey(id, 'tokens'))
markEnded(id, cancelled and 'cancelled' or 'done')
return 1
