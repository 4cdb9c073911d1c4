-- A limiter without work gives its keys no end when they are made anew, and they would outlive it for ever.
-- All get the same end, since they mean nothing without each other. KEYS all of the gate. ARGV 1 ms.
local isEndless = false
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) == -1 then isEndless = true end
end
if isEndless then
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[1]) end
end
return isEndless and 1 or 0
