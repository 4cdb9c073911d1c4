-- Ends a claim on an answer without one; the next who asks gets it. ARGV 2 key, 3 token.
local claim = sharedKey('answering:' .. ARGV[2])
if redis.call('GET', claim) ~= ARGV[3] then return 0 end
return redis.call('DEL', claim)
