import { overRows } from './over-rows.lua.ts';

/**
 * Puts the rows of a batch that was certainly not carried out back to where they were in the queue, but for those that
 * are settled already, and those of runs that were cancelled or are over.
 * KEYS batch, batch rows, batches, queue, alone, rows
 * ARGV batch id, 'claimed' (only if it was not sent: for whoever finds it abandoned) or 'any', '1' if its rows must go alone,
 *      a journal's key with '%s' for its run, the entry (JSON) that settles a cancelled run's call, retention in seconds
 * Returns the cancelled runs whose rows were left out, or 0 when there is no such batch, or not in this state.
 */
export const returnBatch = `${overRows}
local state = redis.call('HGET', KEYS[1], 'state')
if not state or (ARGV[2] ~= 'any' and ARGV[2] ~= state) then return 0 end
local rows = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
local dropped = {}
for i = 1, #rows, 2 do
  if redis.call('HEXISTS', KEYS[6], rows[i]) == 1 then
    local over, run = dropIfOver(KEYS[6], KEYS[5], rows[i], ARGV[4], ARGV[5], ARGV[6])
    table.insert(dropped, run)
    if not over then redis.call('ZADD', KEYS[4], rows[i + 1], rows[i]) end
    if not over and ARGV[3] == '1' then redis.call('SADD', KEYS[5], rows[i]) end
  end
end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[1])
return dropped
`;
