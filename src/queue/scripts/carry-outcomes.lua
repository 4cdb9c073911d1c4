-- Stores what a chunk's done rows had become in the batch that this one retries, while it is being read.
-- ARGV 2 id, 3 chunk, 4 all of them packed or '', then where some are missing the index and outcome of each.
-- Returns 1 if stored.
local id, outcomes = ARGV[2], batchKey(ARGV[2], 'outcomes')
if stateOf(id) ~= 'reading' then return 0 end
if ARGV[4] ~= '' then redis.call('HSET', outcomes, 'c' .. ARGV[3], ARGV[4]) end
for argument = 5, #ARGV, 2 do redis.call('HSET', outcomes, ARGV[argument], ARGV[argument + 1]) end
touch(id)
return 1
