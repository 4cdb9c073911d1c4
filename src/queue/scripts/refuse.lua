-- reading -> refused. ARGV 2 id, 3 fault as JSON, or '' where nobody is told. Returns 1 if it is refused now,
-- also where the call was sent again because its reply was lost.
local id = ARGV[2]
local state = stateOf(id)
if state ~= 'reading' then return state == 'refused' and 1 or 0 end
-- First: where Redis is full, a script may write once it has freed something.
redis.call('UNLINK', batchKey(id, 'chunks'), batchKey(id, 'outcomes'))
returnRows(id)
if ARGV[3] ~= '' then redis.call('HSET', batchKey(id, 'record'), 'fault', ARGV[3]) end
markEnded(id, 'refused')
return 1
