import { type Job, type JobsOptions, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Alert } from '../domain/alert.ts';
import type { RmmJob } from '../domain/journal.ts';
import type { Clock, Ports } from '../domain/ports.ts';
import { REDIS_PREFIX } from '../domain/redis-prefix.ts';

export interface AlertJob {
  alert: Alert;
}

/** A run's job holds only the run's id: the run's state is its journal. */
export interface RunJob {
  runId: string;
}

/** Sends the next batch of an RMM action's rows. */
export interface SubmitJob {
  action: string;
}

/** Polls an RMM job. Which run each of its rows belongs to is in Redis, at `keys.jobRows`. */
export type PollJob = Omit<RmmJob, 'transactionId'>;

export type RmmJobData = SubmitJob | PollJob;

/**
 * For runs that a sender's alert opens. BullMQ takes jobs without a priority first: runs that a person asked for, and runs
 * that were parked. In a storm those must not wait until thousands of new runs have begun.
 */
export const notBegun = { priority: 1 };

export interface Queues {
  alerts: Queue<AlertJob>;
  runs: Queue<RunJob>;
  rmmJobs: Queue<RmmJobData>;
}

const keep = { removeOnComplete: { age: 86_400, count: 5_000 }, removeOnFail: { age: 7 * 86_400, count: 20_000 } };

/**
 * A job is tried again until it succeeds: its work was promised with a 202. Only the last stack trace is kept, as a job
 * may fail for as long as Redis is full.
 */
const retry = { attempts: 1_000_000_000, backoff: { type: 'capped' }, stackTraceLimit: 1 };
const longestBackOffMs = 30_000;

/** Half a second after the first failure, then twice as long each time, up to half a minute; minus up to half of it at random. */
export const backOffMs = (failures: number, random: () => number): number =>
  Math.round(Math.min(500 * 2 ** (failures - 1), longestBackOffMs) * (1 - random() / 2));

export function createQueues(connection: Redis, log: Logger): Queues {
  const make = <T>(name: string) => {
    const queue = new Queue<T, void, string>(name, {
      connection,
      prefix: REDIS_PREFIX,
      defaultJobOptions: { ...keep, ...retry },
    });
    queue.on('error', (error) => log.debug({ queue: name, error: error.message }, 'queue_error'));
    return queue as unknown as Queue<T>;
  };
  return { alerts: make<AlertJob>('alerts'), runs: make<RunJob>('runs'), rmmJobs: make<RmmJobData>('rmm-jobs') };
}

/** Puts a run on the queue. The job's id is the run's, so adding it again changes nothing. */
export async function enqueueRun(runs: Queue<RunJob>, runId: string, options: JobsOptions = {}): Promise<void> {
  await runs.add('run', { runId }, { ...options, jobId: runId });
}

/** What the intake does with the runs of alerts: queue one that an alert has opened, wake one that waits. */
export const alertRuns = (runs: Queue<RunJob>) => ({
  enqueueRun: (runId: string) => enqueueRun(runs, runId, notBegun),
  wakeRun: (runId: string) => wake(runs, runId),
});

export interface WorkerOptions extends Pick<Ports, 'random'> {
  connection: Redis;
  concurrency: number;
  log: Logger;
}

/**
 * A worker with our settings. A run may be taken over many times (deploys, crashes). BullMQ counts that over the job's
 * whole life, so the stalled count must never end it.
 */
export function createWorker<T>(
  name: string,
  process: (job: Job<T>, token: string) => Promise<void>,
  { connection, concurrency, log, random }: WorkerOptions,
): Worker<T> {
  const worker = new Worker<T>(
    name,
    async (job, token) => {
      if (token === undefined) throw new Error('BullMQ gave no lock token');
      await process(job, token);
    },
    {
      connection,
      prefix: REDIS_PREFIX,
      concurrency,
      lockDuration: 15_000,
      stalledInterval: 5_000,
      maxStalledCount: 1_000_000,
      settings: { backoffStrategy: (failures) => backOffMs(failures, random) },
    },
  );
  worker.on('error', (error) => log.debug({ queue: name, error: error.message }, 'worker_error'));
  worker.on('failed', (job, error) =>
    log.error(
      {
        ...{ queue: name, jobId: job?.id, attempt: job?.attemptsMade, error: error.message },
        // Null: it is not tried again.
        retryInMs: job?.finishedOn === undefined ? job?.delay : null,
      },
      'job_failed',
    ),
  );
  return worker;
}

/** Jobs by queue and state. */
export async function countJobs(queues: Queues): Promise<{ queue: string; state: string; count: number }[]> {
  const all: Queue[] = Object.values(queues);
  const counts = await Promise.all(
    all.map(async (queue) => ({ queue: queue.name, states: await queue.getJobCounts() })),
  );
  return counts.flatMap(({ queue, states }) =>
    Object.entries(states).map(([state, count]) => ({ queue, state, count })),
  );
}

/** How many seconds the first alert and the first new run have waited in their queues; 0 when none waits. */
export async function getOldest(
  { alerts, runs }: Queues,
  { now }: Clock,
): Promise<{ queue: string; seconds: number }[]> {
  // A parked run waits among the jobs without a priority, with the time at which it was opened.
  const firsts = await Promise.all([
    alerts.getJobs(['waiting'], 0, 0, true),
    runs.getJobs(['prioritized'], 0, 0, true),
  ]);
  const names = [alerts.name, runs.name];
  return firsts.map(([job], index) => ({
    queue: names[index] ?? '',
    seconds: job ? Math.max(0, now() - job.timestamp) / 1000 : 0,
  }));
}

/** Brings a delayed job forward. False when it was not delayed: then it runs anyway. */
export async function wake(queue: Queue, jobId: string): Promise<boolean> {
  const job = await queue.getJob(jobId);
  if (!job) return false;
  return job.promote().then(
    () => true,
    () => false,
  );
}

export async function wakeAll(queue: Queue, jobIds: readonly string[]): Promise<void> {
  await Promise.all([...new Set(jobIds)].map((jobId) => wake(queue, jobId)));
}
