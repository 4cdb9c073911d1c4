-- Gives up the right to set an endpoint's budget, where it is held. ARGV 2 endpoint, 3 holder.
local lease = sharedKey('pace:' .. ARGV[2] .. ':lease')
if redis.call('GET', lease) ~= ARGV[3] then return 0 end
return redis.call('DEL', lease)
