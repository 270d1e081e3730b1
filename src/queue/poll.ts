import { DelayedError, type Job, type Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { errorCode, errorMessage, RetryableError } from '../domain/errors.ts';
import type { JobOutcome, RmmJob, TicketRef } from '../domain/journal.ts';
import type { Ports } from '../domain/ports.ts';
import type { Journals } from '../store/journal.ts';
import { keys } from '../store/keys.ts';
import { type PollJob, type Queues, type RmmJobData, wakeAll } from './queues.ts';

/** What one poll of an RMM job says of one of its rows. Null: the row is not finished, poll again. */
export type JobRow = { outcome: JobOutcome; message: string; ticket: TicketRef | null } | null;

/** How often a job is polled, in milliseconds: first after `firstMs`, then ever more rarely, up to every `maxMs`. */
export interface PollSchedule {
  firstMs: number;
  maxMs: number;
}

export interface PollDeps extends Pick<Ports, 'now' | 'random'> {
  queues: Queues;
  journals: Journals;
  redis: Redis;
  /** Asks the upstream once, in the name of one of the job's rows; the answer covers every row of the job. */
  readJob(job: Omit<RmmJob, 'deadline'>): Promise<(transactionId: string) => JobRow>;
  schedule: PollSchedule;
}

/** Arranges that the job is polled. The poll is named after the job, so all runs with rows in it share one. */
export async function watchJob(queue: Queue<RmmJobData>, job: PollJob, firstMs: number): Promise<void> {
  const { family, jobId, deadline } = job;
  await queue.add('poll', { family, jobId, deadline }, { jobId: pollIdOf(job), delay: firstMs });
}

const pollIdOf = ({ family, jobId }: PollJob) => `poll-${family}-${jobId.replaceAll(':', '_')}`;

/** `watch` of the runs worker. `firstMs` is the time to a job's first poll. */
export const createJobWatch = (
  redis: Redis,
  queue: Queue<RmmJobData>,
  { firstMs, retentionDays }: { firstMs: number; retentionDays: number },
) => ({
  async watch(runId: string, job: RmmJob): Promise<void> {
    await registerRow(redis, runId, job, retentionDays);
    await watchJob(queue, job, firstMs);
  },
});

/** Records that the job's row belongs to the run. For jobs of a run's own; the rows of a batch are recorded with it. */
export async function registerRow(redis: Redis, runId: string, job: RmmJob, retentionDays: number): Promise<void> {
  const place = keys.jobRows(job.family, job.jobId);
  await redis
    .multi()
    .hset(place, job.transactionId, runId)
    .expire(place, retentionDays * 86_400)
    .exec();
}

/**
 * Polls the job once for all its rows. Until every row is finished or the deadline has passed, it polls again later.
 * Then each run gets its own row's result as a fact and is woken. A row without a result by the deadline adds nothing:
 * its run judges that.
 */
export async function poll(job: Job<PollJob>, token: string, deps: PollDeps, log: Logger): Promise<void> {
  const { family, jobId, deadline } = job.data;
  const now = deps.now();
  const rows = Object.entries(await deps.redis.hgetall(keys.jobRows(family, jobId)));
  const [first] = rows;
  if (!first) return;
  let waitMs = nextDelay(now - job.timestamp, deps.schedule, deps.random);
  const judge = await deps.readJob({ family, jobId, transactionId: first[0] }).catch((error: unknown) => {
    waitMs = delayAfter(error, waitMs);
    log.warn({ rmmJobId: jobId, code: errorCode(error), error: errorMessage(error) }, 'rmm_job_poll_failed');
    return () => null;
  });
  const verdicts = rows.map(([transactionId, runId]) => ({ transactionId, runId, row: judge(transactionId) }));
  if (verdicts.some(({ row }) => row === null) && now < Date.parse(deadline)) {
    await job.moveToDelayed(now + waitMs, token);
    throw new DelayedError();
  }
  const facts = verdicts.flatMap(({ transactionId, runId, row }) =>
    row ? deps.journals.addFact(runId, { type: 'rmm_job_finished', transactionId, ...row }) : [],
  );
  await Promise.all(facts);
  log.info({ rmmJobId: jobId, rows: rows.length }, 'rmm_job_finished');
  await wakeAll(
    deps.queues.runs,
    rows.map(([, runId]) => runId),
  );
}

/** Half of the time since the first poll was armed, at most `maxMs`: the gap widens without keeping a count. Up to a tenth is added at random. */
export const nextDelay = (elapsedMs: number, { firstMs, maxMs }: PollSchedule, random: Ports['random']): number =>
  Math.round(Math.min(Math.max(elapsedMs, firstMs) / 2, maxMs) * (1 + random() * 0.1));

/** A poll that comes back later than the rate limiter says has lost its place in the limiter's queue. */
function delayAfter(error: unknown, waitMs: number): number {
  if (!(error instanceof RetryableError)) return waitMs;
  return error.code === 'rate_limited' ? error.retryAfterMs : Math.max(waitMs, error.retryAfterMs);
}
