-- How batches that have not ended are, for whoever watches. Changes nothing.
-- Returns { leases that have expired, rows that were cancelled, batches whose rows did not add up, then for each state
-- (and reason of a pause) { state, reason or '', batches, rows that nobody holds, rows that workers hold, ms that the
-- one of them waits which has waited longest, or 0 }… }.
local now, groups = nowMs(), {}
local tallies = redis.call('HMGET', sharedKey('tallies'), 'leasesExpired', 'rowsCancelled', 'failedChecks')
local reply = { tonumber(tallies[1] or '0'), tonumber(tallies[2] or '0'), tonumber(tallies[3] or '0') }
local fields = { 'state', 'pauseReason', 'pending', 'running', 'startedMs', 'finishingMs', 'createdMs' }

for _, id in ipairs(redis.call('SMEMBERS', sharedKey('active'))) do
  local got = redis.call('HMGET', batchKey(id, 'record'), unpack(fields))
  local state, reason, pending, held = got[1], got[2] or '', tonumber(got[3] or '0'), tonumber(got[4] or '0')
  local since = tonumber((state == 'finishing' and got[6]) or got[5] or got[7] or now)
  if state then
    local group = groups[state .. reason]
    if not group then
      group = { state, reason, 0, 0, 0, 0 }
      groups[state .. reason] = group
      reply[#reply + 1] = group
    end
    group[3], group[4], group[5] = group[3] + 1, group[4] + pending, group[5] + held
    local isWaited = pending > 0 or state == 'finishing' or state == 'reading'
    if isWaited then group[6] = math.max(group[6], now - since) end
  end
end
return reply
