-- A sliding window over all processes. ARGV 2 edits a minute, 3 unique member. Returns 1 where one was left.
local edits, now = sharedKey('edits'), nowMs()
redis.call('ZREMRANGEBYSCORE', edits, '-inf', now - 60000)
if redis.call('ZCARD', edits) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', edits, now, ARGV[3])
redis.call('PEXPIRE', edits, 60000)
return 1
