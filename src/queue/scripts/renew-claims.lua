-- Keeps claims on answers alive. ARGV 2 ms, then key and token of each. Returns how many still stand.
local standing = 0
for position = 3, #ARGV, 2 do
  local claim = sharedKey('answering:' .. ARGV[position])
  if redis.call('GET', claim) == ARGV[position + 1] then
    redis.call('PEXPIRE', claim, ARGV[2])
    standing = standing + 1
  end
end
return standing
