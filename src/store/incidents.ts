import type { Redis } from 'ioredis';
import type { Incident } from '../domain/incident.ts';
import type { Disposition, TicketRef } from '../domain/journal.ts';
import { type AlertClaimOptions, type AlertClaims, createAlertClaims } from './alert-claims.ts';
import { type AlertRecords, createAlertRecords } from './alert-records.ts';
import { keys } from './keys.ts';
import { loadPage, type Page, readPage } from './page.ts';
import { createRunOpenings, type RunOpenings } from './run-openings.ts';
import { bindScripts } from './scripts/index.ts';

/** What a finished run means for its incident and the alert that opened it. */
export interface RunEnd {
  incidentId: string;
  alertId: string;
  disposition: Disposition;
  reason: string;
  ticket: TicketRef | null;
  /** When the run first changed something, ms since 1970; null: never. */
  changedAt: number | null;
}

/** Incidents with the alerts and runs that belong to them. Everything expires `retentionDays` after its last change. */
export interface Incidents extends AlertClaims, AlertRecords, RunOpenings {
  /** `recurred`: the fault was reported again after the run began to change things, and is not resolved. */
  recordRunEnd(end: RunEnd): Promise<{ recurred: boolean }>;
  get(id: string): Promise<Incident | null>;
  /** Newest first. */
  list(cursor: string | null): Promise<Page<Incident>>;
}

export type IncidentOptions = AlertClaimOptions;

export function createIncidents(redis: Redis, options: IncidentOptions): Incidents {
  const scripts = bindScripts(redis);

  const get = async (id: string): Promise<Incident | null> => {
    const hash = await redis.hgetall(keys.incident(id));
    if (!hash.id) return null;
    const [alerts, runs] = await Promise.all([
      redis.lrange(keys.incidentAlerts(id), 0, -1),
      redis.lrange(keys.incidentRuns(id), 0, -1),
    ]);
    return {
      id,
      alertKey: hash.alertKey ?? '',
      connection: hash.connection ?? '',
      state: hash.state as Incident['state'],
      occurrences: Number(hash.occurrences ?? 0),
      alerts,
      runs,
      ticket: hash.ticket ? (JSON.parse(hash.ticket) as TicketRef) : null,
    };
  };

  return {
    ...createAlertClaims(redis, options),
    ...createAlertRecords(redis, options),
    ...createRunOpenings(redis, options),
    async recordRunEnd({ incidentId, alertId, disposition, reason, ticket, changedAt }) {
      const isHandedOver = disposition === 'escalated' || disposition === 'inconclusive';
      const isResolved = disposition === 'resolved' ? 1 : 0;
      const result = [isHandedOver ? 'escalated' : 'triaged', reason, ticket ? JSON.stringify(ticket) : ''];
      const times = [changedAt ?? '', options.now()];
      const places = [keys.alert(alertId), keys.incident(incidentId)];
      return { recurred: (await scripts.endRun(places, [...result, isResolved, ...times])) === 1 };
    },
    get,
    list: async (cursor) => loadPage(await readPage(redis, keys.incidents(), cursor), get),
  };
}
