-- Takes or renews the right to set an endpoint's budget, and answers with what its holder must know.
-- ARGV 2 endpoint, 3 holder, 4 ms of the right, 5 the budget to keep or '', 6 seconds to keep it.
-- Returns false where another holds it, else { kept budget or '', busy answers since the last call }.
local lease = sharedKey('pace:' .. ARGV[2] .. ':lease')
local owner = redis.call('GET', lease)
if owner and owner ~= ARGV[3] then return false end
redis.call('SET', lease, ARGV[3], 'PX', ARGV[4])

local kept = sharedKey('pace:' .. ARGV[2] .. ':budget')
if ARGV[5] ~= '' then redis.call('SET', kept, ARGV[5], 'EX', ARGV[6]) end

local busy = sharedKey('pace:' .. ARGV[2] .. ':busy')
local count = tonumber(redis.call('GET', busy) or '0')
if count > 0 then redis.call('DEL', busy) end
return { redis.call('GET', kept) or '', count }
