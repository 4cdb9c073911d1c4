-- reading -> refused. ARGV 2 id, 3 fault as JSON, or '' where nobody is told. Returns 1 if it was being read.
local id = ARGV[2]
if stateOf(id) ~= 'reading' then return 0 end
-- First: where Redis is full, a script may write once it has freed something.
redis.call('UNLINK', batchKey(id, 'chunks'), batchKey(id, 'outcomes'))
returnRows(id)
if ARGV[3] ~= '' then redis.call('HSET', batchKey(id, 'record'), 'fault', ARGV[3]) end
markEnded(id, 'refused')
return 1
