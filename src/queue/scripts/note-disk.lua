-- Notes that a disk that a batch needs is full, and since when, or that it is not (any more). ARGV 2 id, 3 '1' where
-- it is. Returns 1 where that is news.
local id, record = ARGV[2], batchKey(ARGV[2], 'record')
if redis.call('EXISTS', record) == 0 then return 0 end
local news
if ARGV[3] == '1' then
  news = redis.call('HSETNX', record, 'diskFullMs', nowMs())
else
  news = redis.call('HDEL', record, 'diskFullMs')
end
if news == 1 then announceChange(id) end
return news
