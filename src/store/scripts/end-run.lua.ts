/**
 * Records what the end of a run means for its incident and for the alert that opened it. An incident whose fault was
 * reported again after the run began to change things stays open: what the run did was not enough.
 *
 * KEYS alert, incident
 * ARGV outcome · reason · ticket (JSON, '' none) · '1' if resolved · when the run first changed something (ms, '' never) · now (ms)
 * Returns 1 when the fault was reported again, else 0.
 */
export const endRun = `
redis.call('HSET', KEYS[1], 'outcome', ARGV[1], 'reason', ARGV[2])
redis.call('HSET', KEYS[2], 'settledAt', ARGV[6])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[2], 'ticket', ARGV[3]) end
if ARGV[4] ~= '1' then return 0 end
local incident = redis.call('HMGET', KEYS[2], 'state', 'triggeredAt')
local changedAt = tonumber(ARGV[5]) or math.huge
if incident[1] == 'open' and (tonumber(incident[2]) or 0) > changedAt then return 1 end
redis.call('HSET', KEYS[2], 'state', 'resolved')
return 0
`;
