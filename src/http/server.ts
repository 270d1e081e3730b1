import sensible from '@fastify/sensible';
import Fastify, { type FastifyError, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Clock } from '../domain/ports.ts';
import { type ApiKey, requireApiKey } from './api-keys.ts';
import { type BoardDeps, boardRoutes } from './board.ts';
import { blameRedis, notFound, sendProblem } from './errors.ts';
import { type HealthDeps, healthRoutes } from './health.ts';
import { type LimitDeps, limitRoutes } from './limits.ts';
import { limitMetrics } from './metrics/limits.ts';
import { createMetrics, type MetricsDeps, metricsRoutes } from './metrics/metrics.ts';
import { type RecordDeps, recordRoutes } from './records.ts';
import { type EventDeps, runEventRoutes } from './run-events.ts';
import { type RunDeps, runRoutes } from './runs.ts';
import { type TaskDeps, taskRoutes } from './tasks.ts';
import { type ToolDeps, toolRoutes } from './tools.ts';
import { type WebhookDeps, webhookRoutes } from './webhooks/routes.ts';

/** Listens when told to; closing it ends its streams. */
export type HttpServer = FastifyInstance;

/** What every process of the service serves, workers too. */
export interface ProbeDeps extends HealthDeps, MetricsDeps, LimitDeps, Clock {
  log: Logger;
  /** How long a request may take to come in, ms; 15 seconds by default. */
  requestTimeoutMs?: number;
}

export interface ServerDeps extends ProbeDeps {
  apiKeys: readonly ApiKey[];
  webhooks: Omit<WebhookDeps, 'metrics'>;
  records: RecordDeps;
  runs: Omit<RunDeps, 'apiKeys'> & EventDeps;
  tasks: Omit<TaskDeps, 'apiKeys'>;
  tools: ToolDeps['tools'];
  board: BoardDeps['queues'];
}

/** The HTTP side as a value: nothing listens yet, and tests use `inject`. */
export async function createServer(deps: ServerDeps): Promise<FastifyInstance> {
  const { app, metrics } = await createBase(deps);
  await app.register(webhookRoutes, { ...deps.webhooks, metrics });
  await app.register(
    async (api) => {
      api.addHook('onRequest', requireApiKey(deps.apiKeys));
      api.addHook<{ Params: { id?: string } }>('onRequest', async ({ params }) => refuseStrangeId(params.id));
      await api.register(recordRoutes, deps.records);
      await api.register(runRoutes, { ...deps.runs, apiKeys: deps.apiKeys });
      await api.register(runEventRoutes, deps.runs);
      await api.register(limitRoutes, deps);
      await api.register(taskRoutes, { ...deps.tasks, apiKeys: deps.apiKeys });
      await api.register(toolRoutes, { tools: deps.tools });
    },
    { prefix: '/v1' },
  );
  await app.register(boardRoutes, { apiKeys: deps.apiKeys, queues: deps.board });
  return app;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id becomes part of a Redis key. One that we cannot have given is nobody's, and must not name a key beside it. */
function refuseStrangeId(id?: string): void {
  if (id !== undefined && !uuid.test(id))
    throw notFound('record of this id', 'ids are UUIDs, as the lists under /v1 show them');
}

/** A worker's HTTP side: probes and metrics, nothing that takes orders. */
export const createProbeServer = async (deps: ProbeDeps): Promise<FastifyInstance> => (await createBase(deps)).app;

async function createBase({ requestTimeoutMs = 15_000, ...deps }: ProbeDeps) {
  const app = Fastify({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: requestTimeoutMs,
    // Node looks for late requests every 30 s unless told, and swaps the two bounds when that of headers is the longer.
    http: { connectionsCheckingInterval: 1_000, headersTimeout: requestTimeoutMs },
  });
  const metrics = createMetrics(deps);
  limitMetrics(metrics.registry, deps);
  app.setErrorHandler(async (error: FastifyError, request, reply) =>
    sendProblem((await blameRedis(error, deps.checkRedis)) as FastifyError, request, reply),
  );
  app.setNotFoundHandler((request) => {
    throw notFound(`${request.method} ${request.url.split('?')[0]}`, 'the routes are in docs/api.md');
  });
  await app.register(sensible);
  await app.register(healthRoutes, deps);
  await app.register(metricsRoutes, metrics);
  return { app: app as unknown as FastifyInstance, metrics };
}
