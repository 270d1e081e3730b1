import type { Alert } from '../../domain/alert.ts';

/** The script's keys. It reads KEYS by these names, in this order. */
const keyNames = [
  /** Points at the fault's latest incident. */
  'fault',
  'alert',
  'alerts',
  'alertsBySource',
  /** The known incident. */
  'knownIncident',
  'knownAlerts',
  'knownRuns',
  'knownOccurrences',
  /** The incident to open, and its first run. */
  'newIncident',
  'newAlerts',
  'newRuns',
  'newOccurrences',
  'newJournal',
  'incidents',
  'runs',
] as const;

export type ClaimAlertKeys = Record<(typeof keyNames)[number], string>;

export const claimAlertKeys = (keys: ClaimAlertKeys): string[] => keyNames.map((name) => keys[name]);

/**
 * The script's one argument, as JSON. Redis's decoder refuses halves of characters, which is why `cleanText` drops them;
 * it reads null as a value and numbers as doubles, so there are no nulls here and no numbers above 2^53.
 */
export interface ClaimAlertRequest {
  /** What the record of the alert holds. */
  alert: Pick<Alert, 'id' | 'sourceId' | 'connection' | 'action' | 'receivedAt'>;
  /** Empty: unknown. */
  occurrence: string;
  /** The fault's latest incident, as the caller has just read it; empty: none. */
  knownId: string;
  /** What the record of a new incident holds. */
  incident: { id: string; connection: string; alertKey: string };
  runId: string;
  /** The first entry of the new run's journal, as JSON: stored as it is, never decoded here. */
  queued: string;
  nowMs: number;
  retentionSeconds: number;
  /** How long after its run has ended an open incident's next trigger is a new incident. */
  againMs: number;
}

/**
 * Claims one alert: it opens an incident with its first run, is merged into a known incident, closes it, or is ignored.
 * The same alert claimed again (a worker died in between) gets the same answer and changes nothing.
 *
 * KEYS as `ClaimAlertKeys` · ARGV one `ClaimAlertRequest`
 * Returns {verdict, incident id, run id}. The verdict is opened, merged, closed or ignored; or stale when the fault points
 * at another incident by now, so the caller must read it again.
 */
export const claimAlert = `
local key = {}
for i, name in ipairs({'${keyNames.join("', '")}'}) do key[name] = KEYS[i] end
local ask = cjson.decode(ARGV[1])
local alert, now = ask.alert, ask.nowMs
local known = {
  hash = key.knownIncident, alerts = key.knownAlerts, runs = key.knownRuns, occurrences = key.knownOccurrences
}
local opened = {
  hash = key.newIncident, alerts = key.newAlerts, runs = key.newRuns, occurrences = key.newOccurrences
}

local function claimedBefore()
  local claim = redis.call('HMGET', key.alert, 'verdict', 'incidentId', 'runId')
  return claim[1] and {claim[1], claim[2] or '', claim[3] or ''}
end

local before = claimedBefore()
if before then return before end
if (redis.call('GET', key.fault) or '') ~= ask.knownId then return {'stale', '', ''} end

-- Nil: the fault has no incident.
local function stateOfKnown()
  return ask.knownId ~= '' and redis.call('HGET', known.hash, 'state') or nil
end

-- The known incident has counted this very occurrence: the alert is no news.
local function wasCounted()
  return ask.knownId ~= '' and ask.occurrence ~= ''
    and redis.call('SISMEMBER', known.occurrences, ask.occurrence) == 1
end

local state, isCounted = stateOfKnown(), wasCounted()

-- The run ended long ago and its ticket may be closed: if repeats were merged for ever, no one would hear of the fault.
local function isRecurrence()
  if state ~= 'open' or alert.action ~= 'trigger' or isCounted then return false end
  local endedAt = tonumber(redis.call('HGET', known.hash, 'settledAt') or nil)
  return endedAt and now - endedAt >= ask.againMs
end

local function verdictOf(action)
  local isOpen = state == 'open' and not isRecurrence()
  if action == 'trigger' or action == 'remind' then
    return (isOpen or (state and isCounted)) and 'merged' or 'opened'
  end
  if action == 'resolve' and isOpen then return 'closed' end
  if action == 'acknowledge' and isOpen then return 'merged' end
  return 'ignored'
end

local function setFields(hash, fields)
  for name, value in pairs(fields) do redis.call('HSET', hash, name, value) end
end

local function expire(...)
  for _, k in ipairs({...}) do redis.call('EXPIRE', k, ask.retentionSeconds) end
end

-- A fault may go on without end: only the latest alerts are listed, and only enough occurrences are kept to recognise a
-- repeated delivery.
local mostAlerts, mostOccurrences = 1000, 10000

local function addOccurrence(occurrences)
  if ask.occurrence == '' then return end
  if redis.call('SCARD', occurrences) >= mostOccurrences then redis.call('SPOP', occurrences) end
  redis.call('SADD', occurrences, ask.occurrence)
end

local function addAlertTo(incident)
  redis.call('RPUSH', incident.alerts, alert.id)
  redis.call('LTRIM', incident.alerts, -mostAlerts, -1)
  local isTrigger = alert.action == 'trigger'
  redis.call('HINCRBY', incident.hash, 'occurrences', isTrigger and 1 or 0)
  if isTrigger and not isCounted then redis.call('HSET', incident.hash, 'triggeredAt', now) end
  addOccurrence(incident.occurrences)
end

local function openIncident()
  setFields(opened.hash, ask.incident)
  redis.call('HSET', opened.hash, 'state', 'open')
  addAlertTo(opened)
  redis.call('RPUSH', opened.runs, ask.runId)
  redis.call('XADD', key.newJournal, '*', 'e', ask.queued)
  redis.call('ZADD', key.incidents, now, ask.incident.id)
  redis.call('ZADD', key.runs, now, ask.runId)
  redis.call('SET', key.fault, ask.incident.id)
  expire(key.fault, opened.hash, opened.alerts, opened.runs, opened.occurrences, key.newJournal)
  return ask.incident.id, ask.runId
end

local function joinKnown(isClosing)
  local run = redis.call('LINDEX', known.runs, -1) or ''
  addAlertTo(known)
  if isClosing then redis.call('HSET', known.hash, 'state', 'resolved') end
  expire(key.fault, known.hash, known.alerts, known.runs, known.occurrences)
  return ask.knownId, run
end

local function recordAlert(verdict, incident, run)
  setFields(key.alert, alert)
  redis.call('HSET', key.alert, 'verdict', verdict, 'incidentId', incident, 'runId', run)
  redis.call('ZADD', key.alerts, now, alert.id)
  redis.call('ZADD', key.alertsBySource, now, alert.id)
  expire(key.alert, key.alertsBySource)
end

local function forgetOld()
  for _, index in ipairs({key.alerts, key.alertsBySource, key.incidents, key.runs}) do
    redis.call('ZREMRANGEBYSCORE', index, '-inf', now - ask.retentionSeconds * 1000)
  end
end

local verdict, incident, run = verdictOf(alert.action), '', ''
if verdict == 'opened' then incident, run = openIncident()
elseif verdict ~= 'ignored' then incident, run = joinKnown(verdict == 'closed') end
recordAlert(verdict, incident, run)
forgetOld()
return {verdict, incident, run}
`;
