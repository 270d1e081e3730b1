import { DelayedError, type Job, type Queue, type Worker } from 'bullmq';
import { errorCode, errorMessage } from '../errors.ts';
import type { JobOutcome, RmmJob, TicketRef } from '../journal.ts';
import type { Journals } from './journal.ts';
import { createWorker, type PollJob, type Queues, type WorkerOptions, wake } from './queues.ts';

/** What one look at an RMM job told about this run's own row. Null: not finished, look again. */
export type JobRow = { outcome: JobOutcome; message: string; ticket: TicketRef | null } | null;

export interface PollSchedule {
  firstMs: number;
  maxMs: number;
}

export interface PollParts {
  queues: Queues;
  journals: Journals;
  /** Asks the upstream once. */
  look(job: RmmJob): Promise<JobRow>;
  schedule: PollSchedule;
  now?: () => number;
}

/** Makes sure that somebody polls the job. Doing it twice is harmless: the poll is named after its transaction. */
export async function watchJob(queue: Queue<PollJob>, data: PollJob, firstMs: number): Promise<void> {
  await queue.add('poll', data, { jobId: data.job.transactionId, delay: firstMs });
}

export function startPolling(parts: PollParts, options: WorkerOptions): Worker<PollJob> {
  return createWorker<PollJob>('rmm-jobs', (job, token) => poll(job, token, parts, options), options);
}

async function poll(job: Job<PollJob>, token: string, parts: PollParts, { log }: WorkerOptions): Promise<void> {
  const { runId, job: rmmJob } = job.data;
  const now = parts.now?.() ?? Date.now();
  const row = await parts.look(rmmJob).catch((error: unknown) => {
    log.warn({ runId, code: errorCode(error), error: errorMessage(error) }, 'rmm_job_poll_failed');
    return null;
  });
  const overdue = now >= Date.parse(rmmJob.deadline);
  if (row === null && !overdue) {
    await job.moveToDelayed(now + nextDelay(now - job.timestamp, parts.schedule), token);
    throw new DelayedError();
  }
  const result = row ?? {
    outcome: 'unknown' as const,
    message: 'the job did not report before its deadline',
    ticket: null,
  };
  await parts.journals.addFact(runId, { type: 'rmm_job_finished', transactionId: rmmJob.transactionId, ...result });
  log.info({ runId, rmmJobId: rmmJob.jobId, outcome: result.outcome }, 'rmm_job_finished');
  await wake(parts.queues.runs, runId);
}

/** Waiting as long again as it has taken so far doubles the gap between polls without keeping a count. */
export const nextDelay = (elapsedMs: number, { firstMs, maxMs }: PollSchedule): number =>
  Math.round(Math.min(Math.max(elapsedMs, firstMs), maxMs) * (1 + Math.random() * 0.1));
