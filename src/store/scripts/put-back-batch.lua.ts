import { dropEndedRow } from './drop-ended-row.lua.ts';

/**
 * Puts the rows of a batch that was certainly not carried out back to their old places in the queue. Rows with a known
 * outcome are left out, and rows of runs that were cancelled or have ended are dropped.
 * KEYS batch, batch rows, batches, queue, alone, rows
 * ARGV batch id, 'claimed' (only if it was not sent: for a batch found abandoned) or 'any', '1' if its rows must go alone,
 *      a journal's key with '%s' for its run, the entry (JSON) that ends a cancelled run's call, retention in seconds
 * Returns the cancelled runs whose rows were dropped, or 0 when there is no such batch in this state.
 */
export const putBackBatch = `${dropEndedRow}
local state = redis.call('HGET', KEYS[1], 'state')
if not state or (ARGV[2] ~= 'any' and ARGV[2] ~= state) then return 0 end
local rows = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
local dropped = {}
for i = 1, #rows, 2 do
  if redis.call('HEXISTS', KEYS[6], rows[i]) == 1 then
    local isDropped, run = dropIfEnded(KEYS[6], KEYS[5], rows[i], ARGV[4], ARGV[5], ARGV[6])
    table.insert(dropped, run)
    if not isDropped then redis.call('ZADD', KEYS[4], rows[i + 1], rows[i]) end
    if not isDropped and ARGV[3] == '1' then redis.call('SADD', KEYS[5], rows[i]) end
  end
end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[1])
return dropped
`;
