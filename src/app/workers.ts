import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { runAs } from '../domain/call-context.ts';
import { errorCode, errorMessage } from '../domain/errors.ts';
import { createIntake } from '../incidents/intake.ts';
import { probeWhileDown } from '../kaseya/probe.ts';
import { startAlerts } from '../queue/alerts.ts';
import { createJobWatch } from '../queue/poll.ts';
import type { WorkerOptions } from '../queue/queues.ts';
import { startRmmJobs } from '../queue/rmm-jobs.ts';
import { startRuns } from '../queue/runs.ts';
import { paceOf } from '../queue/settings.ts';
import { createSubmitTimer } from '../queue/submit.ts';
import { createWaitingRuns, type WaitingRuns } from '../queue/waiting.ts';
import { createRunTurns } from '../runs/advance.ts';
import { createRmmCalls } from '../runs/rmm-calls.ts';
import { openStores, type Stores } from '../runs/stores.ts';
import { connectRedis } from '../store/connection.ts';
import { createRowQueue } from '../store/row-queue.ts';
import { type AppContext, storeOptions } from './context.ts';
import { intakeDeps } from './intake.ts';
import { stopWorkers } from './stop-workers.ts';
import { triageDeps } from './tools.ts';
import { createUpstream, type Upstream } from './upstreams.ts';

/** Everything that takes work from a queue: alerts, runs, and RMM jobs. */
export async function startWorkers(context: AppContext): Promise<void> {
  const { config, log, ports, stats, closers } = context;
  const redis = connectRedis(config.REDIS_URL, 'worker', log);
  closers.push(async () => redis.disconnect());
  const stores = openStores(redis, storeOptions(context), log);
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const upstream = createUpstream(context, redis, stopping.signal, stats.upstreams.bms);
  void reportMissing(upstream, log);
  const waiting = createWaitingRuns(redis, stores.queues.runs, ports);
  probeOutages(context, upstream, waiting, stopping.signal);

  const worker = { context, redis, stores, upstream, waiting };
  const options: WorkerOptions = {
    ...ports,
    connection: redis,
    concurrency: config.concurrency,
    log: log.child({ worker: hostname() }),
  };
  const workers = [
    startAlerts(createIntake(intakeDeps(stores, { ...ports, mode: config.mode, log: options.log })), options),
    startRuns(runDeps(worker), { ...options, signal: stopping.signal }),
    startRmmJobs(rmmJobDeps(worker), options),
  ];
  closers.push(async () => {
    stopping.abort();
    await stopWorkers(workers, { ...ports, redis, log });
  });
}

/** What the queues of one worker process are wired with. */
interface WorkerContext {
  context: AppContext;
  redis: Redis;
  stores: Stores;
  upstream: Upstream;
  waiting: WaitingRuns;
}

function runDeps({ context, redis, stores, upstream, waiting }: WorkerContext) {
  const { config, log, ports, stats } = context;
  const { rmm, retentionDays } = config;
  const { rmmJobs } = stores.queues;
  const triage = triageDeps(context, upstream, redis, stats.upstreams.model);
  return {
    ...stores,
    ...createJobWatch(redis, rmmJobs, { firstMs: rmm.firstPollSeconds * 1000, retentionDays }),
    ...createSubmitTimer(rmmJobs, { ...ports, batchMs: rmm.batchMillis }),
    ...createRunTurns({ ...stores, triage, waiting, concludedRuns: stats.concluded, log }),
  };
}

function rmmJobDeps({ context: { config, ports }, redis, stores, upstream }: WorkerContext) {
  const { rmm, retentionDays, timeouts } = config;
  const firstPollMs = rmm.firstPollSeconds * 1000;
  return {
    ...stores,
    ...ports,
    ...createRmmCalls(upstream),
    redis,
    rows: createRowQueue(redis, { ...ports, retentionDays, pace: paceOf(rmm) }),
    leaseMs: timeouts.bmsSeconds * 1000 + 10_000,
    jobDeadlineMs: rmm.deadlineSeconds * 1000,
    firstPollMs,
    schedule: { firstMs: firstPollMs, maxMs: rmm.maxPollSeconds * 1000 },
  };
}

/** Probes BMS while it is down, and wakes the runs that wait for it once it is up. */
function probeOutages(
  { ports, stats }: AppContext,
  { bms }: Upstream,
  waiting: WaitingRuns,
  signal: AbortSignal,
): void {
  const health = stats.upstreams.bms;
  const ask = () => runAs({ lane: 'poll', client: 'probe' }, () => bms.session.user());
  health.onChange((state) => {
    if (state === 'down') void probeWhileDown({ health, ask, signal, ...ports });
    if (state === 'up') waiting.wake(signal).catch(() => {});
  });
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
