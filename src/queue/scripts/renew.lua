-- Extends leases. ARGV 2 ms of a lease, then id, chunk and token of each.
-- Returns for each held, paused (held too), lost or cancelled.
local expiry, replies = nowMs() + ARGV[2], {}
for argument = 3, #ARGV, 3 do
  local id, chunk, token = ARGV[argument], ARGV[argument + 1], ARGV[argument + 2]
  local fields = redis.call('HMGET', batchKey(id, 'record'), 'state', 'cancelledBy')
  local reply = 'lost'
  if fields[2] then
    reply = 'cancelled'
  elseif redis.call('HGET', batchKey(id, 'tokens'), chunk) == token then
    redis.call('ZADD', batchKey(id, 'leases'), expiry, chunk)
    touch(id)
    reply = fields[1] == 'paused' and 'paused' or 'held'
  end
  replies[#replies + 1] = reply
end
return replies
