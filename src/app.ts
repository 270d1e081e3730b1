import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { createModel } from './agent/model.ts';
import { describeTools } from './agent/tools/describe.ts';
import { createTools } from './agent/tools/index.ts';
import { refusingUnsupported } from './agent/tools/operations.ts';
import { remedyTools } from './agent/tools/remedies.ts';
import { giveUp, type TriageParts, triage } from './agent/triage.ts';
import type { Config } from './config.ts';
import { errorCode, errorMessage } from './errors.ts';
import { fenced } from './fence.ts';
import { fold, type RunState } from './fold.ts';
import { createProbeServer, createServer, type ProbeParts } from './http/server.ts';
import { lookAtJob } from './kaseya/jobs.ts';
import type { RmmAction, RowOf } from './kaseya/rmm.ts';
import { countSharedReads } from './kaseya/shared-reads.ts';
import { asCaller, inLanes, neverShared } from './lanes.ts';
import { enqueueAlerts, startIntake } from './queue/alerts.ts';
import { connectRedis, failFast } from './queue/connection.ts';
import { createIncidents, type Incidents } from './queue/incidents.ts';
import { createJournals, type Journals, type OwnedJournal } from './queue/journal.ts';
import { createStuckCheck } from './queue/liveness.ts';
import { registerRow, watchJob } from './queue/poll.ts';
import { countJobs, createQueues, type Queues, type WorkerOptions, wake } from './queue/queues.ts';
import { startRmmJobs } from './queue/rmm-jobs.ts';
import { createRowQueue } from './queue/row-queue.ts';
import { startRuns } from './queue/runs.ts';
import { armSubmit } from './queue/submit.ts';
import { createTicketHints } from './queue/ticket-hints.ts';
import { runAs } from './ratelimit/caller.ts';
import { createModelBudget } from './ratelimit/model-budget.ts';
import { viewLimits } from './ratelimit/view.ts';
import { viewRun } from './run.ts';
import { createUpstream, type Upstream } from './upstream.ts';

export type Role = 'server' | 'worker' | 'all';

export interface App {
  /** Where it listens. */
  url: string;
  /** Stops taking work, lets what is in progress reach its next step, and closes everything in reverse order. */
  stop(): Promise<void>;
}

