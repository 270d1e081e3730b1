import type { Redis } from 'ioredis';
import type { Alert, AlertOutcome, AlertRecord } from '../domain/alert.ts';
import type { Incident } from '../domain/incident.ts';
import type { Disposition, EntryBody, Mode, Subject, TicketRef } from '../domain/journal.ts';
import { encodeEntry } from '../domain/journal-codec.ts';
import { isoAt, type Ports } from '../domain/ports.ts';
import type { Task } from '../domain/task.ts';
import { keys } from './keys.ts';
import { type Page, readPage } from './page.ts';
import { bindScripts } from './scripts/index.ts';

export type Verdict = 'opened' | 'merged' | 'closed' | 'ignored';

export interface Claim {
  verdict: Verdict;
  incidentId: string;
  runId: string;
}

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

export interface Incidents {
  claim(alert: Alert, mode: Mode): Promise<Claim>;
  /** `cameAgain`: the fault was reported again since then, and is not resolved. */
  recordRunEnd(settlement: RunEnd): Promise<{ recurred: boolean }>;
  /** Records an alert that cannot be claimed as a person's. It belongs to no incident. */
  escalate(alert: Alert, reason: string): Promise<void>;
  /** Opens run `runId` for a task. It has no incident. */
  openTask(runId: string, task: Task, mode: Mode): Promise<void>;
  /** Opens a run over the subject of another; there is at most one such run for each. `isNew` false: it was there. */
  openRetry(runId: string, subject: Subject, mode: Mode, by: string): Promise<{ runId: string; isNew: boolean }>;
  get(id: string): Promise<Incident | null>;
  list(cursor: string | null): Promise<Page<Incident>>;
  listRunIds(cursor: string | null): Promise<Page<string>>;
  getAlert(id: string): Promise<AlertRecord | null>;
  listAlerts(cursor: string | null): Promise<Page<AlertRecord>>;
  listAlertsBySource(sourceId: string, cursor: string | null): Promise<Page<AlertRecord>>;
}

const outcomeOf: Record<Verdict, AlertOutcome | null> = {
  opened: null,
  merged: 'merged',
  closed: 'merged',
  ignored: 'ignored',
};

const reasonOf: Record<Verdict, string | null> = {
  opened: null,
  merged: 'an incident of the same fault is known: counted there',
  closed: 'the sender reported recovery: the incident was closed',
  ignored: 'a test, or news of a fault that is not open',
};

const claimTries = 20;

export interface IncidentOptions extends Pick<Ports, 'now' | 'newId'> {
  retentionDays: number;
  /** How long after its run has ended an open incident's next trigger is a new incident. */
  againHours: number;
}

