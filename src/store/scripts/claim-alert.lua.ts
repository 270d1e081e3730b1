/**
 * Takes one alert in: opens an incident with its first run, merges into a known one, closes one, or ignores it.
 * The same alert taken in twice (a worker died in between) gets the same answer and changes nothing.
 *
 * KEYS 1 fault (points at its latest incident) · 2 alert · 3 alerts · 4 alerts by source id
 *      5-8 the known incident: hash, alerts, runs, occurrences · 9-12 the incident to open: the same four
 *      13 journal of the run to open · 14 incidents · 15 runs
 * ARGV 1 id of the known incident ('' none) · 2 id to open · 3 id of the run to open · 4 its first journal entry
 *      5 now (ms) · 6 retention (s) · 7 alert id · 8 action · 9 occurrence ('' unknown)
 *      10 alert fields (JSON) · 11 incident fields (JSON) · 12 how long after its run has ended a fault is taken up anew (ms)
 * Returns {verdict, incident id, run id}; verdict is opened, merged, closed or ignored,
 * or stale when the fault points at another incident by now (look again).
 */
export const claimAlert = `
local known, now, ttl, action, occurrence = ARGV[1], tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[8], ARGV[9]
local before = redis.call('HMGET', KEYS[2], 'verdict', 'incidentId', 'runId')
if before[1] then return {before[1], before[2] or '', before[3] or ''} end
if (redis.call('GET', KEYS[1]) or '') ~= known then return {'stale', '', ''} end

local state = known ~= '' and redis.call('HGET', KEYS[5], 'state') or nil
local seen = occurrence ~= '' and known ~= '' and redis.call('SISMEMBER', KEYS[8], occurrence) == 1
-- People have had it for long, and their ticket may be closed by now: merging for ever would be silence.
local settledAt = known ~= '' and tonumber(redis.call('HGET', KEYS[5], 'settledAt') or nil)
if state == 'open' and action == 'trigger' and not seen and settledAt and now - settledAt >= tonumber(ARGV[12]) then
  state = nil
end
local verdict = 'ignored'
if action == 'trigger' or action == 'remind' then
  if state == 'open' or (state and seen) then verdict = 'merged' else verdict = 'opened' end
elseif action == 'resolve' then
  if state == 'open' then verdict = 'closed' end
elseif action == 'acknowledge' then
  if state == 'open' then verdict = 'merged' end
end

local function expire(...)
  for _, k in ipairs({...}) do redis.call('EXPIRE', k, ttl) end
end
-- A fault may go on for as long as its sender likes: the latest alerts are listed, and enough occurrences are known to tell
-- a delivery that is repeated.
local mostAlerts, mostOccurrences = 1000, 10000
local function join(hash, alerts, occurrences)
  redis.call('RPUSH', alerts, ARGV[7])
  redis.call('LTRIM', alerts, -mostAlerts, -1)
  redis.call('HINCRBY', hash, 'occurrences', action == 'trigger' and 1 or 0)
  if action == 'trigger' and not seen then redis.call('HSET', hash, 'triggeredAt', now) end
  if occurrence == '' then return end
  if redis.call('SCARD', occurrences) >= mostOccurrences then redis.call('SPOP', occurrences) end
  redis.call('SADD', occurrences, occurrence)
end

local incident, run = '', ''
if verdict == 'opened' then
  incident, run = ARGV[2], ARGV[3]
  for k, v in pairs(cjson.decode(ARGV[11])) do redis.call('HSET', KEYS[9], k, v) end
  redis.call('HSET', KEYS[9], 'state', 'open')
  join(KEYS[9], KEYS[10], KEYS[12])
  redis.call('RPUSH', KEYS[11], run)
  redis.call('XADD', KEYS[13], '*', 'e', ARGV[4])
  redis.call('ZADD', KEYS[14], now, incident)
  redis.call('ZADD', KEYS[15], now, run)
  redis.call('SET', KEYS[1], incident)
  expire(KEYS[1], KEYS[9], KEYS[10], KEYS[11], KEYS[12], KEYS[13])
elseif verdict ~= 'ignored' then
  incident = known
  run = redis.call('LINDEX', KEYS[7], -1) or ''
  join(KEYS[5], KEYS[6], KEYS[8])
  if verdict == 'closed' then redis.call('HSET', KEYS[5], 'state', 'resolved') end
  expire(KEYS[1], KEYS[5], KEYS[6], KEYS[7], KEYS[8])
end

for k, v in pairs(cjson.decode(ARGV[10])) do redis.call('HSET', KEYS[2], k, v) end
redis.call('HSET', KEYS[2], 'verdict', verdict, 'incidentId', incident, 'runId', run)
redis.call('ZADD', KEYS[3], now, ARGV[7])
redis.call('ZADD', KEYS[4], now, ARGV[7])
expire(KEYS[2], KEYS[4])
for _, index in ipairs({KEYS[3], KEYS[4], KEYS[14], KEYS[15]}) do
  redis.call('ZREMRANGEBYSCORE', index, '-inf', now - ttl * 1000)
end
return {verdict, incident, run}
`;
