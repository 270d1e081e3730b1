import type { FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { createProbeServer, createServer, type ProbeDeps } from '../http/server.ts';
import { countSharedReads } from '../kaseya/shared-reads.ts';
import { enqueueAlerts } from '../queue/alerts.ts';
import { createStuckCheck } from '../queue/liveness.ts';
import { countJobs, getOldest, type Queues } from '../queue/queues.ts';
import { viewLimits } from '../ratelimit/view.ts';
import { openTask, type RunActionDeps, runActions } from '../runs/actions.ts';
import { recordsOf } from '../runs/queries.ts';
import { openStores } from '../runs/stores.ts';
import { senders } from '../senders/index.ts';
import { checkRedis, connectRedis, failFast } from '../store/connection.ts';
import { describeTools } from '../tools/describe.ts';
import type { Closers } from './closers.ts';
import type { ProcessStats } from './process-stats.ts';
import type { Role } from './role.ts';
import { toolsFor } from './tools.ts';
import { createUpstream } from './upstreams.ts';

/** The HTTP side of a role: everything, or a worker's probes alone. */
export async function buildServer(
  config: Config,
  role: Role,
  log: Logger,
  closers: Closers,
  observed: ProcessStats,
): Promise<FastifyInstance> {
  const redis = connectRedis(config.REDIS_URL, 'producer', log);
  closers.push(async () => redis.disconnect());
  const stores = openStores(redis, config, log);
  const { queues } = stores;
  const probes: ProbeDeps = {
    log,
    checkRedis: () => checkRedis(redis),
    getUpstreams: () => Object.values(observed.upstreams).flatMap((reach) => reach.view() ?? []),
    concluded: observed.concluded,
    countJobs: () => failFast(redis, () => countJobs(queues)),
    getOldest: () => failFast(redis, () => getOldest(queues)),
    ...(role === 'server' ? {} : { stuckQueue: stuckCheck(redis, queues) }),
    getLimits: () => failFast(redis, () => viewLimits(redis)),
    getSharedReads: () => failFast(redis, () => countSharedReads(redis)),
  };
  if (role === 'worker') return createProbeServer(probes);
  // The server describes tools and calls none.
  const never = AbortSignal.abort();
  const people: RunActionDeps = { ...stores, redis, mode: config.mode };
  return createServer({
    ...probes,
    apiKeys: config.API_KEYS,
    board: Object.values(queues),
    webhooks: {
      connections: new Map(
        Object.entries(config.connections).map(([name, { source, auth }]) => [
          name,
          { decode: senders[source], auth, secrets: config.secrets[name] ?? [] },
        ]),
      ),
      enqueue: (alerts) => failFast(redis, () => enqueueAlerts(queues.alerts, alerts)),
      maxBodyBytes: config.maxBodyBytes,
    },
    tasks: { openTask: (task) => openTask(task, people) },
    // Only described here, never called: calls are made by workers.
    tools: describeTools(toolsFor(config, createUpstream(config, redis, never))),
    runs: runActions(people),
    records: recordsOf(stores),
  });
}

/** How long work may wait untouched before a worker counts as stuck. */
const standstillMs = 120_000;

function stuckCheck(redis: Redis, queues: Queues) {
  const canWork = async () => (await checkRedis(redis)) === 'ok';
  const check = createStuckCheck(Object.values(queues), canWork, standstillMs);
  return () => failFast(redis, check).catch(() => null);
}
