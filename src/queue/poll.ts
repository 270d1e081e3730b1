import { DelayedError, type Job, type Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { errorCode, errorMessage, RetryableError } from '../domain/errors.ts';
import type { JobOutcome, RmmJob, TicketRef } from '../domain/journal.ts';
import type { Ports } from '../domain/ports.ts';
import type { Journals } from '../store/journal.ts';
import { keys } from '../store/keys.ts';
import { type PollJob, type Queues, type RmmJobData, wakeAll } from './queues.ts';

/** What one look at an RMM job told of one of its rows. Null: not finished, look again. */
export type JobRow = { outcome: JobOutcome; message: string; ticket: TicketRef | null } | null;

export interface PollSchedule {
  firstMs: number;
  maxMs: number;
}

export interface PollDeps extends Pick<Ports, 'now' | 'random'> {
  queues: Queues;
  journals: Journals;
  redis: Redis;
  /** Asks the upstream once; the answer tells of every row of the job. */
  readJob(job: Omit<RmmJob, 'deadline'>): Promise<(transactionId: string) => JobRow>;
  schedule: PollSchedule;
}

/** Makes sure that somebody polls the job, however many runs have rows in it: the poll is named after the job. */
export async function watchJob(queue: Queue<RmmJobData>, job: PollJob, firstMs: number): Promise<void> {
  const { family, jobId, deadline } = job;
  await queue.add('poll', { family, jobId, deadline }, { jobId: pollIdOf(job), delay: firstMs });
}

const pollIdOf = ({ family, jobId }: PollJob) => `poll-${family}-${jobId.replaceAll(':', '_')}`;

/** Says whose the job's row is. A batch's rows are known before anybody polls; this is for jobs of a run's own. */
export async function registerRow(redis: Redis, runId: string, job: RmmJob, retentionDays: number): Promise<void> {
  const place = keys.jobRows(job.family, job.jobId);
  await redis
    .multi()
    .hset(place, job.transactionId, runId)
    .expire(place, retentionDays * 86_400)
    .exec();
}

/**
 * Looks once at the job for all its rows; each run gets its own row's result as a fact, and is woken. A row that has
 * none by the deadline is its run's to judge.
 */
export async function poll(job: Job<PollJob>, token: string, deps: PollDeps, log: Logger): Promise<void> {
  const { family, jobId, deadline } = job.data;
  const now = deps.now();
  const rows = Object.entries(await deps.redis.hgetall(keys.jobRows(family, jobId)));
  const [first] = rows;
  if (!first) return;
  let waitMs = nextDelay(now - job.timestamp, deps.schedule, deps.random);
  const judge = await deps.readJob({ family, jobId, transactionId: first[0] }).catch((error: unknown) => {
    // Whoever comes back later than told has lost its place in the rate budget's queue.
    if (error instanceof RetryableError)
      waitMs = error.code === 'rate_limited' ? error.retryAfterMs : Math.max(waitMs, error.retryAfterMs);
    log.warn({ rmmJobId: jobId, code: errorCode(error), error: errorMessage(error) }, 'rmm_job_poll_failed');
    return () => null;
  });
  const verdicts = rows.map(([transactionId, runId]) => ({ transactionId, runId, row: judge(transactionId) }));
  if (verdicts.some(({ row }) => row === null) && now < Date.parse(deadline)) {
    await job.moveToDelayed(now + waitMs, token);
    throw new DelayedError();
  }
  const told = verdicts.flatMap(({ transactionId, runId, row }) =>
    row ? deps.journals.addFact(runId, { type: 'rmm_job_finished', transactionId, ...row }) : [],
  );
  await Promise.all(told);
  log.info({ rmmJobId: jobId, rows: rows.length }, 'rmm_job_finished');
  await wakeAll(
    deps.queues.runs,
    rows.map(([, runId]) => runId),
  );
}

/** Waiting half as long again as it has taken so far widens the gap between polls without keeping a count. */
export const nextDelay = (elapsedMs: number, { firstMs, maxMs }: PollSchedule, random: Ports['random']): number =>
  Math.round(Math.min(Math.max(elapsedMs, firstMs) / 2, maxMs) * (1 + random() * 0.1));
