-- A batch's rows do not add up when it is to be finished: nobody else moves them while they are counted.
-- ARGV 2 id, 3 token of this count, 4 counts that a batch has. Returns 1, 0 where it is no longer to be finished,
-- or -1 where it has had its counts.
local id = ARGV[2]
if stateOf(id) ~= 'finishing' then return 0 end
if tonumber(redis.call('HGET', batchKey(id, 'record'), 'rechecks') or '0') >= tonumber(ARGV[4]) then return -1 end
redis.call('HSET', batchKey(id, 'record'), 'recheckToken', ARGV[3])
-- Without its token no holder of a lease that was left can commit.
redis.call('UNLINK', batchKey(id, 'pending'), batchKey(id, 'leases'), batchKey(id, 'tokens'))
touch(id)
return 1
