-- The stored answer to a question, or the right to find it. ARGV 2 key, 3 token, 4 ms that the right
-- lasts, 5 seconds that answers are kept. Returns { answer, packed } | { claimed } | { busy }.
local answers, used, now = sharedKey('answers'), sharedKey('answers:used'), nowMs()
local packed = redis.call('HGET', answers, ARGV[2])
if packed then
  local usedMs = tonumber(redis.call('ZSCORE', used, ARGV[2]) or '0')
  if usedMs > now - ARGV[5] * 1000 then
    redis.call('ZADD', used, now, ARGV[2])
    redis.call('EXPIRE', answers, ARGV[5])
    redis.call('EXPIRE', used, ARGV[5])
    return { 'answer', packed }
  end
end
local claim = sharedKey('answering:' .. ARGV[2])
if redis.call('SET', claim, ARGV[3], 'NX', 'PX', ARGV[4]) then return { 'claimed' } end
-- Sent again, because its reply was lost.
if redis.call('GET', claim) == ARGV[3] then return { 'claimed' } end
return { 'busy' }
