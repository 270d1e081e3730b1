import sensible from '@fastify/sensible';
import Fastify, { type FastifyError, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { type ApiKey, requireApiKey } from './api-keys.ts';
import { type BoardParts, boardRoutes } from './board.ts';
import { blameRedis, notFound, sendProblem } from './errors.ts';
import { type HealthParts, healthRoutes } from './health.ts';
import { type LimitParts, limitMetrics, limitRoutes } from './limits.ts';
import { createMetrics, type MetricsParts, metricsRoutes } from './metrics/metrics.ts';
import { type RecordParts, recordRoutes } from './records.ts';
import { type EventParts, runEventRoutes } from './run-events.ts';
import { type RunParts, runRoutes } from './runs.ts';
import { type TaskParts, taskRoutes } from './tasks.ts';
import { type ToolParts, toolRoutes } from './tools.ts';
import { type WebhookParts, webhookRoutes } from './webhooks/routes.ts';

/** What every process of the service serves, workers too. */
export interface ProbeParts extends HealthParts, MetricsParts, LimitParts {
  log: Logger;
  /** How long a request may take to come in, ms; 15 seconds by default. */
  requestTimeoutMs?: number;
}

export interface ServerParts extends ProbeParts {
  apiKeys: readonly ApiKey[];
  webhooks: Omit<WebhookParts, 'metrics'>;
  records: RecordParts;
  runs: Omit<RunParts, 'apiKeys'> & EventParts;
  tasks: Omit<TaskParts, 'apiKeys'>;
  tools: ToolParts['tools'];
  board: BoardParts['queues'];
}

/** The HTTP side as a value: nothing listens yet, and tests use `inject`. */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { app, metrics } = await createBase(parts);
  await app.register(webhookRoutes, { ...parts.webhooks, metrics });
  await app.register(
    async (api) => {
      api.addHook('onRequest', requireApiKey(parts.apiKeys));
      api.addHook<{ Params: { id?: string } }>('onRequest', async ({ params }) => refuseStrangeId(params.id));
      await api.register(recordRoutes, parts.records);
      await api.register(runRoutes, { ...parts.runs, apiKeys: parts.apiKeys });
      await api.register(runEventRoutes, parts.runs);
      await api.register(limitRoutes, parts);
      await api.register(taskRoutes, { ...parts.tasks, apiKeys: parts.apiKeys });
      await api.register(toolRoutes, { tools: parts.tools });
    },
    { prefix: '/v1' },
  );
  await app.register(boardRoutes, { apiKeys: parts.apiKeys, queues: parts.board });
  return app;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id becomes part of a Redis key. One that we cannot have given is nobody's, and must not name a key beside it. */
function refuseStrangeId(id?: string): void {
  if (id !== undefined && !uuid.test(id))
    throw notFound('record of this id', 'ids are UUIDs, as the lists under /v1 show them');
}

/** A worker's HTTP side: probes and metrics, nothing that takes orders. */
export const createProbeServer = async (parts: ProbeParts): Promise<FastifyInstance> => (await createBase(parts)).app;

async function createBase({ requestTimeoutMs = 15_000, ...parts }: ProbeParts) {
  const app = Fastify({
    loggerInstance: parts.log,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: requestTimeoutMs,
    // Node looks for late requests every 30 s unless told, and swaps the two bounds when that of headers is the longer.
    http: { connectionsCheckingInterval: 1_000, headersTimeout: requestTimeoutMs },
  });
  const metrics = createMetrics(parts);
  limitMetrics(metrics.registry, parts);
  app.setErrorHandler(async (error: FastifyError, request, reply) =>
    sendProblem((await blameRedis(error, parts.checkRedis)) as FastifyError, request, reply),
  );
  app.setNotFoundHandler((request) => {
    throw notFound(`${request.method} ${request.url.split('?')[0]}`, 'the routes are in docs/architecture.md');
  });
  await app.register(sensible);
  await app.register(healthRoutes, parts);
  await app.register(metricsRoutes, metrics);
  return { app: app as unknown as FastifyInstance, metrics };
}
