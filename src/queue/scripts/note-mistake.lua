-- Notes that the model server rejected a row. Until a request of the batch has succeeded that is no outcome;
-- what many rows meet alike, or all that are left, pauses the batch.
-- ARGV 2 id, 3 line, 4 cause, 5 fault as JSON, 6 rows of one cause that pause it, 7 rows of any causes that do.
-- Returns { fails, again or paused, how often this row was rejected }.
local id, cause = ARGV[2], ARGV[4]
local record, mistakes = batchKey(id, 'record'), batchKey(id, 'mistakes')
local fields = redis.call('HMGET', record, 'state', 'done', 'cachedRows', 'pending', 'running', 'carriedRows')
-- Neither was answered in this batch.
local done, cached = tonumber(fields[2] or '0'), tonumber(fields[3] or '0') + tonumber(fields[6] or '0')
-- The cache's answers say nothing about the server as it is now.
if done > cached then
  redis.call('DEL', mistakes)
  return { 'fails', 0 }
end
if fields[1] ~= 'running' then return { 'again', 0 } end

local times = redis.call('HINCRBY', mistakes, 'row:' .. ARGV[3], 1)
if times == 1 then
  redis.call('HINCRBY', mistakes, 'rows', 1)
  redis.call('HINCRBY', mistakes, 'cause:' .. cause, 1)
end
redis.call('EXPIRE', mistakes, ARGV[1])
local rows = tonumber(redis.call('HGET', mistakes, 'rows'))
local alike = tonumber(redis.call('HGET', mistakes, 'cause:' .. cause) or '0')
local left = tonumber(fields[4]) + tonumber(fields[5])
if alike < tonumber(ARGV[6]) and rows < tonumber(ARGV[7]) and rows < left then return { 'again', times } end

pauseFor(id, 'rejected', nowMs())
redis.call('HSET', record, 'pauseFault', ARGV[5])
-- Whoever resumes it has mended something: it is counted anew.
redis.call('DEL', mistakes)
letNext()
return { 'paused', times }
