-- finishing -> done or cancelled. ARGV 2 id. Returns 1 if this call ended it.
local id = ARGV[2]
if stateOf(id) ~= 'finishing' then return 0 end
local cancelled = redis.call('HEXISTS', batchKey(id, 'record'), 'cancelledBy') == 1
redis.call('DEL', batchKey(id, 'pending'), batchKey(id, 'leases'), batchKey(id, 'tokens'))
markEnded(id, cancelled and 'cancelled' or 'done')
return 1
