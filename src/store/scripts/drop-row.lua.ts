/**
 * Takes a row out of its action's queue and records that in its run's journal, unless a batch has claimed the row.
 * KEYS journal, queue, alone, rows · ARGV transaction, entry, retention in seconds
 * Returns 1, or 0 when the row is not in the queue: it is in a batch, or its outcome is known.
 */
export const dropRow = `
if redis.call('ZREM', KEYS[2], ARGV[1]) == 0 then return 0 end
redis.call('SREM', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('XADD', KEYS[1], '*', 'e', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
`;