export function createIncidents(redis: Redis, options: IncidentOptions): Incidents {
  const scripts = bindScripts(redis);
  const { now: clock, newId } = options;
  const retention = options.retentionDays * 86_400;

  const tryClaim = async (alert: Alert, mode: Mode): Promise<[string, string, string]> => {
    const fault = keys.fault(alert.connection, alert.alertKey);
    const known = (await redis.get(fault)) ?? '';
    const opened = newId();
    const runId = newId();
    const now = clock();
    const incidentKeys = (id: string) => [
      keys.incident(id),
      keys.incidentAlerts(id),
      keys.incidentRuns(id),
      keys.incidentOccurrences(id),
    ];
    const { id, connection, alertKey, sourceId, action, receivedAt } = alert;
    return (await scripts.claimAlert(
      [
        fault,
        keys.alert(id),
        keys.alerts(),
        keys.alertsBySource(sourceId),
        ...incidentKeys(known || 'none'),
        ...incidentKeys(opened),
        keys.journal(runId),
        keys.incidents(),
        keys.runs(),
      ],
      [
        known,
        opened,
        runId,
        encodeEntry(
          { type: 'queued', subject: { kind: 'alert', incidentId: opened, alert }, mode, retryOf: null },
          isoAt(now),
        ),
        now,
        retention,
        id,
        action,
        alert.occurrenceId ?? '',
        JSON.stringify({ id, sourceId, connection, action, receivedAt }),
        JSON.stringify({ id: opened, connection, alertKey }),
        options.againHours * 3_600_000,
      ],
    )) as [string, string, string];
  };

  const toAlertRecord = (hash: Record<string, string>): AlertRecord | null => {
    if (!hash.id) return null;
    const verdict = hash.verdict as Verdict;
    return {
      id: hash.id,
      sourceId: hash.sourceId ?? '',
      connection: hash.connection ?? '',
      action: hash.action as AlertRecord['action'],
      receivedAt: hash.receivedAt ?? '',
      outcome: (hash.outcome as AlertOutcome | undefined) ?? outcomeOf[verdict],
      reason: hash.reason ?? reasonOf[verdict],
      incidentId: hash.incidentId || null,
      runId: hash.runId || null,
    };
  };

  const getAlert = async (id: string) => toAlertRecord(await redis.hgetall(keys.alert(id)));

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

  const resolved = async <T>(page: Page<string>, load: (id: string) => Promise<T | null>): Promise<Page<T>> => {
    const items = await Promise.all(page.items.map(load));
    return { items: items.filter((item) => item !== null), next: page.next };
  };

  const openRun = async (runId: string, queued: Extract<EntryBody, { type: 'queued' }>) => {
    const now = clock();
    const steps = redis.multi().xadd(keys.journal(runId), '*', 'e', encodeEntry(queued, isoAt(now)));
    steps.expire(keys.journal(runId), retention).zadd(keys.runs(), now, runId);
    steps.zremrangebyscore(keys.runs(), '-inf', now - retention * 1000);
    await steps.exec();
  };

  return {
    async claim(alert, mode) {
      for (let attempt = 0; attempt < claimTries; attempt += 1) {
        const [verdict, incidentId, runId] = await tryClaim(alert, mode);
        if (verdict !== 'stale') return { verdict: verdict as Verdict, incidentId, runId };
      }
      throw new Error(`alert ${alert.id}: its incident kept changing during ${claimTries} tries`);
    },
    async recordRunEnd({ incidentId, alertId, disposition, reason, ticket, changedAt }) {
      const handedOver = disposition === 'escalated' || disposition === 'inconclusive';
      const isResolved = disposition === 'resolved' ? 1 : 0;
      const told = [handedOver ? 'escalated' : 'triaged', reason, ticket ? JSON.stringify(ticket) : ''];
      const places = [keys.alert(alertId), keys.incident(incidentId)];
      const times = [changedAt ?? '', clock()];
      const cameAgain = await scripts.settleIncident(places, [...told, isResolved, ...times]);
      return { recurred: cameAgain === 1 };
    },
    async escalate({ id, sourceId, connection, action, receivedAt }, reason) {
      const retention = options.retentionDays * 86_400;
      const now = clock();
      const record = { id, sourceId, connection, action, receivedAt, outcome: 'escalated', reason };
      const bySource = keys.alertsBySource(sourceId);
      const steps = redis.multi().hset(keys.alert(id), record).expire(keys.alert(id), retention);
      await steps.zadd(keys.alerts(), now, id).zadd(bySource, now, id).expire(bySource, retention).exec();
    },
    openTask: (runId, task, mode) =>
      openRun(runId, { type: 'queued', subject: { kind: 'task', task }, mode, retryOf: null }),
    async openRetry(retried, subject, mode, by) {
      await redis.set(keys.retry(retried), newId(), 'EX', retention, 'NX');
      // Whoever died between the two steps left an id without a run: it is used now.
      const runId = (await redis.get(keys.retry(retried))) ?? newId();
      if (await redis.exists(keys.journal(runId))) return { runId, isNew: false };
      await openRun(runId, { type: 'queued', subject, mode, retryOf: { runId: retried, by } });
      // An incident that has expired meanwhile is not begun anew by its list.
      if (subject.kind === 'alert') await redis.rpushx(keys.incidentRuns(subject.incidentId), runId);
      return { runId, isNew: true };
    },
    get,
    list: async (cursor) => resolved(await readPage(redis, keys.incidents(), cursor), get),
    listRunIds: (cursor) => readPage(redis, keys.runs(), cursor),
    getAlert,
    listAlerts: async (cursor) => resolved(await readPage(redis, keys.alerts(), cursor), getAlert),
    listAlertsBySource: async (sourceId, cursor) =>
      resolved(await readPage(redis, keys.alertsBySource(sourceId), cursor), getAlert),
  };
}
