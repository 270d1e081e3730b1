import { DelayedError, type Job, type Queue } from 'bullmq';
import type { Logger } from 'pino';
import { FencedError, isTransient, RetryableError, UpstreamError } from '../domain/errors.ts';
import type { JobFamily } from '../domain/journal.ts';
import type { Ports } from '../domain/ports.ts';
import type { Batch, RowQueue } from '../store/row-queue.ts';
import { watchJob } from './poll.ts';
import { type Queues, type RmmJobData, type SubmitJob, wakeAll } from './queues.ts';

export interface SubmitDeps extends Pick<Ports, 'now' | 'newId'> {
  queues: Queues;
  rows: RowQueue;
  /** Sends the rows of one action as one request. `check` throws when they must not go any more; ask it last of all. */
  submitRows(
    action: string,
    rows: readonly unknown[],
    check: () => Promise<void>,
  ): Promise<{ family: JobFamily; jobId: string }>;
  /** Longer than a request may take: after it, a batch without an answer counts as lost. */
  leaseMs: number;
  jobDeadlineMs: number;
  firstPollMs: number;
}

/** One that keeps failing ends: as long as rows are queued, their runs arm another each time that they are parked. */
const attempts = 8;

/** Makes sure that the action's next batch goes out. All who ask within one window share one job. */
export async function armSubmit(queue: Queue<RmmJobData>, action: string, batchMs: number, now: number): Promise<void> {
  const window = Math.floor(now / batchMs) + 1;
  const jobId = `submit-${action}-${window}`;
  await queue.add('submit', { action }, { jobId, delay: window * batchMs - now, attempts });
}

/**
 * Sends the action's queued rows, batch by batch, until none is left. A batch is claimed before it is sent and ended
 * by what came of it; one that this job left behind when its worker died is ended first.
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

/** Null when the batch is over, else when to try its rows again: they are back in the queue. */
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
    return settleFailure(batch, error, ageMs, deps);
  }
}

/** Waiting as long again as the job has waited backs off without keeping a count. */
const backOff = (ageMs: number) => Math.min(Math.max(ageMs, 2_000), 60_000);

async function settleFailure(
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
    // BMS refuses an array for one bad row: the others must not suffer for it.
    await putBack({ alone: true });
    return null;
  } else await rows.wasRefused(batch, error.message);
  await wakeAll(
    queues.runs,
    batch.rows.map(({ runId }) => runId),
  );
  return null;
}
