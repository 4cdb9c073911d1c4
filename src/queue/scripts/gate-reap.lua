-- Expires the slots of clients unseen for a while: a killed process cannot free its own. The marks are ours
-- (see gate-connection.ts): the limiter's own say "unseen" of a living client that was only busy.
-- KEYS 1 job_clients, 2 job_expirations, 3 seen. ARGV 1 ms. Returns how many slots it expired.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local expired = 0
local jobs = redis.call('HGETALL', KEYS[1])
for position = 1, #jobs, 2 do
  local job, client = jobs[position], jobs[position + 1]
  -- Without a mark (they were lost) it gets the full time from now on.
  redis.call('ZADD', KEYS[3], 'NX', now, client)
  if tonumber(redis.call('ZSCORE', KEYS[3], client)) < now - ARGV[1] then
    redis.call('ZADD', KEYS[2], 0, job)
    expired = expired + 1
  end
end
local dayMs = 24 * 3600 * 1000
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - dayMs)
redis.call('PEXPIRE', KEYS[3], dayMs)
return expired
