-- What the operators are to be told of an outage, given to one process at a time: that one began, and that it is over.
-- ARGV 2 holder, 3 ms that it has for it, 4 ms that an outage lasts before it is told.
-- Returns false, or { began or ended, reason, since in ms, until in ms, batches that wait, their rows }.
local now, outage = nowMs(), sharedKey('outage')
local open = redis.call('HMGET', sharedKey('endpoint'), 'reason', 'sinceMs')
local known = redis.call('HMGET', outage, 'sinceMs', 'told', 'reason', 'endedMs', 'holder', 'heldUntilMs')
if known[5] and known[5] ~= ARGV[2] and tonumber(known[6]) > now then return false end

local function claim()
  redis.call('HSET', outage, 'holder', ARGV[2], 'heldUntilMs', now + ARGV[3])
  redis.call('EXPIRE', outage, ARGV[1])
end

if known[2] and known[1] ~= open[2] then
  claim()
  return { 'ended', known[3], tonumber(known[1]), tonumber(known[4] or now), 0, 0 }
end
if not open[1] or known[2] or now - open[2] < tonumber(ARGV[4]) then return false end

redis.call('DEL', outage)
redis.call('HSET', outage, 'sinceMs', open[2], 'reason', open[1])
claim()
local batches, rows = 0, 0
for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
  if waitsForModel(id) then
    local counts = redis.call('HMGET', batchKey(id, 'record'), 'pending', 'running')
    batches, rows = batches + 1, rows + counts[1] + counts[2]
  end
end
return { 'began', open[1], tonumber(open[2]), now, batches, rows }
