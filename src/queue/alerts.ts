import { type Job, type Queue, UnrecoverableError, type Worker } from 'bullmq';
import type { Alert } from '../domain/alert.ts';
import { errorMessage } from '../domain/errors.ts';
import type { Mode } from '../domain/journal.ts';
import type { Incidents } from '../store/incidents.ts';
import type { Journals } from '../store/journal.ts';
import { type AlertJob, createWorker, enqueueRun, notBegun, type Queues, type WorkerOptions, wake } from './queues.ts';

/** Puts alerts on the queue; resolves only when Redis has them all, so that the sender may be told 202. */
export async function enqueueAlerts(queue: Queue<AlertJob>, alerts: readonly Alert[]): Promise<void> {
  await queue.addBulk(alerts.map((alert) => ({ name: alert.action, data: { alert }, opts: { jobId: alert.id } })));
}

export interface IntakeDeps {
  queues: Queues;
  incidents: Incidents;
  journals: Journals;
  mode: Mode;
  now(): number;
}

/** The intake worker. No model here: claim the alert's fault, then open a run, merge, close, or ignore. */
export function startIntake(deps: IntakeDeps, options: WorkerOptions): Worker<AlertJob> {
  return createWorker<AlertJob>('alerts', (job) => takeIn(job, deps, options), options);
}

async function takeIn(job: Job<AlertJob>, deps: IntakeDeps, { log }: WorkerOptions): Promise<void> {
  const { alert } = job.data;
  const about = { connection: alert.connection, alertKey: alert.alertKey, alertId: alert.id };
  const claim = await deps.incidents.claim(alert, deps.mode).catch((error: unknown) => leave(error, job, deps));
  if (typeof claim === 'string') {
    log.error({ ...about, error: claim }, 'alert_not_taken_in');
    // It stays in the failed set, for whoever wants to know why.
    throw new UnrecoverableError(claim);
  }
  const { verdict, incidentId, runId } = claim;
  log.info({ ...about, verdict, incidentId, runId }, 'alert_taken_in');
  if (verdict === 'opened') await enqueueRun(deps.queues.runs, runId, notBegun);
  if (verdict === 'closed') {
    await deps.journals.addFact(runId, { type: 'source_resolved', alertId: alert.id });
    await wake(deps.queues.runs, runId);
  }
}

/** A Redis that is full or restarts is back sooner; it would not take the record either. */
const patienceMs = 3_600_000;

/** An alert that cannot be taken in is tried again; one that never can, a person must look at. Answers with the reason. */
async function leave(error: unknown, { data, timestamp }: Job<AlertJob>, deps: IntakeDeps): Promise<string> {
  const now = deps.now();
  if (now - timestamp < patienceMs) throw error;
  const reason = `it could not be taken in, and nobody has been told in BMS: ${errorMessage(error)}`;
  await deps.incidents.escalate(data.alert, reason);
  return reason;
}
