-- One process speaks for a batch. ARGV 2 id, 3 holder, 4 ms. Returns 1 where the holder has it now.
local speaker = batchKey(ARGV[2], 'speaker')
local holder = redis.call('GET', speaker)
if holder and holder ~= ARGV[3] then return 0 end
redis.call('SET', speaker, ARGV[3], 'PX', ARGV[4])
return 1
