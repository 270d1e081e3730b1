import { wasStored } from './was-stored.lua.ts';

/**
 * Appends one entry to a run's journal if the caller still owns the run.
 * KEYS journal, epoch · ARGV the caller's epoch, entry, retention in seconds
 * Returns the journal's new length, or -1 when an owner with a higher epoch has taken over.
 */
export const appendEntry = `${wasStored}
local epoch = tonumber(redis.call('GET', KEYS[2]) or '0')
if epoch ~= tonumber(ARGV[1]) then return -1 end
if not wasStored(KEYS[1], ARGV[2]) then redis.call('XADD', KEYS[1], '*', 'e', ARGV[2]) end
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return redis.call('XLEN', KEYS[1])
`;
