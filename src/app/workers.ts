import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { giveUp, triage, waitsForBms } from '../agent/triage.ts';
import type { Config } from '../config.ts';
import { runAs } from '../domain/call-context.ts';
import { errorCode, errorMessage } from '../domain/errors.ts';
import { fenced } from '../domain/fence.ts';
import { jobReader } from '../kaseya/jobs.ts';
import { probeWhileDown } from '../kaseya/probe.ts';
import type { RmmAction, RowOf } from '../kaseya/rmm.ts';
import { startIntake } from '../queue/alerts.ts';
import { registerRow, watchJob } from '../queue/poll.ts';
import type { WorkerOptions } from '../queue/queues.ts';
import { startRmmJobs } from '../queue/rmm-jobs.ts';
import { startRuns } from '../queue/runs.ts';
import { armSubmit } from '../queue/submit.ts';
import { createWaitingRuns } from '../queue/waiting.ts';
import { asClient } from '../runs/as-client.ts';
import { createFinish } from '../runs/finish.ts';
import { postponeIfNewer } from '../runs/newer-journal.ts';
import { openStores } from '../runs/stores.ts';
import { connectRedis } from '../store/connection.ts';
import { createRowQueue } from '../store/row-queue.ts';
import type { Closers } from './closers.ts';
import type { ProcessStats } from './process-stats.ts';
import { triageDeps } from './tools.ts';
import { createUpstream, type Upstream } from './upstreams.ts';

/** Grace for runs in progress when the process stops; what is not done by then is taken over by another worker. */
const graceMs = 20_000;
/** How long Redis must be away for that to be the end of it: a restart or a failover is often shorter. */
const awayMs = 3_000;

/** Everything that takes work from a queue: intake, runs, and RMM jobs. */
export async function startWorkers(
  config: Config,
  log: Logger,
  closers: Closers,
  observed: ProcessStats,
): Promise<void> {
  const redis = connectRedis(config.REDIS_URL, 'worker', log);
  closers.push(async () => redis.disconnect());
  const stores = openStores(redis, config, log);
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const upstream = createUpstream(config, redis, stopping.signal, observed.upstreams.bms);
  const { bms, remedies } = upstream;
  void tellMissing(upstream, log);
  const deps = triageDeps(config, upstream, redis, observed.upstreams.model);
  const options: WorkerOptions = {
    connection: redis,
    concurrency: config.concurrency,
    log: log.child({ worker: hostname() }),
  };

  const settle = createFinish({ ...stores, concludedRuns: observed.concluded, log });
  const waiting = createWaitingRuns(redis, stores.queues.runs);
  const askBms = () => runAs({ lane: 'poll', client: 'scout' }, () => bms.session.user());
  observed.upstreams.bms.onChange((state) => {
    if (state === 'down') void probeWhileDown(observed.upstreams.bms, askBms, stopping.signal);
    if (state === 'up') waiting.wake(stopping.signal).catch(() => {});
  });

  const look = jobReader(bms.jobs, { remedy: (job) => remedies.look(job) });
  const firstPollMs = config.rmm.firstPollSeconds * 1000;
  const workers = [
    startIntake({ ...stores, mode: config.mode }, options),
    startRuns(
      {
        ...stores,
        async watch(runId, job) {
          await registerRow(redis, runId, job, config.retentionDays);
          await watchJob(stores.queues.rmmJobs, job, firstPollMs);
        },
        armSubmit: (action) => armSubmit(stores.queues.rmmJobs, action, config.rmm.batchMillis, Date.now()),
        async advance(journal, signal) {
          await waiting.leave(journal.runId);
          const work = asClient(journal, deps.budget, (costed) => triage(costed, deps, signal));
          const progress = await work.catch(postponeIfNewer(journal.runId, log));
          if (progress.kind === 'suspended' && progress.reason.startsWith(waitsForBms))
            await waiting.join(journal.runId);
          if (progress.kind === 'concluded') await settle(journal, progress.state);
          return progress;
        },
        giveUp: async (journal, reason) => settle(journal, await giveUp(journal, reason)),
      },
      { ...options, signal: stopping.signal },
    ),
    startRmmJobs(
      {
        ...stores,
        redis,
        rows: createRowQueue(redis, { retentionDays: config.retentionDays, pace: paceOf(config) }),
        submitRows: (action, rows, check) =>
          runAs({ lane: 'triage', client: 'rmm-jobs', id: `submit ${action}` }, () =>
            fenced(check, () => bms.rmm.submit(action as RmmAction, rows as RowOf<RmmAction>[])),
          ),
        leaseMs: config.timeouts.bmsSeconds * 1000 + 10_000,
        jobDeadlineMs: config.rmm.deadlineSeconds * 1000,
        firstPollMs,
        // A parked run waits for what this tells.
        look: (job) => runAs({ lane: 'verification', client: 'rmm-jobs', id: job.jobId }, () => look(job)),
        schedule: { firstMs: firstPollMs, maxMs: config.rmm.maxPollSeconds * 1000 },
      },
      options,
    ),
  ];
  closers.push(async () => {
    stopping.abort();
    const closed = Promise.all(workers.map((worker) => worker.close())).then(() => 'closed' as const);
    const late = sleep(graceMs, 'grace_over' as const, { ref: false });
    const how = await Promise.race([closed, late, untilAway(redis)]);
    // What is not done is left to whoever takes it over, from where its journal ends.
    if (how !== 'closed') log.warn({ reason: how }, 'work_abandoned');
    for (const worker of workers) worker.close(true).catch(() => {});
  });
}

/** Without Redis a worker can neither end its work nor even close: there is nothing to wait for. */
async function untilAway(redis: Redis): Promise<'redis_away'> {
  for (let since = Date.now(); Date.now() - since < awayMs; await sleep(250, undefined, { ref: false }))
    if (redis.status === 'ready') since = Date.now();
  return 'redis_away';
}

/** Before the first alert, so that an operator need not learn of it from a refused call. Tells; never stops a start. */
async function tellMissing({ operations }: Upstream, log: Logger): Promise<void> {
  try {
    const missing = (await operations?.missing()) ?? [];
    if (missing.length > 0) log.warn({ operations: missing }, 'truto_operations_missing');
  } catch (error) {
    log.warn({ code: errorCode(error), error: errorMessage(error) }, 'truto_operations_unknown');
  }
}

/** A busy action rests between batches for long enough that a burst of rows becomes a handful of requests. */
const paceOf = ({ rmm: { batchMillis } }: Config) => ({ firstMs: batchMillis * 4, longestMs: batchMillis * 16 });
