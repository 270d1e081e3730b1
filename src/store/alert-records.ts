import type { Redis } from 'ioredis';
import type { Alert, AlertOutcome, AlertRecord } from '../domain/alert.ts';
import type { Clock } from '../domain/ports.ts';
import { type AlertResult, resultOf, type Verdict } from '../domain/verdict.ts';
import { keys } from './keys.ts';
import { loadPage, type Page, readPage } from './page.ts';

/** What became of each alert, as `/v1/alerts` shows it. Lists are newest first. */
export interface AlertRecords {
  /**
   * Records an alert that was not claimed and belongs to no incident. To record it again keeps its place in the lists.
   */
  recordAlert(alert: Alert, result: AlertResult): Promise<void>;
  getAlert(id: string): Promise<AlertRecord | null>;
  listAlerts(cursor: string | null): Promise<Page<AlertRecord>>;
  listAlertsBySource(sourceId: string, cursor: string | null): Promise<Page<AlertRecord>>;
}

export function createAlertRecords(
  redis: Redis,
  { retentionDays, now: clock }: Clock & { retentionDays: number },
): AlertRecords {
  const retention = retentionDays * 86_400;
  const getAlert = async (id: string) => toRecord(await redis.hgetall(keys.alert(id)));

  return {
    async recordAlert({ id, sourceId, connection, action, receivedAt }, { outcome, reason }) {
      const now = clock();
      const fields = { id, sourceId, connection, action, receivedAt, outcome, reason };
      const bySource = keys.alertsBySource(sourceId);
      const steps = redis.multi().hset(keys.alert(id), fields).expire(keys.alert(id), retention);
      for (const index of [keys.alerts(), bySource])
        steps.zadd(index, 'NX', now, id).zremrangebyscore(index, '-inf', now - retention * 1000);
      await steps.expire(bySource, retention).exec();
    },
    getAlert,
    listAlerts: async (cursor) => loadPage(await readPage(redis, keys.alerts(), cursor), getAlert),
    listAlertsBySource: async (sourceId, cursor) =>
      loadPage(await readPage(redis, keys.alertsBySource(sourceId), cursor), getAlert),
  };
}

/** A record holds its verdict, and its outcome and reason once they are known. */
function toRecord(hash: Record<string, string>): AlertRecord | null {
  if (!hash.id) return null;
  const byVerdict = resultOf[hash.verdict as Verdict] as AlertResult | null | undefined;
  return {
    id: hash.id,
    sourceId: hash.sourceId ?? '',
    connection: hash.connection ?? '',
    action: hash.action as AlertRecord['action'],
    receivedAt: hash.receivedAt ?? '',
    outcome: (hash.outcome as AlertOutcome | undefined) ?? byVerdict?.outcome ?? null,
    reason: hash.reason ?? byVerdict?.reason ?? null,
    incidentId: hash.incidentId || null,
    runId: hash.runId || null,
  };
}