/** Builds and starts every part that the role needs, in order. A failed start closes what was opened. */
export async function startApp(config: Config, role: Role, log: Logger): Promise<App> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closers.reverse()) {
      await close().catch((error: unknown) => log.warn({ error: String(error) }, 'close_failed'));
    }
    closers.length = 0;
  };
  try {
    if (role !== 'server') await startWorkers(config, log, closers);
    const server = await buildServer(config, role, log, closers);
    closers.push(() => server.close());
    const url = await server.listen({ port: config.PORT, host: config.HOST });
    log.info({ role, url, mode: config.mode, connections: Object.keys(config.connections) }, 'started');
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Closers = (() => Promise<unknown>)[];

interface Stores {
  queues: Queues;
  incidents: Incidents;
  journals: Journals;
}

function openStores(redis: Redis, config: Config, log: Logger): Stores {
  const { retentionDays } = config;
  return {
    queues: createQueues(redis, log),
    incidents: createIncidents(redis, { retentionDays }),
    journals: createJournals(redis, { retentionDays }),
  };
}

async function buildServer(config: Config, role: Role, log: Logger, closers: Closers): Promise<FastifyInstance> {
  const redis = connectRedis(config.REDIS_URL, 'producer', log);
  closers.push(async () => redis.disconnect());
  const { queues, incidents, journals } = openStores(redis, config, log);
  const probes: ProbeParts = {
    log,
    pingRedis: async () => void (await failFast(redis, () => redis.ping())),
    countJobs: () => failFast(redis, () => countJobs(queues)),
    ...(role === 'server' ? {} : { stuckQueue: stuckCheck(redis, queues) }),
    getLimits: () => failFast(redis, () => viewLimits(redis)),
    getSharedReads: () => failFast(redis, () => countSharedReads(redis)),
  };
  if (role === 'worker') return createProbeServer(probes);
  // The server describes tools and calls none.
  const never = AbortSignal.abort();
  const getRun = async (id: string) => viewRun(id, await journals.read(id));
  return createServer({
    ...probes,
    apiKeys: config.API_KEYS,
    board: Object.values(queues),
    webhooks: {
      connections: new Map(
        Object.entries(config.connections).map(([name, { source, auth }]) => [
          name,
          { source, auth, secrets: config.secrets[name] ?? [] },
        ]),
      ),
      enqueue: (alerts) => failFast(redis, () => enqueueAlerts(queues.alerts, alerts)),
      maxBodyBytes: config.maxBodyBytes,
    },
    tasks: {
      async openTask(task) {
        const { runId } = await failFast(redis, () => incidents.openTask(task, config.mode));
        await failFast(redis, () => queues.runs.add('run', { runId }, { jobId: runId }));
        return { runId };
      },
    },
    // Only described here, never called: calls are made by workers.
    tools: describeTools(toolsFor(config, createUpstream(config, redis, never))),
    runs: {
      async cancelRun(id, by) {
        const run = await getRun(id);
        if (!run || run.state === 'concluded') return run ? 'over' : 'unknown';
        await failFast(redis, () => journals.addFact(id, { type: 'cancel_requested', by }));
        await failFast(redis, () => wake(queues.runs, id));
        return 'asked';
      },
      async retryRun(id, by) {
        const entries = await failFast(redis, () => journals.read(id));
        if (entries.length === 0) return { verdict: 'unknown' };
        const { subject, concluded } = fold(entries);
        if (!concluded) return { verdict: 'alive' };
        const { runId, isNew } = await failFast(redis, () => incidents.openRetry(id, subject, config.mode, by));
        await failFast(redis, () => queues.runs.add('run', { runId }, { jobId: runId }));
        return { verdict: isNew ? 'opened' : 'retried', runId };
      },
      readJournal: (id) => failFast(redis, () => journals.read(id)),
      async stepsAfter(id, step) {
        const run = await failFast(redis, () => getRun(id));
        return run && { steps: run.steps.slice(step), concluded: run.state === 'concluded' };
      },
    },
    records: {
      getRun,
      async listRuns(cursor) {
        const page = await incidents.listRunIds(cursor);
        const runs = await Promise.all(page.items.map(getRun));
        // A list shows runs without their timelines: ask for one to see its steps.
        return { items: runs.flatMap((run) => (run ? [{ ...run, steps: [] }] : [])), next: page.next };
      },
      getIncident: incidents.get,
      listIncidents: incidents.list,
      getAlert: incidents.getAlert,
      listAlerts: (sourceId, cursor) =>
        sourceId === null ? incidents.listAlerts(cursor) : incidents.listAlertsBySource(sourceId, cursor),
    },
  });
}

/** How long work may wait untouched before a worker counts as stuck. */
const standstillMs = 120_000;

function stuckCheck(redis: Redis, queues: Queues) {
  const check = createStuckCheck(Object.values(queues), standstillMs);
  // A Redis that is away is for /readyz to tell: starting the worker again would not bring it back.
  return () => failFast(redis, check).catch(() => null);
}

/** Grace for runs in progress when the process stops; what is not done by then is taken over by another worker. */
const graceMs = 20_000;

async function startWorkers(config: Config, log: Logger, closers: Closers): Promise<void> {
  const redis = connectRedis(config.REDIS_URL, 'worker', log);
  closers.push(async () => redis.disconnect());
  const stores = openStores(redis, config, log);
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const upstream = createUpstream(config, redis, stopping.signal);
  const { bms, remedies } = upstream;
  void tellMissing(upstream, log);
  const parts = triageParts(config, upstream, redis);
  const options: WorkerOptions = {
    connection: redis,
    concurrency: config.concurrency,
    log: log.child({ worker: hostname() }),
  };

  const settle = async (journal: OwnedJournal, state: RunState) => {
    const { concluded, subject } = state;
    if (!concluded) return;
    const { disposition, reason, ticket } = concluded;
    if (subject.kind === 'alert') {
      const { incidentId, alert } = subject;
      await stores.incidents.settle({ incidentId, alertId: alert.id, disposition, reason, ticket });
    }
    log.info({ runId: journal.runId, disposition, ticketId: ticket?.id }, 'run_concluded');
  };

  const look = lookAtJob(bms.jobs, { remedy: (job) => remedies.look(job) });
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
          const progress = await asCaller(journal, () => triage(journal, parts, signal));
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
          fenced(check, () => bms.rmm.submit(action as RmmAction, rows as RowOf<RmmAction>[])),
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
    const closed = Promise.all(workers.map((worker) => worker.close()));
    // Without Redis a worker cannot even close: what is not done within the grace is left to whoever takes it over.
    await Promise.race([closed, sleep(graceMs, undefined, { ref: false })]);
    for (const worker of workers) worker.close(true).catch(() => {});
  });
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

const toolsFor = ({ defaults, kaseyaOne }: Config, { bms, remedies }: Upstream) => [
  ...createTools({ bms, defaults, kaseyaOne }),
  ...remedyTools({ assets: bms.assets, remedies }),
];

function triageParts(config: Config, upstream: Upstream, redis: Redis): TriageParts {
  const { operations } = upstream;
  const tools = toolsFor(config, upstream).map((tool) =>
    operations ? refusingUnsupported(tool, operations.objection) : tool,
  );
  const { steps, tokens, minutes, modelFailures } = config.budget;
  const timeoutMs = config.timeouts.modelSeconds * 1000;
  return {
    bms: upstream.bms,
    hints: createTicketHints(redis, config),
    touchReads: neverShared(upstream.bms.tickets),
    lookMs: config.touch.lookSeconds * 1000,
    model: createModel({
      baseUrl: config.OPENAI_BASE_URL,
      apiKey: config.OPENAI_API_KEY,
      model: config.OPENAI_MODEL,
      timeoutMs,
      acquire: createModelBudget(redis, {
        name: `model ${config.OPENAI_BASE_URL ?? 'openai'} ${config.OPENAI_MODEL}`,
        ...config.model,
        leaseMs: timeoutMs + 5_000,
        // Longer than for BMS: what is waited for is mostly another answer of the model.
        patienceMs: 10_000,
      }),
    }),
    tools: new Map(tools.map((tool) => [tool.name, inLanes(tool)])),
    accounts: config.accounts,
    budget: { steps, tokens, wallMs: minutes * 60_000, modelFailures },
    escalationQueue: config.escalation.queue,
    jobDeadlineMs: config.rmm.deadlineSeconds * 1000,
    settleMs: config.rmm.settleSeconds * 1000,
    // The request itself may last this long after its worker has lost the run, and BMS may show a note a little later.
    absentAfterMs: config.timeouts.bmsSeconds * 1000 + 5_000,
    now: Date.now,
  };
}
