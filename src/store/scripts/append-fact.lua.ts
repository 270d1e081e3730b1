import { wasStored } from './was-stored.lua.ts';

/**
 * Appends a fact from outside (an RMM job's row, the sender's recovery) to a run's journal. It needs no fencing token: it
 * is true whichever worker owns the run. Nothing is written for an unknown run.
 * KEYS journal · ARGV entry, retention in seconds
 * Returns the journal's new length, or 0 when the run is unknown.
 */
export const appendFact = `${wasStored}
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if not wasStored(KEYS[1], ARGV[1]) then redis.call('XADD', KEYS[1], '*', 'e', ARGV[1]) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('XLEN', KEYS[1])
`;
