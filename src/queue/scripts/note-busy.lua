-- Counts answers by which a model server said that it is busy. ARGV 2 endpoint, 3 how many, 4 s that they count.
local busy = sharedKey('pace:' .. ARGV[2] .. ':busy')
redis.call('INCRBY', busy, ARGV[3])
redis.call('EXPIRE', busy, ARGV[4])
return 1
