import type { Redis } from 'ioredis';
import type { Alert } from '../domain/alert.ts';
import type { Mode } from '../domain/journal.ts';
import { encodeEntry } from '../domain/journal-codec.ts';
import { isoAt, type Ports } from '../domain/ports.ts';
import type { AlertClaim, Verdict } from '../domain/verdict.ts';
import { keys } from './keys.ts';
import { type ClaimAlertKeys, type ClaimAlertRequest, claimAlertKeys } from './scripts/claim-alert.lua.ts';
import { bindScripts } from './scripts/index.ts';

export interface AlertClaims {
  /**
   * Decides in one atomic step what the alert means for its fault's incident, and records it. A run that it opens has
   * this mode. The same alert claimed again gets the same answer and changes nothing.
   */
  claim(alert: Alert, mode: Mode): Promise<AlertClaim>;
}

export interface AlertClaimOptions extends Pick<Ports, 'now' | 'newId'> {
  retentionDays: number;
  /** How long after its run has ended an open incident's next trigger is a new incident. */
  againHours: number;
}

const claimTries = 20;

export function createAlertClaims(redis: Redis, options: AlertClaimOptions): AlertClaims {
  const scripts = bindScripts(redis);

  const tryClaim = async (alert: Alert, mode: Mode): Promise<AlertClaim | 'stale'> => {
    const knownId = (await redis.get(keys.fault(alert.connection, alert.alertKey))) ?? '';
    const request = requestFor(alert, { mode, knownId, ...options });
    const places = claimAlertKeys(placesFor(alert, request));
    const answer = (await scripts.claimAlert(places, [JSON.stringify(request)])) as [Verdict | 'stale', string, string];
    const [verdict, incidentId, runId] = answer;
    return verdict === 'stale' ? verdict : { verdict, incidentId, runId };
  };

  return {
    async claim(alert, mode) {
      for (let attempt = 0; attempt < claimTries; attempt += 1) {
        const claim = await tryClaim(alert, mode);
        if (claim !== 'stale') return claim;
      }
      throw new Error(`alert ${alert.id}: its incident kept changing during ${claimTries} tries`);
    },
  };
}

function requestFor(
  alert: Alert,
  { mode, knownId, now, newId, retentionDays, againHours }: AlertClaimOptions & { mode: Mode; knownId: string },
): ClaimAlertRequest {
  const { id, connection, alertKey, sourceId, action, receivedAt, occurrenceId } = alert;
  const incidentId = newId();
  const nowMs = now();
  const subject = { kind: 'alert', incidentId, alert } as const;
  return {
    alert: { id, sourceId, connection, action, receivedAt },
    occurrence: occurrenceId ?? '',
    knownId,
    incident: { id: incidentId, connection, alertKey },
    runId: newId(),
    queued: encodeEntry({ type: 'queued', subject, mode, retryOf: null }, isoAt(nowMs)),
    nowMs,
    retentionSeconds: retentionDays * 86_400,
    againMs: againHours * 3_600_000,
  };
}

function placesFor(alert: Alert, { knownId, incident, runId }: ClaimAlertRequest): ClaimAlertKeys {
  // A cluster wants every key named in advance, those of an incident that does not exist as well.
  const known = knownId || 'none';
  return {
    fault: keys.fault(alert.connection, alert.alertKey),
    alert: keys.alert(alert.id),
    alerts: keys.alerts(),
    alertsBySource: keys.alertsBySource(alert.sourceId),
    knownIncident: keys.incident(known),
    knownAlerts: keys.incidentAlerts(known),
    knownRuns: keys.incidentRuns(known),
    knownOccurrences: keys.incidentOccurrences(known),
    newIncident: keys.incident(incident.id),
    newAlerts: keys.incidentAlerts(incident.id),
    newRuns: keys.incidentRuns(incident.id),
    newOccurrences: keys.incidentOccurrences(incident.id),
    newJournal: keys.journal(runId),
    incidents: keys.incidents(),
    runs: keys.runs(),
  };
}
