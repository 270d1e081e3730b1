import { type Queue, UnrecoverableError, type Worker } from 'bullmq';
import type { Alert } from '../domain/alert.ts';
import type { AlertProgress } from '../domain/verdict.ts';
import { type AlertJob, createWorker, type WorkerOptions } from './queues.ts';

/**
 * Puts alerts on the queue. Resolves only when Redis holds them all, so that the sender may be answered 202; rejects
 * when Redis does not take them.
 */
export async function enqueueAlerts(queue: Queue<AlertJob>, alerts: readonly Alert[]): Promise<void> {
  await queue.addBulk(alerts.map((alert) => ({ name: alert.action, data: { alert }, opts: { jobId: alert.id } })));
}

/**
 * The worker of the queue "alerts". `process` gets an alert and when it was queued (ms since 1970). An alert for which it
 * throws is tried again; the job of one that it gives up stays in the failed set, with the reason.
 */
export function startAlerts(
  process: (alert: Alert, queuedAt: number) => Promise<AlertProgress>,
  options: WorkerOptions,
): Worker<AlertJob> {
  const work = async ({ data, timestamp }: { data: AlertJob; timestamp: number }) => {
    const progress = await process(data.alert, timestamp);
    if (progress.kind === 'failed') throw new UnrecoverableError(progress.reason);
  };
  return createWorker<AlertJob>('alerts', work, options);
}
