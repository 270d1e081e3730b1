import { wasStored } from './was-stored.lua.ts';

/**
 * Appends the intent of an RMM write to its run's journal and puts the row into its action's queue, if the caller
 * still owns the run: both or neither, so that a crash cannot separate them.
 * KEYS journal, epoch, queue, rows · ARGV the caller's epoch, entry, retention in seconds, transaction, row (JSON), now (ms)
 * Returns the journal's new length, or -1 when an owner with a higher epoch has taken over.
 */
export const queueRow = `${wasStored}
if (tonumber(redis.call('GET', KEYS[2]) or '0')) ~= tonumber(ARGV[1]) then return -1 end
-- Stored before: by now the row may be in a batch, or with BMS.
if wasStored(KEYS[1], ARGV[2]) then return redis.call('XLEN', KEYS[1]) end
redis.call('XADD', KEYS[1], '*', 'e', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[3])
redis.call('HSET', KEYS[4], ARGV[4], ARGV[5])
redis.call('ZADD', KEYS[3], ARGV[6], ARGV[4])
return redis.call('XLEN', KEYS[1])
`;
