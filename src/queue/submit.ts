import { DelayedError, type Job, type Queue } from 'bullmq';
import type { Logger } from 'pino';
import { FencedError, isTransient, RetryableError, UpstreamError } from '../domain/errors.ts';
import type { JobFamily } from '../domain/journal.ts';
import type { Clock, Ports } from '../domain/ports.ts';
import type { Batch, RowQueue } from '../store/row-queue.ts';
import { watchJob } from './poll.ts';
import { type Queues, type RmmJobData, type SubmitJob, wakeAll } from './queues.ts';

export interface SubmitDeps extends Pick<Ports, 'now' | 'newId'> {
  queues: Queues;
  rows: RowQueue;
  /** Sends the rows of one action as one request. `check` throws when they may no longer be sent; it is called last. */
  submitRows(
    action: string,
    rows: readonly unknown[],
    check: () => Promise<void>,
  ): Promise<{ family: JobFamily; jobId: string }>;
  /** Longer than a request may take. After it, a batch without an answer counts as lost. */
  leaseMs: number;
  jobDeadlineMs: number;
  firstPollMs: number;
}

/** A job that keeps failing may end: while rows are queued, their runs arm another each time they are parked. */
const attempts = 8;

/** Arranges that the action's next batch is sent. All calls within one window of `batchMs` share one job. */
export async function armSubmit(queue: Queue<RmmJobData>, action: string, batchMs: number, now: number): Promise<void> {
  const window = Math.floor(now / batchMs) + 1;
  const jobId = `submit-${action}-${window}`;
  await queue.add('submit', { action }, { jobId, delay: window * batchMs - now, attempts });
}

/** `armSubmit` of the runs worker. `batchMs` is the window within which rows are collected. */
export const createSubmitTimer = (queue: Queue<RmmJobData>, { batchMs, now }: Clock & { batchMs: number }) => ({
  armSubmit: (action: string) => armSubmit(queue, action, batchMs, now()),
});

/**
 * Sends the action's queued rows, batch by batch, until none is left. A batch is claimed before it is sent, and ended by
 * the outcome. A batch that this job left behind when its worker died is ended first.
 */
export async function submit(job: Job<SubmitJob>, token: string, deps: SubmitDeps, log: Logger): Promise<void> {
  const { rows, leaseMs, now } = deps;
  const mine = `${job.id}~`;
  await wakeAll(deps.queues.runs, await rows.recover(mine));
  for (;;) {
    const claim = await rows.claim(job.data.action, mine + deps.newId(), leaseMs);
    await wakeAll(deps.queues.runs, claim.dropped);
    if (claim.kind === 'empty') return;
    const until = claim.kind === 'wait' ? claim.until : await send(claim.batch, now() - job.timestamp, deps, log);
    if (until === null) continue;
    await job.moveToDelayed(until, token);
    throw new DelayedError();
  }
}

/** Null when the batch has ended; else its rows are back in the queue, and this is when to try again (ms since 1970). */
async function send(batch: Batch, ageMs: number, deps: SubmitDeps, log: Logger): Promise<number | null> {
  const { rows, queues, leaseMs, now } = deps;
  const { id, action } = batch;
  const check = async () => {
    if (!(await rows.mayBeSent(id, leaseMs))) throw new FencedError(`batch ${id}`);
  };
  try {
    const job = await deps.submitRows(
      action,
      batch.rows.map(({ row }) => row),
      check,
    );
    const deadline = new Date(now() + deps.jobDeadlineMs).toISOString();
    await rows.becameJob(batch, job, deadline);
    await watchJob(queues.rmmJobs, { ...job, deadline }, deps.firstPollMs);
    log.info({ action, rows: batch.rows.length, rmmJobId: job.jobId }, 'rmm_batch_submitted');
    return null;
  } catch (error) {
    if (!(error instanceof UpstreamError || error instanceof RetryableError)) throw error;
    log.warn({ action, rows: batch.rows.length, code: error.code, error: error.message }, 'rmm_batch_not_submitted');
    return endFailed(batch, error, ageMs, deps);
  }
}

/** The wait doubles the job's age, which backs off without keeping a count. */
const backOff = (ageMs: number) => Math.min(Math.max(ageMs, 2_000), 60_000);

async function endFailed(
  batch: Batch,
  error: UpstreamError | RetryableError,
  ageMs: number,
  { rows, queues, now }: SubmitDeps,
): Promise<number | null> {
  const putBack = async (how: { alone?: boolean }) => wakeAll(queues.runs, (await rows.putBack(batch, how)).dropped);
  if (error instanceof RetryableError || (error.effect === 'none' && isTransient(error))) {
    await putBack({});
    return now() + (error instanceof RetryableError ? error.retryAfterMs : backOff(ageMs));
  }
  if (error.effect === 'unknown') await rows.wasLost(batch, error.message);
  else if (error.code === 'validation' && batch.rows.length > 1) {
    // BMS refuses the whole array for one bad row; alone, the other rows can pass.
    await putBack({ alone: true });
    return null;
  } else await rows.wasRefused(batch, error.message);
  await wakeAll(
    queues.runs,
    batch.rows.map(({ runId }) => runId),
  );
  return null;
}
