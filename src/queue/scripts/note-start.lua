-- A row of a watched chunk is begun now. ARGV 2 id, 3 chunk, 4 token, 5 row index. Returns 1 if the lease is held.
local tokens, chunk = batchKey(ARGV[2], 'tokens'), ARGV[3]
if redis.call('HGET', tokens, chunk) ~= ARGV[4] then return 0 end
redis.call('HSET', tokens, chunk .. ':started', ARGV[5])
return 1
