import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { runAs } from '../domain/call-context.ts';
import { errorCode, errorMessage } from '../domain/errors.ts';
import type { Ports } from '../domain/ports.ts';
import { processAlert } from '../incidents/intake.ts';
import { probeWhileDown } from '../kaseya/probe.ts';
import { startAlerts } from '../queue/alerts.ts';
import { registerRow, watchJob } from '../queue/poll.ts';
import type { WorkerOptions } from '../queue/queues.ts';
import { startRmmJobs } from '../queue/rmm-jobs.ts';
import { startRuns } from '../queue/runs.ts';
import { armSubmit } from '../queue/submit.ts';
import { createWaitingRuns } from '../queue/waiting.ts';
import { type AdvanceDeps, abandonRun, advanceRun } from '../runs/advance.ts';
import { createRmmCalls } from '../runs/rmm-calls.ts';
import { openStores } from '../runs/stores.ts';
import { connectRedis } from '../store/connection.ts';
import { createRowQueue } from '../store/row-queue.ts';
import { type AppContext, storeOptions } from './context.ts';
import { intakeDeps } from './intake.ts';
import { triageDeps } from './tools.ts';
import { createUpstream, type Upstream } from './upstreams.ts';

/** Grace for runs in progress when the process stops; another worker takes over what is not done by then. */
const graceMs = 20_000;
/** How long Redis must be down before a stopping worker gives up on it: a restart or a failover is often shorter. */
const awayMs = 3_000;

/** Everything that takes work from a queue: intake, runs, and RMM jobs. */
export async function startWorkers(context: AppContext): Promise<void> {
  const { config, log, ports, stats, closers } = context;
  const redis = connectRedis(config.REDIS_URL, 'worker', log);
  closers.push(async () => redis.disconnect());
  const stores = openStores(redis, storeOptions(context), log);
  const stopping = new AbortController();
  const { signal } = stopping;
  setMaxListeners(0, signal);
  const { bms: health, model: modelHealth } = stats.upstreams;
  const upstream = createUpstream(context, redis, signal, health);
  const { bms } = upstream;
  void reportMissing(upstream, log);

  const waiting = createWaitingRuns(redis, stores.queues.runs, ports);
  const ask = () => runAs({ lane: 'poll', client: 'probe' }, () => bms.session.user());
  health.onChange((state) => {
    if (state === 'down') void probeWhileDown({ health, ask, signal, ...ports });
    if (state === 'up') waiting.wake(signal).catch(() => {});
  });

  const options: WorkerOptions = {
    ...ports,
    connection: redis,
    concurrency: config.concurrency,
    log: log.child({ worker: hostname() }),
  };
  const intake = intakeDeps(stores, { ...ports, mode: config.mode, log: options.log });
  const runs: AdvanceDeps = {
    ...stores,
    triage: triageDeps(context, upstream, redis, modelHealth),
    waiting,
    concludedRuns: stats.concluded,
    log,
  };
  const firstPollMs = config.rmm.firstPollSeconds * 1000;
  const workers = [
    startAlerts((alert, queuedAt) => processAlert(alert, queuedAt, intake), options),
    startRuns(
      {
        ...stores,
        async watch(runId, job) {
          await registerRow(redis, runId, job, config.retentionDays);
          await watchJob(stores.queues.rmmJobs, job, firstPollMs);
        },
        armSubmit: (action) => armSubmit(stores.queues.rmmJobs, action, config.rmm.batchMillis, ports.now()),
        advance: (journal, stop) => advanceRun(journal, runs, stop),
        giveUp: (journal, reason) => abandonRun(journal, reason, runs),
      },
      { ...options, signal },
    ),
    startRmmJobs(
      {
        ...stores,
        ...ports,
        ...createRmmCalls(upstream),
        redis,
        rows: createRowQueue(redis, { ...ports, retentionDays: config.retentionDays, pace: paceOf(config) }),
        leaseMs: config.timeouts.bmsSeconds * 1000 + 10_000,
        jobDeadlineMs: config.rmm.deadlineSeconds * 1000,
        firstPollMs,
        schedule: { firstMs: firstPollMs, maxMs: config.rmm.maxPollSeconds * 1000 },
      },
      options,
    ),
  ];
  closers.push(async () => {
    stopping.abort();
    const closed = Promise.all(workers.map((worker) => worker.close())).then(() => 'closed' as const);
    const late = ports.sleep(graceMs, { ref: false }).then(() => 'grace_over' as const);
    const how = await Promise.race([closed, late, untilAway(redis, ports)]);
    // Another worker takes over what is not done, from where its journal ends.
    if (how !== 'closed') log.warn({ reason: how }, 'work_abandoned');
    for (const worker of workers) worker.close(true).catch(() => {});
  });
}

/** Without Redis a worker can neither end its work nor even close: so it does not wait. */
async function untilAway(redis: Redis, { now, sleep }: Pick<Ports, 'now' | 'sleep'>): Promise<'redis_away'> {
  for (let since = now(); now() - since < awayMs; await sleep(250, { ref: false }))
    if (redis.status === 'ready') since = now();
  return 'redis_away';
}

/** Warns before the first alert, so that an operator does not learn it from a refused call. It never stops a start. */
async function reportMissing({ operations }: Upstream, log: Logger): Promise<void> {
  try {
    const missing = (await operations?.missing()) ?? [];
    if (missing.length > 0) log.warn({ operations: missing }, 'truto_operations_missing');
  } catch (error) {
    log.warn({ code: errorCode(error), error: errorMessage(error) }, 'truto_operations_unknown');
  }
}

/** A busy action rests between batches for long enough that a burst of rows becomes a handful of requests. */
const paceOf = ({ rmm: { batchMillis } }: Config) => ({ firstMs: batchMillis * 4, longestMs: batchMillis * 16 });
