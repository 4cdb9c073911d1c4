-- Ends the lease of a chunk whose rows are lost: it is nobody's work any more, and its batch finds that out at its
-- end. ARGV 2 id, 3 chunk, 4 token. Returns 1 if the lease was held.
local id, chunk = ARGV[2], ARGV[3]
if redis.call('HGET', batchKey(id, 'tokens'), chunk) ~= ARGV[4] then return 0 end
giveBack(id, chunk)
redis.call('ZREM', batchKey(id, 'pending'), chunk)
return 1
