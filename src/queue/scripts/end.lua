-- finishing -> done or cancelled. ARGV 2 id. Returns 1 if this call ended it, -1 where its rows
-- do not add up: then something has counted on though nobody holds a row any more, and it stays.
local id = ARGV[2]
if stateOf(id) ~= 'finishing' then return 0 end
local counts = redis.call('HMGET', batchKey(id, 'record'), 'total', 'pending', 'running', 'done', 'failed',
  'cancelled')
local sum = 0
for position = 2, #counts do
  local rows = tonumber(counts[position] or '0')
  if rows < 0 or (position <= 3 and rows > 0) then return -1 end
  sum = sum + rows
end
if sum ~= tonumber(counts[1] or '0') then return -1 end
-- By a person, or because it could not go on.
local ends = redis.call('HMGET', batchKey(id, 'record'), 'cancelledBy', 'fault')
local cancelled = ends[1] or ends[2]
redis.call('HDEL', batchKey(id, 'record'), 'stuckMs')
redis.call('DEL', batchKey(id, 'pending'), batchKey(id, 'leases'), batchKey(id, 'tokens'))
markEnded(id, cancelled and 'cancelled' or 'done')
return 1
