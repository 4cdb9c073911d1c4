-- Swaps a chunk's outcomes for the same in packed form and ends its lease. Outcomes never change,
-- so whoever packed them all is right. ARGV 2 id, 3 chunk, 4 packed, 5 first row index, 6 last. Returns 1 if sealed.
local id, chunk, outcomes = ARGV[2], ARGV[3], batchKey(ARGV[2], 'outcomes')
local indices = {}
for index = tonumber(ARGV[5]), tonumber(ARGV[6]) do
  if redis.call('HEXISTS', outcomes, index) == 0 then return 0 end
  indices[#indices + 1] = index
end
redis.call('HSET', outcomes, 'c' .. chunk, ARGV[4])
redis.call('HDEL', outcomes, unpack(indices))
giveBack(id, chunk)
return 1
