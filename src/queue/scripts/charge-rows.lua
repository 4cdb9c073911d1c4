-- Counts a batch's rows against what its person may have worked on in a day (UTC), once a batch and while it is
-- being read: nobody would give back those of one that was cancelled meanwhile.
-- ARGV 2 id, 3 rows, 4 the most a day. Returns { 0 if the day has not so many left, rows that the day had left,
-- seconds until the next day }.
local id, rows, most = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local record = batchKey(id, 'record')
local daySeconds = 24 * 3600
local seconds = math.floor(nowMs() / 1000)
local left = daySeconds - seconds % daySeconds
local fields = redis.call('HMGET', record, 'owner', 'chargedTo', 'state')
if fields[3] ~= 'reading' or fields[2] then return { 1, 0, left } end

local day = sharedKey('rows:' .. fields[1] .. ':' .. math.floor(seconds / daySeconds))
local used = tonumber(redis.call('GET', day) or '0')
if used + rows > most then return { 0, math.max(0, most - used), left } end
redis.call('INCRBY', day, rows)
-- Longer than the day, for batches that are given back just after its end.
redis.call('EXPIRE', day, 2 * daySeconds)
redis.call('HSET', record, 'chargedTo', day, 'chargedRows', rows)
return { 1, most - used, left }
