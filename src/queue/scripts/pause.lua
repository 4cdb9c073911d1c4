-- A person pauses a batch, also one that waits for its turn or for the model server. ARGV 2 id, 3 who.
-- Returns paused, approval, reading, ended or unknown.
local id, by = ARGV[2], ARGV[3]
local state = stateOf(id)
if not state then return 'unknown' end
if state == 'reading' then return 'reading' end
if state ~= 'running' and state ~= 'paused' then return 'ended' end
if waitsFor(id, 'approval') then return 'approval' end
if not waitsFor(id, 'person') then
  pauseFor(id, 'person', nowMs())
  redis.call('HSET', batchKey(id, 'record'), 'pauseBy', by)
  letNext()
end
touch(id)
return 'paused'
