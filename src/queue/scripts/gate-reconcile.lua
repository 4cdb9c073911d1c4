-- Sets the sums of weights to what the slots in use add up to. A lost reply makes the limiter count a slot
-- twice, and it would never get over it. KEYS 1 settings, 2 job_weights, 3 job_clients, 4 client_running.
-- Returns { sum before, sum now }.
local before = tonumber(redis.call('HGET', KEYS[1], 'running') or '0')
local total, sums = 0, {}
local clients = redis.call('HGETALL', KEYS[3])
local clientOf = {}
for position = 1, #clients, 2 do clientOf[clients[position]] = clients[position + 1] end
local weights = redis.call('HGETALL', KEYS[2])
for position = 1, #weights, 2 do
  local weight, client = tonumber(weights[position + 1]), clientOf[weights[position]]
  total = total + weight
  if client then sums[client] = (sums[client] or 0) + weight end
end
if redis.call('EXISTS', KEYS[1]) == 1 and before ~= total then
  redis.call('HSET', KEYS[1], 'running', total)
  for _, client in ipairs(redis.call('ZRANGE', KEYS[4], 0, -1)) do
    redis.call('ZADD', KEYS[4], sums[client] or 0, client)
  end
end
return { before, total }
