-- Stores a chunk of a batch that is being read. ARGV 2 id, 3 chunk, 4 packed rows. Returns 1 if stored.
local id = ARGV[2]
if stateOf(id) ~= 'reading' then return 0 end
redis.call('HSET', batchKey(id, 'chunks'), ARGV[3], ARGV[4])
touch(id)
return 1
