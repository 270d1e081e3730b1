import type { Queue, Worker } from 'bullmq';
import type { Alert } from '../alert.ts';
import type { Mode } from '../journal.ts';
import type { Incidents } from './incidents.ts';
import type { Journals } from './journal.ts';
import { type AlertJob, createWorker, notBegun, type Queues, type WorkerOptions, wake } from './queues.ts';

/** Puts alerts on the queue; resolves only when Redis has them all, so that the sender may be told 202. */
export async function enqueueAlerts(queue: Queue<AlertJob>, alerts: readonly Alert[]): Promise<void> {
  await queue.addBulk(alerts.map((alert) => ({ name: alert.action, data: { alert }, opts: { jobId: alert.id } })));
}

export interface IntakeParts {
  queues: Queues;
  incidents: Incidents;
  journals: Journals;
  mode: Mode;
}

/** The intake worker. No model here: claim the alert's fault, then open a run, merge, close, or ignore. */
export function startIntake(parts: IntakeParts, options: WorkerOptions): Worker<AlertJob> {
  return createWorker<AlertJob>('alerts', (job) => takeIn(job.data.alert, parts, options), options);
}

async function takeIn(alert: Alert, parts: IntakeParts, { log }: WorkerOptions): Promise<void> {
  const claim = await parts.incidents.claim(alert, parts.mode);
  const { verdict, incidentId, runId } = claim;
  log.info(
    { connection: alert.connection, alertKey: alert.alertKey, alertId: alert.id, verdict, incidentId, runId },
    'alert_taken_in',
  );
  if (verdict === 'opened') await parts.queues.runs.add('run', { runId }, { jobId: runId, ...notBegun });
  if (verdict === 'closed') {
    await parts.journals.addFact(runId, { type: 'source_resolved', alertId: alert.id });
    await wake(parts.queues.runs, runId);
  }
}
