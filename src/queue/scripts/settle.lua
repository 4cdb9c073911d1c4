-- Nothing is left to tell of a batch, as the caller has seen it: where it was retried since then, or its retry
-- deleted, there is. ARGV 2 id, 3 the batch that retries it or ''. Returns 1 if it is settled.
local retried = redis.call('HGET', batchKey(ARGV[2], 'record'), 'retriedAs') or ''
if retried ~= ARGV[3] then return 0 end
redis.call('SREM', sharedKey('unsettled'), ARGV[2])
return 1
