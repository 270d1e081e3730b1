/**
 * Ends a batch and adds an entry to the journal of each of its runs, in one step: the batch became an RMM job, was
 * refused, or its answer is lost. A batch may have been taken from its submitter before it was sent; then its rows
 * that are queued or in another batch are not changed.
 *
 * KEYS batch, batch rows, batches, rows, alone, job rows, then the journal of each row's run
 * ARGV batch id, retention in seconds, '1' if only while the batch is under way, '1' if it became a job,
 *      then for each row: transaction, run, entry
 * Returns 1, or 0 when another submitter had ended the batch.
 */
export const endBatch = `
local isGone = redis.call('EXISTS', KEYS[1]) == 0
if ARGV[3] == '1' and isGone then return 0 end
for i = 7, #KEYS do
  local at = 5 + (i - 7) * 3
  local transaction, run, entry = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if not (isGone and redis.call('HEXISTS', KEYS[4], transaction) == 1) then
    if redis.call('EXISTS', KEYS[i]) == 1 then
      redis.call('XADD', KEYS[i], '*', 'e', entry)
      redis.call('EXPIRE', KEYS[i], ARGV[2])
    end
    if ARGV[4] == '1' then redis.call('HSET', KEYS[6], transaction, run) end
    redis.call('HDEL', KEYS[4], transaction)
    redis.call('SREM', KEYS[5], transaction)
  end
end
if ARGV[4] == '1' then redis.call('EXPIRE', KEYS[6], ARGV[2]) end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[1])
return 1
`;
