-- Mends what was found wrong with a chunk of a batch that is counted again.
-- ARGV 2 id, 3 token of the count, 4 chunk, 5 1 if rows of it are to be worked on, 6 rows in place of those that
-- are lost, packed, or '', 7 their outcomes, packed, then fields of outcomes that are of no use.
-- Returns 1, or 0 where another counts it or somebody has ended it.
local id, chunk = ARGV[2], ARGV[4]
local outcomes = batchKey(id, 'outcomes')
if not isCounted(id, ARGV[3]) then return 0 end
for argument = 8, #ARGV do redis.call('HDEL', outcomes, ARGV[argument]) end
if ARGV[6] ~= '' then
  redis.call('HSET', batchKey(id, 'chunks'), chunk, ARGV[6])
  redis.call('HSET', outcomes, 'c' .. chunk, ARGV[7])
end
if ARGV[5] == '1' then redis.call('ZADD', batchKey(id, 'pending'), chunk, chunk) end
return 1
