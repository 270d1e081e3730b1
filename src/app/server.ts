import type { Config } from '../config.ts';
import { createProbeServer, createServer, type HttpServer, type ProbeDeps } from '../http/server.ts';
import { countSharedReads } from '../kaseya/shared-reads.ts';
import { enqueueAlerts } from '../queue/alerts.ts';
import { createStuckCheck } from '../queue/liveness.ts';
import { countJobs, getOldest, type Queues } from '../queue/queues.ts';
import { viewLimits } from '../ratelimit/view.ts';
import { openTask, runActions } from '../runs/actions.ts';
import { recordsOf } from '../runs/queries.ts';
import { openStores } from '../runs/stores.ts';
import { senders } from '../senders/index.ts';
import { checkRedis, connectRedis, createFailFast, type FailFast, type RedisState } from '../store/connection.ts';
import { describeTools } from '../tools/describe.ts';
import { type AppContext, storeOptions } from './context.ts';
import type { Role } from './role.ts';
import { toolsFor } from './tools.ts';
import { createUpstream } from './upstreams.ts';

/** The HTTP side of a role: everything, or a worker's probes alone. */
export async function buildServer(role: Role, context: AppContext): Promise<HttpServer> {
  const { config, log, ports, stats, closers } = context;
  const redis = connectRedis(config.REDIS_URL, 'producer', log);
  closers.push(async () => redis.disconnect());
  const failFast = createFailFast(redis, ports);
  const stores = openStores(redis, storeOptions(context), log);
  const { queues } = stores;
  const check = () => checkRedis(redis, failFast);
  const probes: ProbeDeps = {
    ...ports,
    log,
    checkRedis: check,
    getUpstreams: () => Object.values(stats.upstreams).flatMap((health) => health.view() ?? []),
    concluded: stats.concluded,
    countJobs: () => failFast(() => countJobs(queues)),
    getOldest: () => failFast(() => getOldest(queues, ports)),
    ...(role === 'server' ? {} : { stuckQueue: stuckCheck(queues, check, failFast, ports.now) }),
    getLimits: () => failFast(() => viewLimits(redis, ports.now)),
    getSharedReads: () => failFast(() => countSharedReads(redis)),
  };
  if (role === 'worker') return createProbeServer(probes);
  // Only workers call tools; here they are described.
  const never = AbortSignal.abort();
  const actions = { ...stores, ...ports, failFast, mode: config.mode };
  return createServer({
    ...probes,
    apiKeys: config.API_KEYS,
    board: Object.values(queues),
    webhooks: {
      ...ports,
      connections: connectionsOf(config),
      enqueue: (alerts) => failFast(() => enqueueAlerts(queues.alerts, alerts)),
      maxBodyBytes: config.maxBodyBytes,
    },
    tasks: { ...ports, openTask: (task) => openTask(task, actions) },
    tools: describeTools(toolsFor(config, createUpstream({ config, ports }, redis, never))),
    runs: { ...ports, ...runActions(actions) },
    records: recordsOf(stores),
  });
}

const connectionsOf = ({ connections, secrets }: Config) =>
  new Map(
    Object.entries(connections).map(([name, { source, auth }]) => [
      name,
      { decode: senders[source], auth, secrets: secrets[name] ?? [] },
    ]),
  );

/** How long work may wait untouched before a worker counts as stuck. */
const standstillMs = 120_000;

function stuckCheck(queues: Queues, check: () => Promise<RedisState>, failFast: FailFast, now: () => number) {
  const canWork = async () => (await check()) === 'ok';
  const isStuck = createStuckCheck(Object.values(queues), canWork, standstillMs, now);
  return () => failFast(isStuck).catch(() => null);
}
